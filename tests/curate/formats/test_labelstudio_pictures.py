"""labelstudio: where the pictures of a task are: addresses, uploads, the document itself, pages."""

import base64
from pathlib import Path

import pytest

from tests.curate.formats.pictures import Picture
from tests.curate.formats.studio_exports import areas, polygon, read, save, task


@pytest.mark.parametrize(
    "address",
    [
        "/data/upload/1/3f2a9c1e-a.png",
        "/data/upload/1/20240101-a.png",
        "upload/1/3f2a9c1e-a.png",
        "/data/local-files/?d=photos%2Fimages/a.png",
        "/data/local-files/?d=C%3A%5Cphotos%5Ca.png",
        "/storage-data/uploaded/?filepath=upload/1/a.png",
        "s3://bucket/folder/a.png",
        "gs://bucket/a.png",
        "https://example.org/x/a.png?signature=1#top",
        "http://localhost:8080/data/upload/1/3f2a9c1e-a.png",
        f"/tasks/1/presign/?fileuri={base64.b64encode(b's3://bucket/a.png').decode()}",
        "C:\\photos\\a.png",
    ],
)
def test_addresses_lead_to_the_file_of_their_name(tmp_path: Path, address: str) -> None:
    save(tmp_path, task(polygon(), data={"id": 7, "text": "a cat", "image": address}))
    back = read(tmp_path)
    assert areas(back) == [("cat", 400)]
    assert back.rows[0]["image_path"] == "images/a.png"


def test_uploads_are_stored_under_names_without_blanks(tmp_path: Path) -> None:
    save(
        tmp_path,
        task(polygon(), data={"image": "/data/upload/1/3f2a9c1e-my_cat_1.png"}),
    )
    (tmp_path / "images/a.png").rename(tmp_path / "images/my cat (1).png")
    assert areas(read(tmp_path)) == [("cat", 400)]


def test_a_picture_may_be_in_the_document(tmp_path: Path) -> None:
    save(tmp_path, task())
    data = base64.b64encode((tmp_path / "images/a.png").read_bytes()).decode()
    save(tmp_path, task(polygon(), data={"image": f"data:image/png;base64,{data}"}))
    (row,) = read(tmp_path).rows
    assert row["flags"] == ["embedded_image"]


def test_a_task_may_show_several_pictures(tmp_path: Path) -> None:
    Picture("images/b.png", 100, 100).save(tmp_path)
    pages = {"pages": ["images/a.png", "images/b.png"]}
    second = polygon("dog", item_index=1)
    missing = polygon("fox", item_index=2)
    tags = {"image1": "images/a.png", "image2": "images/b.png"}
    of_tag = polygon("cow", to_name="img-2")
    save(
        tmp_path, task(polygon(), second, missing, data=pages), task(of_tag, data=tags)
    )
    back = read(tmp_path)
    pictures = {row["label"]: row["image_path"] for row in back.rows}
    assert pictures == {
        "cat": "images/a.png",
        "dog": "images/b.png",
        "cow": "images/b.png",
    }
    assert back.reasons == {"missing_image": 1}
