"""The names of Cityscapes' files."""

import pytest

from curate.formats.shared.cityscapes_classes import IDS, TRAIN_IDS
from curate.formats.shared.cityscapes_files import annotation_file, is_rendering


@pytest.mark.parametrize(
    ("name", "image", "kind", "is_coarse"),
    [
        ("a_1_2_gtFine_instanceIds.png", "a_1_2", "instanceids", False),
        ("a_1_2_gtCoarse_labelIds.png", "a_1_2", "labelids", True),
        ("a_1_2_gtFine_polygons.json", "a_1_2", "polygons", False),
        ("frame0_gtFine_instanceids.png", "frame0", "instanceids", False),
        ("x_frame_1_gt_labelTrainIds.png", "x_frame_1", "labeltrainids", False),
        ("x_labelIds.png", "x", "labelids", False),
    ],
)
def test_annotations(name: str, image: str, kind: str, is_coarse: bool) -> None:
    found = annotation_file(f"gtFine/val/{name}")
    assert found is not None
    assert (found.image, found.kind, found.is_coarse) == (image, kind, is_coarse)


@pytest.mark.parametrize(
    "name",
    [
        "a_leftImg8bit.png",
        "a_gtFine_color.png",
        "a_gtFine_polygons.png",
        "a.json",
        "labelIds.png",
    ],
)
def test_other_files(name: str) -> None:
    assert annotation_file(name) is None
    assert is_rendering(name) == ("color" in name)


def test_both_tables_name_the_classes_of_evaluation() -> None:
    assert len(IDS.labels) == 19
    assert sorted(TRAIN_IDS.labels) == list(range(19))
    assert list(IDS.labels.values()) == list(TRAIN_IDS.labels.values())
    assert not set(IDS.void) & set(IDS.labels)
