"""Images with several masks: classes, objects, observers, copies; and what is lost."""

import pytest

from curate.formats.shared.mask_choice import ChosenMask
from curate.formats.shared.pairs import folder_classes, pair_masks
from curate.reasons import Reason
from tests.curate.formats.shared.name_pairs import export_of


def test_a_field_of_view_beside_drawn_masks_is_none() -> None:
    drawn = "test/1st_manual/01_manual1.gif"
    again = "test/2nd_manual/01_manual2.gif"
    images = ("test/images/01_test.tif", "test/images/02_test.tif")
    export = export_of(*images, drawn, again, "test/mask/01_test_mask.gif")
    pairs = pair_masks(export, prefer_colours=False)
    assert pairs.masks == {images[0]: [ChosenMask(drawn)], images[1]: []}
    assert [drop.annotation_key for drop in pairs.lost] == [again]


def test_fields_and_their_valid_px_are_no_masks() -> None:
    places = ("images/rgb", "images/nir", "boundaries", "masks")
    kinds = ("labels/water", "labels/weeds")
    paths = [f"{place}/{name}.png" for place in (*places, *kinds) for name in "ab"]
    masks = pair_masks(export_of(*paths), prefer_colours=False).masks
    for name in "ab":
        due = [ChosenMask(f"{kind}/{name}.png", kind[7:]) for kind in kinds]
        assert masks[f"images/rgb/{name}.png"] == due
    assert sum(map(len, masks.values())) == 4


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


def test_marks_that_a_watershed_has_grown_are_no_mask() -> None:
    grown, painted = "x/1_watershed_mask.png", "x/1_color_mask.png"
    paths = ("x/1.jpg", "x/1_mask.png", grown, painted)
    for prefer_colours, mask in ((False, grown), (True, painted)):
        pairs = pair_masks(export_of(*paths), prefer_colours=prefer_colours)
        assert pairs.masks == {"x/1.jpg": [ChosenMask(mask)]}


def test_observers_are_no_classes() -> None:
    masks = ("labels-ah/im1.ah.ppm", "labels-vk/im1.vk.ppm")
    pairs = pair_masks(export_of("im1.ppm", *masks), prefer_colours=False)
    assert pairs.masks == {"im1.ppm": [ChosenMask(masks[0])]}
    assert [drop.annotation_key for drop in pairs.lost] == [masks[1]]


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


@pytest.mark.parametrize("folders", [("1", "2"), ("class_1", "class_2"), ("m01", "m2")])
def test_folders_of_classes_may_differ_by_a_number(folders: tuple[str, str]) -> None:
    first, second = folders
    masks = (f"masks/{first}/1.png", f"masks/{second}/1.png", f"masks/{second}/2.png")
    export = export_of("images/1.jpg", "images/2.jpg", *masks)
    pairs = pair_masks(export, prefer_colours=False)
    of_second = ChosenMask(masks[1], second)
    assert pairs.masks == {
        "images/1.jpg": [ChosenMask(masks[0], first), of_second],
        "images/2.jpg": [ChosenMask(masks[2], second)],
    }
    assert pairs.lost == []


def test_folders_of_classes_that_are_numbered_name_them() -> None:
    images = [f"images/{name}.jpg" for name in "abcd"]
    masks = {
        f"masks/class{1 + number % 2}/{name}.png": f"class{1 + number % 2}"
        for number, name in enumerate("abcd")
    }
    pairs = pair_masks(export_of(*images, *masks), prefer_colours=False)
    assert folder_classes(pairs.masks) == masks


def test_classes_that_are_numbered_are_no_objects() -> None:
    paths = []
    for name in "ab":
        paths += [f"images/{name}.jpg", f"masks/{name}_class1.png"]
    export = export_of(*paths, "masks/a_class2.png")
    masks = pair_masks(export, prefer_colours=False).masks["images/a.jpg"]
    assert [(mask.label, mask.whole) for mask in masks] == [
        ("class1", False),
        ("class2", False),
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


def test_kitti_has_masks_in_classes_and_in_colours() -> None:
    files = {"image": "image_2/1.png", "values": "semantic/1.png"}
    files |= {"colours": "semantic_rgb/1.png", "objects": "instance/1.png"}
    for prefers_colours, kept in ((True, "colours"), (False, "values")):
        pairs = pair_masks(export_of(*files.values()), prefer_colours=prefers_colours)
        (mask,) = pairs.masks[files["image"]]
        assert (mask.path, mask.instances) == (files[kept], files["objects"])
        assert not pairs.lost


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
