"""SA-1B: the battery, and what is its own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from curate.errors import InputError
from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, rectangle
from tests.curate.formats.reading import ReadBack, read_back

MASK = rectangle(48, 64, 10, 12, 30, 40)


def segmentation(mask: Mask) -> dict[str, Any]:
    counts = run_lengths.compress(masks.encode(mask))
    return {"size": list(mask.shape), "counts": counts}


def entry(mask: Mask = MASK, **more: Any) -> dict[str, Any]:
    box = masks.box(masks.encode(mask))
    noted = {
        "bbox": [box.x0, box.y0, box.width, box.height],
        "area": int(mask.sum()),
        "predicted_iou": 0.9,
    }
    return {"segmentation": segmentation(mask)} | noted | more


def save(root: Path, picture: Picture, entries: list[Any], **more: Any) -> Path:
    """Write a picture, and its document beside it."""
    image = picture.save(root)
    size = {"width": picture.width, "height": picture.height}
    about = {"image_id": 1, "file_name": image.name} | size
    document = image.with_suffix(".json")
    document.write_text(json.dumps({"image": about, "annotations": entries} | more))
    return document


class TestSa1b(Battery):
    """SA-1B's documents, with the classes that a label at each annotation names."""

    format = "sa1b"
    broken = "b/broken.json"
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            drawn = [
                entry(each.mask, category_name=each.label) for each in picture.objects
            ]
            save(root, picture, drawn)


def export(root: Path, *entries: Any, **more: Any) -> Path:
    save(root, Picture("a.png", 48, 64), list(entries), **more)
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "sa1b", options)


def labels(back: ReadBack) -> list[str]:
    return sorted(row["label"] for row in back.rows)


def test_objects_have_the_label_of_the_options_or_the_exports_name(
    tmp_path: Path,
) -> None:
    root = export(tmp_path, entry(id=1))
    assert labels(read(root)) == ["test"]
    assert labels(read(root, label="book")) == ["book"]
    with pytest.raises(InputError, match="option label is 3"):
        read(root, label=3)


def test_the_class_of_an_annotation_comes_first(tmp_path: Path) -> None:
    listed = [{"id": 0, "name": "book"}]
    entries = [entry(id=1, category_id=0), entry(id=2, category_id=7)]
    back = read(export(tmp_path, *entries, categories=listed), label="thing")
    assert labels(back) == ["book"]
    assert back.reasons == {"unknown_class": 1}


def test_roboflow_gives_files_other_names_than_it_writes(tmp_path: Path) -> None:
    document = save(tmp_path, Picture("a_jpg_rf_1f_1.png", 48, 64), [entry()])
    data = json.loads(document.read_text())
    data["image"]["file_name"] = "a_jpg.rf.1f.png"
    document.write_text(json.dumps(data))
    (row,) = read(tmp_path).rows
    assert row["image_path"] == "a_jpg_rf_1f_1.png"
    assert row["flags"] == []


def test_the_image_that_is_named_comes_before_the_one_beside(tmp_path: Path) -> None:
    document = save(tmp_path, Picture("a.png", 48, 64), [entry()])
    Picture("b.png", 48, 64).save(tmp_path)
    document.rename(tmp_path / "b.json")
    assert [row["image_path"] for row in read(tmp_path).rows] == ["a.png"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry(segmentation=None), "no_mask"),
        (entry(segmentation={"size": [48, 64], "counts": "no"}), "bad_run_lengths"),
        (entry(segmentation={"size": None, "counts": []}), "bad_run_lengths"),
        (entry(segmentation=segmentation(MASK[:-9])), "mask_size_mismatch"),
        (entry(segmentation=[[1, 2, 3, 4]]), "bad_polygon"),
        (entry(iscrowd=1), "crowd"),
        (3, "malformed_file"),
    ],
)
def test_an_annotation_costs_itself(tmp_path: Path, bad: Any, reason: str) -> None:
    other = entry(rectangle(48, 64, 40, 12, 50, 40), label="dog")
    back = read(export(tmp_path, bad, other))
    assert labels(back) == ["dog"]
    assert back.reasons == {reason: 1}


def test_keys_are_ids_where_these_are_of_one_annotation(tmp_path: Path) -> None:
    other = rectangle(48, 64, 40, 12, 50, 40)
    entries = [
        entry(id=5),
        entry(other, id=6),
        entry(rectangle(48, 64, 1, 1, 9, 9), id=6),
    ]
    keys = {row["annotation_key"] for row in read(export(tmp_path, *entries)).rows}
    assert len(keys) == 3
    assert "a.json#5" in keys
    assert "a.json#6" not in keys


def test_other_tools_documents_are_left_alone(tmp_path: Path) -> None:
    export(tmp_path, entry())
    (tmp_path / "darwin.json").write_text(
        '{"image": {"filename": "a"}, "annotations": []}'
    )
    assert read(tmp_path).ignored == ["darwin.json"]
    (tmp_path / "a.json").unlink()
    with pytest.raises(InputError, match=r"no SA-1B document"):
        read(tmp_path)
