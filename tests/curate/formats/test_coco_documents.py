"""coco: documents that are mapped: annotations anywhere, odd entries, odd numbers, damage."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from curate.exports import json_elements, mapping
from curate.formats.shared import coco_index
from tests.curate.formats.coco_exports import CATEGORIES, export, read
from tests.curate.formats.pictures import Picture


def annotations_first(images: int, late: int) -> str:
    """A document of which the annotations come first, those of image `late` at the end."""
    order = [number for number in range(images) if number != late] + [late]
    annotations = []
    for number in [*order, *order]:
        x = 10 + len(annotations)
        ring = [x, 10, 40, 10, 40, 40, x, 40]
        annotations.append(
            {
                "id": len(annotations),
                "image_id": number,
                "category_id": 1,
                "segmentation": [ring],
            }
        )
    listed = [{"id": number, "file_name": f"{number}.png"} for number in range(images)]
    document = {"annotations": annotations, "images": listed, "categories": CATEGORIES}
    return json.dumps(document, ensure_ascii=False)


@pytest.fixture
def mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small documents are mapped, too, and read in pieces of a few bytes."""
    monkeypatch.setattr(mapping, "_SMALL", 0)
    monkeypatch.setattr(json_elements, "WINDOW", 50)
    monkeypatch.setattr(coco_index, "_ROWS", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.usefixtures("mapped")
def test_annotations_may_stand_anywhere(tmp_path: Path, encoding: str) -> None:
    for number in range(4):
        Picture(f"{number}.png", 48, 64).save(tmp_path)
    text = annotations_first(images=4, late=1)
    (tmp_path / "a.json").write_bytes(text.encode(encoding))
    rows = read(tmp_path).rows
    of_images = [(row["image_path"], row["annotation_key"]) for row in rows]
    assert of_images == [
        ("0.png", "a.json#0"),
        ("0.png", "a.json#4"),
        ("1.png", "a.json#3"),
        ("1.png", "a.json#7"),
        ("2.png", "a.json#1"),
        ("2.png", "a.json#5"),
        ("3.png", "a.json#2"),
        ("3.png", "a.json#6"),
    ]


@pytest.mark.usefixtures("mapped")
def test_what_is_odd_in_a_long_list_costs_itself(tmp_path: Path) -> None:
    odd = [5, None, {"image_id": 1.0}, {"image_id": 9}, {"image_id": [1]}, {}]
    more = [{"segmentation": [[1e300, 5, 9, 9, 1, 9]]}, {"image_id": None}]
    made = read(export(tmp_path, *odd, {"image_id": "1", "category_id": 2}, *more))
    assert [row["annotation_key"] for row in made.rows] == [
        "annotations.json#2",
        "annotations.json#6",
    ]
    assert made.reasons == {
        "malformed_file": 2,
        "unknown_image": 3,
        "duplicate_annotation": 1,
        "over_limit": 1,
    }


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 400, "true", "1.5"])
def test_an_id_may_be_any_number(tmp_path: Path, number: str) -> None:
    export(tmp_path, {}, {"image_id": "HERE"})
    document = tmp_path / "annotations.json"
    document.write_text(document.read_text().replace('"HERE"', number))
    made = read(tmp_path)
    assert len(made.rows) == 1
    assert made.reasons == {"unknown_image": 1}


@pytest.mark.parametrize(
    "segmentation", ["[[1e400, 5, 9, 9, 1, 9]]", "[[NaN, 5, 9, 9]]"]
)
@pytest.mark.usefixtures("mapped")
def test_a_number_that_is_none_costs_its_annotation(
    tmp_path: Path, segmentation: str
) -> None:
    export(tmp_path, {}, {"segmentation": "HERE"}, {"category_id": 2})
    document = tmp_path / "annotations.json"
    document.write_text(document.read_text().replace('"HERE"', segmentation))
    made = read(tmp_path)
    assert len(made.rows) == 2
    assert made.reasons == {"bad_polygon": 1}


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda text: text[: len(text) // 2], "malformed_file"),
        (
            lambda text: text.replace("[[", "[" * 300).replace("]]", "]" * 300),
            "over_limit",
        ),
        (lambda text: text.replace('"image_id"', '"image_id'), "malformed_file"),
    ],
)
@pytest.mark.usefixtures("mapped")
def test_a_damaged_document_costs_itself(
    tmp_path: Path, damage: Callable[[str], str], reason: str
) -> None:
    export(tmp_path, {}, name="whole.json")
    export(tmp_path, {}, name="broken.json")
    document = tmp_path / "broken.json"
    document.write_text(damage(document.read_text()))
    made = read(tmp_path)
    assert [row["annotation_key"] for row in made.rows] == ["whole.json#0"]
    assert made.reasons == {reason: None}


@pytest.mark.parametrize("orientation", [1, 3, 6])
@pytest.mark.parametrize("contributor", ["Label Studio", "other"])
def test_label_studio_stretches_shapes_to_the_stored_pictures_size(
    tmp_path: Path, orientation: int, contributor: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (120, 80), (90, 120, 30)).save(tmp_path / "a.jpg", exif=exif)
    width, height = (80, 120) if orientation == 6 else (120, 80)  # as displayed
    corners = [(10, 10), (50, 10), (50, 40), (10, 40)]
    ring = [at for x, y in corners for at in (x / width * 120, y / height * 80)]
    root = export(
        tmp_path,
        {"segmentation": [ring]},
        images=[{"id": 1, "file_name": "a.jpg", "width": 120, "height": 80}],
        info={"contributor": contributor},
    )
    (row,) = read(root).rows
    box = [row[f"box_{side}"] for side in ("x0", "y0", "x1", "y1")]
    are_known = contributor == "Label Studio" or orientation == 1
    assert (box == [10, 10, 50, 40]) == (are_known or orientation == 3)
    assert ("frame_unsure" in row["flags"]) == (not are_known and orientation == 3)
