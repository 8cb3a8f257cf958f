"""How the image that a document names is found."""

import os
from pathlib import Path

import pytest

from curate.exports.files import Files
from curate.exports.finding import find_image, find_mask
from curate.flags import Flag
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from tests.curate.exports.coco_folder import coco, opened


def reason(files: Files, name: str) -> Reason:
    with pytest.raises(Refusal) as caught:
        find_image(files, name, "a.json")
    return caught.value.reason


@pytest.mark.parametrize(
    "name",
    [
        "/b.png",
        "../b.png",
        "x/../../b.png",
        "http://x/b.png",
        "\\\\host\\b.png",
        "/data/local-files/?d=b.png",
        "a\0.png",
    ],
)
def test_a_name_that_leads_out_and_is_of_no_file_is_refused(
    tmp_path: Path, name: str
) -> None:
    files = opened(coco(tmp_path / "export"), tmp_path / "scratch").files
    assert reason(files, name) is Reason.PATH_ESCAPE


@pytest.mark.parametrize(
    "name", ["link.png", "train/link.png", "inside/a.png", "pipe.png"]
)
def test_what_is_refused_is_not_found(tmp_path: Path, name: str) -> None:
    folder = coco(tmp_path / "export")
    outside = coco(tmp_path / "outside")
    (folder / "link.png").symlink_to(outside / "a.png")
    (folder / "inside").symlink_to(outside)
    os.mkfifo(folder / "pipe.png")
    files = opened(folder, tmp_path / "scratch").files
    assert reason(files, name) is Reason.PATH_ESCAPE


def test_a_path_beyond_the_limit_is_not_found(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    long = "x" * 100 + ".png"
    (folder / long).touch()
    files = opened(folder, tmp_path / "scratch", Limits(path_bytes=60)).files
    assert reason(files, long) is Reason.OVER_LIMIT


def test_images_are_found_by_name_if_only_one_has_it(tmp_path: Path) -> None:
    files = opened(
        coco(tmp_path / "export", image="Räume.PNG"), tmp_path / "scratch"
    ).files
    assert find_image(files, "Räume.PNG", "a.json") == ("Räume.PNG", [])
    for name in ("train/Räume.PNG", "rA\u0308ume.png", "C:\\photos\\Räume.PNG"):
        path, _ = find_image(files, name, "a.json")
        assert path == "Räume.PNG"
    assert find_image(files, "train/Räume.PNG", "a.json") == (
        "Räume.PNG",
        [Flag.IMAGE_BY_NAME],
    )


def test_two_images_of_one_name_are_ambiguous(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export", image="one.png")
    for split in ("train", "val"):
        coco(folder / split)
    files = opened(folder, tmp_path / "scratch").files
    assert reason(files, "else/a.png") is Reason.AMBIGUOUS_IMAGE


def test_a_missing_image_is_told_with_its_document(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export", image="one.png")
    files = opened(folder, tmp_path / "scratch").files
    with pytest.raises(Refusal) as caught:
        find_image(files, "b.png", "ds0/b.json")
    assert caught.value.reason is Reason.MISSING_IMAGE
    assert caught.value.detail == "ds0/b.json: image 'b.png' is not in the export"


@pytest.mark.parametrize(
    "name",
    [
        "/home/me/pool/a b.png",
        "../../media/upload/4/a b.png",
        "..\\..\\media\\a b.png",
        "D:\\pool\\a b.png",
        "\\\\host\\share\\a b.png",
        "https://host/bucket/a%20b.png?X-Amz-Signature=1%2F2",
        "s3://bucket/pool/a%20b.png",
        "file:///C:/pool/a%20b.png",
        "/data/local-files/?d=pool/a%20b.png",
        "http://localhost:8080/data/local-files/?d=pool%5Ca%20b.png",
        "https://host/get?id=3&file=pool%2Fa+b.png",
        "pool/A%20B.PNG",
        "pool/a+b.png",
        " pool/a b.png\n",
    ],
)
def test_a_name_of_another_machine_is_found_by_its_file_name(
    tmp_path: Path, name: str
) -> None:
    folder = coco(tmp_path / "export")
    coco(folder / "images", image="a b.png")
    files = opened(folder, tmp_path / "scratch").files
    assert find_image(files, name, "a.json") == (
        "images/a b.png",
        [Flag.IMAGE_BY_NAME],
    )


@pytest.mark.parametrize(
    ("stated", "file"),
    [
        ("größe.png", "gr├╢├ƒe.png"),  # unzip, of a zip that macOS made
        ("gro\u0308ße.png", "grÃ¶ÃŸe.png"),
        ("grÃ¶ÃŸe.png", "größe.png"),
        ("写真.jpg", "写真.jpg".encode().decode("latin-1")),
        ("größe.png", "gr#U00f6#U00dfe.png"),  # unzip, where it knows ASCII alone
        ("cam:1.png", "cam_1.png"),  # Windows
        ("a&amp;b.png", "a&b.png"),
    ],
)
def test_a_name_that_programs_have_changed_is_read_anew(
    tmp_path: Path, stated: str, file: str
) -> None:
    files = opened(coco(tmp_path / "export", image=file), tmp_path / "scratch").files
    assert find_image(files, stated, "a.json") == (file, [Flag.IMAGE_BY_NAME])


@pytest.mark.parametrize(
    ("stated", "file"),
    [
        ("images/a.JPG", "images/a.jpeg"),
        ("a.tif", "images/a.tiff"),
        ("/photos/IMG_1.HEIC", "IMG_1.jpg"),
        ("a.v2", "images/a.v2.png"),
        ("pool/a", "images/a.webp"),
    ],
)
def test_a_picture_may_have_an_ending_that_is_as_good(
    tmp_path: Path, stated: str, file: str
) -> None:
    files = opened(_with_files(tmp_path, file), tmp_path / "scratch").files
    assert find_image(files, stated, "a.json") == (file, [Flag.IMAGE_BY_NAME])
    with pytest.raises(Refusal):
        find_mask(files, stated)  # a mask is never looked for so loosely


@pytest.mark.parametrize(
    ("stated", "files_there"),
    [
        ("a.jpg", ["images/a.png"]),  # may be the mask
        ("a", ["masks/a.png"]),
        ("a.jpg", ["one/a.jpeg", "two/a.jpeg"]),
        ("a.txt", ["images/a.png"]),
    ],
)
def test_another_ending_must_be_sure(
    tmp_path: Path, stated: str, files_there: list[str]
) -> None:
    folder = _with_files(tmp_path, *files_there)
    files = opened(folder, tmp_path / "scratch").files
    with pytest.raises(Refusal) as caught:
        find_image(files, stated, "a.json")
    assert caught.value.reason is Reason.MISSING_IMAGE
    if stated == "a.jpg":
        assert f"{files_there[0]} is there" in caught.value.detail


def test_of_several_files_of_a_name_the_longest_common_end_counts(
    tmp_path: Path,
) -> None:
    folder = coco(tmp_path / "export")
    for place in ("train/images", "val/images", "test"):
        coco(folder / place, image="1.png")
    files = opened(folder, tmp_path / "scratch").files
    flags = [Flag.IMAGE_BY_NAME]
    for name in ("/data/val/images/1.png", "C:\\VAL\\images\\1.png"):
        assert find_image(files, name, "a.json") == ("val/images/1.png", flags)
    assert reason(files, "/data/images/1.png") is Reason.AMBIGUOUS_IMAGE
    assert reason(files, "/data/1.png") is Reason.AMBIGUOUS_IMAGE
    # Of those that are as good, the one in the document's usual folders.
    found = find_image(files, "/data/images/1.png", "val/a.json", ["images"])
    assert found == ("val/images/1.png", flags)


def test_a_file_over_a_link_is_found_under_each_of_its_paths(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export", image="b.png")
    coco(folder / "images")
    (folder / "latest").symlink_to("images")
    files = opened(folder, tmp_path / "scratch").files
    assert find_image(files, "latest/a.png", "a.json") == ("images/a.png", [])
    found = find_image(files, "else/a.png", "a.json")
    assert found == ("images/a.png", [Flag.IMAGE_BY_NAME])


def test_a_link_names_itself_and_where_it_leads(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    coco(tmp_path / "pool", image="p.png")
    (folder / "images").symlink_to("../pool")
    files = opened(folder, tmp_path / "scratch").files
    with pytest.raises(Refusal, match=r"'images' is a link to '\.\./pool', .*outside"):
        find_image(files, "p.png", "a.json", ["images"])


def test_masks_are_found_like_images(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export", image="one.png")
    files = opened(coco(folder / "masks").parent, tmp_path / "scratch").files
    assert find_mask(files, "masks/a.png") == ("masks/a.png", [])
    found = find_mask(files, "C:\\x\\a.png")
    assert found == ("masks/a.png", [Flag.IMAGE_BY_NAME])
    for name, expected in (
        ("masks/b.png", Reason.MISSING_MASK),
        ("../b.png", Reason.PATH_ESCAPE),
    ):
        with pytest.raises(Refusal) as caught:
            find_mask(files, name)
        assert caught.value.reason is expected


def test_a_mask_is_not_taken_for_its_image(tmp_path: Path) -> None:
    for path in ("maps/1.png", "pictures/1.png", "maps/2.png"):
        file = tmp_path / "export" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    files = opened(tmp_path / "export", tmp_path / "scratch").files
    masks = {"maps/1.png", "maps/2.png"}
    found = find_image(files, "1.png", "maps/a.json", masks=masks)
    assert found == ("pictures/1.png", [Flag.IMAGE_BY_NAME])
    with pytest.raises(Refusal, match="missing_image"):
        find_image(files, "2.png", "maps/a.json", masks=masks)


def test_an_upload_is_found_without_the_id_before_its_name(tmp_path: Path) -> None:
    files = opened(coco(tmp_path / "export"), tmp_path / "scratch").files
    found = find_image(files, "images/3f2a9c1e-a.png", "a.json")
    assert found == find_image(files, "/elsewhere/a.png", "a.json")
    assert found[1] == [Flag.IMAGE_BY_NAME]
    assert reason(files, "images/20240131-a.png") is Reason.MISSING_IMAGE


def _with_files(tmp_path: Path, *paths: str) -> Path:
    """A folder with empty files."""
    folder = tmp_path / "export"
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    return folder
