"""What names of files and folders say."""

import pytest

from curate.exports import file_names


@pytest.mark.parametrize(
    ("folder", "role"),
    [
        ("images", "image"),
        ("JPEGImages", "image"),
        ("trainannot", "mask"),
        ("SegmentationClass", "mask"),
        ("SegmentationObject", "objects"),
        ("instances", "objects"),
        ("SegmentationClassVisualization", "ignored"),
        ("GT_Object", "mask"),
        ("GT_Edge", "ignored"),
        ("train_y", "mask"),
        ("x_ray", None),
        ("street", None),
        ("2017", None),
    ],
)
def test_a_folder_says_what_is_in_it(folder: str, role: str | None) -> None:
    assert file_names.folder_role(folder) == role


@pytest.mark.parametrize(
    ("folder", "topic"),
    [
        ("train_images", "train"),
        ("trainMasks", "train"),
        ("Ground_Truth", ""),
        ("Straße 7", "strasse 7"),
    ],
)
def test_sister_folders_have_one_topic(folder: str, topic: str) -> None:
    assert file_names.topic(folder) == topic


@pytest.mark.parametrize(
    ("folder", "is_class"),
    [("road", True), ("MT_Crack", True), ("train", False), ("masks", False)],
)
def test_a_class_has_a_name_of_its_own(folder: str, is_class: bool) -> None:
    assert file_names.is_class_name(folder) == is_class


def test_words_for_masks_and_images_are_taken_off() -> None:
    assert file_names.mask_bases("7_gtFine_labelIds") == ["7_gtfine_labelids", "7"]
    assert file_names.image_bases("img_7") == ["img_7", "7"]
    assert file_names.image_bases("7_0000") == ["7_0000", "7"]
    assert file_names.masked_bases("7_mask_2") == {"7"}
    assert file_names.masked_bases("7.jpg_mask") == {"7.jpg", "7"}
    assert file_names.masked_bases("7_Simple Segmentation") == {"7"}
    assert "0007" in file_names.mask_bases("semantic_segmentation_0007")
    assert file_names.masked_bases("7") == set()


def test_a_mask_may_begin_with_its_images_name() -> None:
    assert file_names.image_and_rest("7_red_1") == [("7_red", "1"), ("7", "red_1")]
    assert file_names.class_and_number("red_disc_12") == ("red_disc", "12")
    assert file_names.class_and_number("mask_2") == ("", "2")
    assert file_names.class_and_number("l_eye") == ("l_eye", "")
