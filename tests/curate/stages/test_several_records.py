"""Several records of one image: what of one overlaps what is of another."""

from pathlib import Path

from tests.curate.formats.coco_exports import export, read

MOVED = [[11, 11, 31, 11, 31, 31, 11, 31]]
APART = [[40, 10, 60, 10, 60, 30, 40, 30]]


def test_one_object_of_two_documents_overlaps_itself(tmp_path: Path) -> None:
    export(tmp_path, {}, {"segmentation": APART})
    export(
        tmp_path, {"segmentation": MOVED}, {"category_id": 2}, name="annotations_b.json"
    )
    rows = read(tmp_path).rows
    overlapping = [
        row["annotation_key"] for row in rows if "overlapping" in row["flags"]
    ]
    assert overlapping == ["annotations.json#0", "annotations_b.json#0"]
    assert len(rows) == 4


def test_one_mask_in_other_numbers_is_repeated(tmp_path: Path) -> None:
    export(tmp_path, {}, {"segmentation": APART})
    longer = [[*APART[0], 40, 20]]
    export(
        tmp_path,
        {"segmentation": longer},
        {"segmentation": longer, "category_id": 2},
        name="annotations_b.json",
    )
    back = read(tmp_path)
    assert back.labels == {"cat": 2, "dog": 1}
    assert back.reasons == {"duplicate_annotation": 1}
