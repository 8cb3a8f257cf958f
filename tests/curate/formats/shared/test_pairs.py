"""Images and masks find each other by name alone, in the layouts that people use."""

import pytest
from upath import UPath

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.files import Files
from curate.exports.walking import RefusedFile
from curate.formats.shared.mask_choice import ChosenMask
from curate.formats.shared.pairs import folder_classes, pair_masks
from curate.limits import Limits
from curate.reasons import Reason


def export_of(*paths: str, refused: tuple[str, ...] = (), **options: object) -> Export:
    why = RefusedFile(Reason.PATH_ESCAPE, "is a link")
    files = Files(UPath("/nowhere"), tuple(sorted(paths)), dict.fromkeys(refused, why))
    return Export(name="x", files=files, limits=Limits(), options=options)


def pairs_of(*paths: str, **options: object) -> dict[str, list[str]]:
    pairs = pair_masks(export_of(*paths, **options), prefer_colours=False)
    assert pairs.lost == []
    return {
        image: [mask.path for mask in masks] for image, masks in pairs.masks.items()
    }


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


def test_a_field_of_view_beside_drawn_masks_is_none() -> None:
    drawn = "test/1st_manual/01_manual1.gif"
    again = "test/2nd_manual/01_manual2.gif"
    images = ("test/images/01_test.tif", "test/images/02_test.tif")
    export = export_of(*images, drawn, again, "test/mask/01_test_mask.gif")
    pairs = pair_masks(export, prefer_colours=False)
    assert pairs.masks == {images[0]: [ChosenMask(drawn)], images[1]: []}
    assert [drop.annotation_key for drop in pairs.lost] == [again]


def test_cells_that_are_tracked_have_masks_of_two_truths() -> None:
    images = ("01/t000.tif", "01/t001.tif", "02/t000.tif")
    gold = ("01_GT/SEG/man_seg000.tif", "02_GT/SEG/man_seg000.tif")
    silver = ("01_ST/SEG/man_seg000.tif", "01_ST/SEG/man_seg001.tif")
    marks = ("01_GT/TRA/man_track000.tif", "02_GT/TRA/man_track000.tif")
    export = export_of(*images, *gold, *silver, *marks)
    pairs = pair_masks(export, prefer_colours=False)
    kept = {image: [each.path for each in pairs.masks[image]] for image in images}
    assert kept == dict(zip(images, ([gold[0]], [silver[1]], [gold[1]]), strict=True))
    reasons = [(drop.reason, drop.annotation_key) for drop in pairs.lost]
    assert reasons == [(Reason.DUPLICATE_ANNOTATION, silver[0])]


def test_people_of_cihp_have_classes_and_numbers_beside_what_is_left_alone() -> None:
    kinds = ("Category_ids", "Instance_ids", "Human_ids", "Categories", "Human")
    masks = [f"set/{kind}/1.png" for kind in (*kinds, "Instances")]
    pairs = pair_masks(export_of("set/Images/1.jpg", *masks), prefer_colours=False)
    chosen = ChosenMask(masks[0], instances=masks[1])
    assert (pairs.masks, pairs.lost) == ({"set/Images/1.jpg": [chosen]}, [])


def test_colours_of_isaid_have_a_map_of_objects_beside_them() -> None:
    colours = "train/Semantic_masks/images/P1_instance_color_RGB.png"
    numbers = "train/Instance_masks/images/P1_instance_id_RGB.png"
    export = export_of("train/images/P1.png", colours, numbers)
    pairs = pair_masks(export, prefer_colours=True)
    chosen = ChosenMask(colours, instances=numbers)
    assert (pairs.masks, pairs.lost) == ({"train/images/P1.png": [chosen]}, [])


def test_observers_are_no_classes() -> None:
    masks = ("labels-ah/im1.ah.ppm", "labels-vk/im1.vk.ppm")
    pairs = pair_masks(export_of("im1.ppm", *masks), prefer_colours=False)
    assert pairs.masks == {"im1.ppm": [ChosenMask(masks[0])]}
    assert [drop.annotation_key for drop in pairs.lost] == [masks[1]]


def test_arrays_are_masks_only_where_no_picture_is() -> None:
    pictures = ("images/1.png", "masks/1.png")
    assert pairs_of(*pictures, "labels/1.npy") == {pictures[0]: [pictures[1]]}
    assert pairs_of(pictures[0], "labels/1.npy") == {pictures[0]: ["labels/1.npy"]}
    assert pairs_of("1.png", "1_seg.npy") == {"1.png": ["1_seg.npy"]}


def test_what_follows_an_attribute_is_a_class_and_a_count_of_people_is_none() -> None:
    masks = (
        "gt/7_attribute_streaks.png",
        "gt/7_attribute_globules.png",
        "gt/8_02_01.png",
    )
    export = export_of("images/7.jpg", "images/8.jpg", *masks)
    pairs = pair_masks(export, prefer_colours=False).masks
    assert {mask.label for mask in pairs["images/7.jpg"]} == {"streaks", "globules"}
    assert pairs["images/8.jpg"] == [ChosenMask(masks[2], whole=True)]


def test_one_file_per_instance_by_name() -> None:
    export = export_of(
        "train/1000.jpeg",
        "train/1.jpeg",
        "annotations/1000_red_square_0.png",
        "annotations/1_disc_12.png",
    )
    pairs = pair_masks(export, prefer_colours=False)
    assert pairs.masks == {
        "train/1000.jpeg": [
            ChosenMask("annotations/1000_red_square_0.png", "red_square", whole=True)
        ],
        "train/1.jpeg": [ChosenMask("annotations/1_disc_12.png", "disc", whole=True)],
    }


def test_one_file_per_instance_in_the_folder_of_an_image() -> None:
    export = export_of(
        "s/a/images/a.png",
        "s/a/masks/77.png",
        "s/a/masks/9.png",
        "s/b/images/b.png",
        "s/b/masks/1.png",
    )
    pairs = pair_masks(export, prefer_colours=False)
    assert pairs.masks == {
        "s/a/images/a.png": [
            ChosenMask("s/a/masks/77.png", whole=True),
            ChosenMask("s/a/masks/9.png", whole=True),
        ],
        "s/b/images/b.png": [ChosenMask("s/b/masks/1.png", whole=True)],
    }


def test_class_by_folder() -> None:
    export = export_of(
        "images/1.jpg",
        "images/2.jpg",
        "masks/road/1.png",
        "masks/car/1.png",
        "masks/car/2.png",
    )
    pairs = pair_masks(export, prefer_colours=False)
    assert pairs.masks["images/1.jpg"] == [
        ChosenMask("masks/car/1.png", "car"),
        ChosenMask("masks/road/1.png", "road"),
    ]


def test_folders_that_hold_images_and_masks_name_classes() -> None:
    defects = []
    for folder in ("MT_Crack/Imgs", "MT_Fray/Imgs"):
        defects += [f"{folder}/{name}" for name in ("1.jpg", "1.png", "2.jpg", "2.png")]
    classes = folder_classes(
        pair_masks(export_of(*defects), prefer_colours=False).masks
    )
    assert classes == {
        "MT_Crack/Imgs/1.png": "MT_Crack",
        "MT_Crack/Imgs/2.png": "MT_Crack",
        "MT_Fray/Imgs/1.png": "MT_Fray",
        "MT_Fray/Imgs/2.png": "MT_Fray",
    }
    plain = pair_masks(
        export_of("train/images/1.jpg", "train/masks/1.png"), prefer_colours=False
    )
    assert folder_classes(plain.masks) == {}


def test_of_two_masks_the_one_of_the_images_own_name_stays() -> None:
    masks = [
        f"gtFine/aachen/a_1_gtFine_{kind}.png"
        for kind in ("color", "instanceIds", "labelIds")
    ]
    pairs = pair_masks(
        export_of("leftImg8bit/aachen/a_1_leftImg8bit.png", *masks),
        prefer_colours=False,
    )
    assert list(pairs.masks.values()) == [[ChosenMask(masks[2])]]
    assert [(drop.reason, drop.annotation_key) for drop in pairs.lost] == [
        (Reason.DUPLICATE_ANNOTATION, masks[1])
    ]


def test_objects_beside_classes() -> None:
    export = export_of(
        "JPEGImages/1.jpg", "SegmentationClass/1.png", "SegmentationObject/1.png"
    )
    masks = pair_masks(export, prefer_colours=False).masks
    assert masks == {
        "JPEGImages/1.jpg": [
            ChosenMask("SegmentationClass/1.png", instances="SegmentationObject/1.png")
        ]
    }


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


def test_kitti_has_masks_in_classes_and_in_colours() -> None:
    files = {"image": "image_2/1.png", "values": "semantic/1.png"}
    files |= {"colours": "semantic_rgb/1.png", "objects": "instance/1.png"}
    for prefers_colours, kept in ((True, "colours"), (False, "values")):
        pairs = pair_masks(export_of(*files.values()), prefer_colours=prefers_colours)
        (mask,) = pairs.masks[files["image"]]
        assert (mask.path, mask.instances) == (files[kept], files["objects"])
        assert not pairs.lost


def test_images_without_masks_stay_bare() -> None:
    assert pairs_of("images/1.jpg", "images/2.jpg", "masks/1.png") == {
        "images/1.jpg": ["masks/1.png"],
        "images/2.jpg": [],
    }


def test_options_name_the_folders() -> None:
    assert pairs_of("a/1.png", "b/1.png", images="b", masks="a") == {
        "b/1.png": ["a/1.png"]
    }


def test_what_is_lost() -> None:
    export = export_of(
        "images/1.jpg", "masks/1.png", "masks/7.png", refused=("masks/8.png",)
    )
    lost = pair_masks(export, prefer_colours=False).lost
    assert {(drop.reason, drop.annotation_key, drop.count) for drop in lost} == {
        (Reason.MISSING_IMAGE, "masks/7.png", None),
        (Reason.PATH_ESCAPE, "masks/8.png", None),
    }
    twins = export_of("images/1.jpg", "images/1.png", "masks/1.png")
    assert [drop.reason for drop in pair_masks(twins, prefer_colours=False).lost] == [
        Reason.AMBIGUOUS_IMAGE
    ]


def test_two_masks_of_one_image() -> None:
    export = export_of("images/1.jpg", "masks/1_label.png", "masks/1_color.png")
    for prefer_colours, mask in (
        (True, "masks/1_color.png"),
        (False, "masks/1_label.png"),
    ):
        pairs = pair_masks(export, prefer_colours=prefer_colours)
        assert [each.path for each in pairs.masks["images/1.jpg"]] == [mask]
        assert pairs.lost == []  # the other is the same mask, drawn otherwise
    twice = pair_masks(
        export_of("images/1.jpg", "masks/1.png", "masks/1.bmp"), prefer_colours=False
    )
    assert [each.path for each in twice.masks["images/1.jpg"]] == ["masks/1.bmp"]
    assert [(drop.reason, drop.annotation_key) for drop in twice.lost] == [
        (Reason.DUPLICATE_ANNOTATION, "masks/1.png")
    ]


def test_several_masks_of_one_class_folder() -> None:
    paths = []
    for kind in ("benign", "normal"):
        for name in (f"{kind}/{kind} (1)", f"{kind}/{kind} (2)"):
            paths += [f"{name}.png", f"{name}_mask.png"]
    pairs = pair_masks(
        export_of(*paths, "benign/benign (1)_mask_1.png"), prefer_colours=False
    )
    assert [each.path for each in pairs.masks["benign/benign (1).png"]] == [
        "benign/benign (1)_mask.png",
        "benign/benign (1)_mask_1.png",
    ]
    assert folder_classes(pairs.masks)["normal/normal (2)_mask.png"] == "normal"


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
