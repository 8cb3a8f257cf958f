"""Images and masks find each other by name alone, in the layouts that people use."""

import pytest

from curate.errors import InputError
from curate.formats.shared.pairs import pair_masks
from tests.curate.formats.shared.name_pairs import export_of, pairs_of


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("images/1.jpg", "masks/1.png"),
        ("train/1.png", "trainannot/1.png"),
        ("JPEGImages/1.jpg", "SegmentationClass/1.png"),
        ("JPEGImages/1.jpg", "SegmentationClassPNG/1.png"),
        ("VOC2012/JPEGImages/1.jpg", "VOC2012/SegmentationClass/1.png"),
        ("images/train/1.jpg", "labels/train/1.png"),
        ("train/images/1.jpg", "train/masks/1.png"),
        ("train_images/1.jpg", "train_masks/1.png"),
        ("DUTS-TR-Image/1.jpg", "DUTS-TR-Mask/1.png"),
        ("Training_Images/1.jpg", "Ground_Truth/1.png"),
        ("Imgs/1.jpg", "Imgs/1.png"),
        ("1.jpg", "1_mask.png"),
        ("1.png", "1_L.png"),
        ("train/1_sat.jpg", "train/1_mask.png"),
        ("CamSeq/0016E5_07959.png", "CamSeq/0016E5_07959_L.png"),
        ("data/val/440.png", "Labels/val/440_converted.png"),
        ("images/img_1.jpg", "masks/mask_1.png"),
        ("images/image1.jpg", "masks/mask1.png"),
        ("img/1.jpg", "gt/1_gt.png"),
        ("original_images/001.jpg", "label_images_semantic/001.png"),
        (
            "leftImg8bit/aachen/a_1_leftImg8bit.png",
            "gtFine/aachen/a_1_gtFine_labelIds.png",
        ),
        ("train/1_jpg.rf.abc.jpg", "train/1_jpg.rf.abc_mask.png"),
        ("Tile 1/images/image_part_001.jpg", "Tile 1/masks/image_part_001.png"),
        ("set/input/a.JPG", "set/target/a.PNG"),
        ("default/1.png", "defaultannot/1.png"),
        (
            "t/camera/front/20180807145028_camera_front_000000091.png",
            "t/label/front/20180807145028_label_front_000000091.png",
        ),
        ("cell01.tif", "cell01_cp_masks.png"),
        ("cell01.tif", "cell01_Object Identities.png"),
        ("cell01.tif", "cell01_Object-Predictions.png"),
        ("1.jpg", "1 (mask).png"),
        ("f/frame_01.jpg", "m/mask_01.png"),
        ("img/1.jpg", "masks_machine/1.jpg.png"),
        ("images/img_01.png", "PixelLabelData/Label_1_img_01.png"),
        ("1.jpg", "1_label_ground-truth_semantic.png"),
        ("X/1.png", "Y/1.png"),
        ("train_x/1.png", "train_y/1.png"),
        ("training/images/21_training.tif", "training/1st_manual/21_manual1.gif"),
        ("Image_03L.jpg", "Image_03L_1stHO.png"),
        ("images/1.jpg", "stuffthingmaps/1.png"),
        ("seg/images/1.jpg", "seg/labels/1_train_id.png"),
        ("slide [x=0,y=0].jpg", "slide [x=0,y=0]-labelled.png"),
    ],
)
def test_a_mask_finds_its_image(image: str, mask: str) -> None:
    other = image.replace("1", "2"), mask.replace("1", "2")
    assert pairs_of(image, mask) == {image: [mask]}
    if other[0] != image:
        assert pairs_of(image, mask, *other) == {image: [mask], other[0]: [other[1]]}


@pytest.mark.parametrize(
    "layout",
    [
        {
            "Tile 1/images/1.jpg": "Tile 1/masks/1.png",
            "Tile 2/images/1.jpg": "Tile 2/masks/1.png",
        },
        {
            "images/train/1.jpg": "masks/train/1.png",
            "images/val/1.jpg": "masks/val/1.png",
        },
    ],
)
def test_same_names_in_several_folders(layout: dict[str, str]) -> None:
    expected = {image: [mask] for image, mask in layout.items()}
    assert pairs_of(*layout.keys(), *layout.values()) == expected


def test_arrays_are_masks_only_where_no_picture_is() -> None:
    pictures = ("images/1.png", "masks/1.png")
    assert pairs_of(*pictures, "labels/1.npy") == {pictures[0]: [pictures[1]]}
    assert pairs_of(pictures[0], "labels/1.npy") == {pictures[0]: ["labels/1.npy"]}
    assert pairs_of("1.png", "1_seg.npy") == {"1.png": ["1_seg.npy"]}


def test_previews_and_other_pictures_are_no_masks() -> None:
    paths = (
        "JPEGImages/1.jpg",
        "SegmentationClass/1.png",
        "SegmentationClassVisualization/1.jpg",
        "1_overlay.png",
    )
    assert pairs_of(*paths) == {"JPEGImages/1.jpg": ["SegmentationClass/1.png"]}


def test_masks_for_people_are_left_alone() -> None:
    files = [f"ds/{folder}/1.png" for folder in ("img", "masks_machine", "masks_human")]
    assert pairs_of(*files) == {files[0]: [files[1]]}


def test_images_without_masks_stay_bare() -> None:
    assert pairs_of("images/1.jpg", "images/2.jpg", "masks/1.png") == {
        "images/1.jpg": ["masks/1.png"],
        "images/2.jpg": [],
    }


def test_options_name_the_folders() -> None:
    assert pairs_of("a/1.png", "b/1.png", images="b", masks="a") == {
        "b/1.png": ["a/1.png"]
    }


def test_many_folders_of_like_names() -> None:
    folders = [f"{number}_json" for number in range(1000)]
    paths = []
    for folder in folders:
        paths += [f"{folder}/img.png", f"{folder}/label.png", f"{folder}/label_viz.png"]
    assert pairs_of(*paths) == {
        f"{folder}/img.png": [f"{folder}/label.png"] for folder in folders
    }


@pytest.mark.parametrize(
    "paths", [("1.jpg", "2.jpg"), ("readme.txt",), ("images/1.jpg", "images/2.png")]
)
def test_no_pair_at_all(paths: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="no image with a mask"):
        pair_masks(export_of(*paths), prefer_colours=False)
