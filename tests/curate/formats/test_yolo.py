"""YOLO segmentation: the battery, and what is YOLO's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from curate.pixels.polygons import to_polygons
from curate.records import Polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back


class TestYolo(Battery):
    """Labels in a sister folder of the images, classes in data.yaml."""

    format = "yolo"
    pieces = False
    broken = "labels/broken.txt"
    broken_bytes = b"\xff\xfe\x00\xd8\x00"
    texts = ("*.txt", "*.yaml")

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        labels = sorted(
            {each.label for picture in pictures for each in picture.objects}
        )
        names = json.dumps(labels, ensure_ascii=False)
        (root / "data.yaml").write_text(f"train: images\nnames: {names}\n")
        for picture in pictures:
            picture.save(root / "images")
            lines = []
            for each in picture.objects:
                shape = to_polygons(each.mask)
                lines.append(line_of(labels.index(each.label), shape, picture))
            file = (root / "labels" / picture.path).with_suffix(".txt")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(lines))


def line_of(number: int, shape: Polygons, picture: Picture) -> str:
    """A class number and the shares of a polygon's points."""
    (ring,) = shape.rings
    words = [str(number)]
    for x, y in zip(ring[::2], ring[1::2], strict=True):
        words += [f"{x / picture.width:.6f}", f"{y / picture.height:.6f}"]
    return " ".join(words)


SQUARE = "0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75"
OTHER_SQUARE = SQUARE.replace("0 ", "1 ", 1)
TWO_PIECES = "0 0 0 .5 0 .5 .5 0 .5 0 0 .75 .75 1 .75 1 1 .75 1 .75 .75"
"""Two squares of 400 and of 100 px, joined to and fro."""
NAMES = "names: [cat, plant pot]\n"


def export(root: Path, files: dict[str, str], *images: str) -> Path:
    for image in images:
        Picture(image, 40, 40).save(root)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "yolo", options)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 0.5 0.5 0.2 0.2", "no_mask"),
        ("0", "bad_polygon"),
        ("0 0.5 0.5", "bad_polygon"),
        ("0 0.1 0.1 0.9", "bad_polygon"),
        ("0 0.1 0.1 0.9 0.1 0.9 0.9 0.5", "bad_polygon"),
        ("0 0.1 0.1 0.9 0.1 0.9 nan", "bad_polygon"),
        ("0 0.1 0.1 0.9 0.1 0.9 1e999", "bad_polygon"),
        ("0 0.1 0.1 0.9 0.1 0.9 0_9", "bad_polygon"),
        ("0 0.1,0.1 0.9,0.1 0.9,0.9 0.1,0.9 0.1,0.5 0.1,0.4", "bad_polygon"),
        ("0 0.5 0.5 0.5 0.5 0.5 0.5", "empty_mask"),
        ("0 10 10 30 10 30 30 10 30", "outside_image"),
        ("2 0.1 0.1 0.9 0.1 0.9 0.9", "unknown_class"),
        ("-1 0.1 0.1 0.9 0.1 0.9 0.9", "unknown_class"),
        ("0.5 0.1 0.1 0.9 0.1 0.9 0.9", "malformed_file"),
        ("cat 0.1 0.1 0.9 0.1 0.9 0.9", "malformed_file"),
        ("nan 0.1 0.1 0.9 0.1 0.9 0.9", "malformed_file"),
        ("0,0.1,0.1,0.9,0.1,0.9,0.9", "malformed_file"),
        (SQUARE, "duplicate_annotation"),
    ],
)
def test_a_line_costs_itself(tmp_path: Path, line: str, reason: str) -> None:
    files = {
        "labels/1.txt": f"{SQUARE}\n\n{line}\n1 0 0 0.5 0 0.5 0.5\n",
        "data.yaml": NAMES,
    }
    back = read(export(tmp_path, files, "images/1.png"))
    assert sorted(row["label"] for row in back.rows) == ["cat", "plant pot"]
    assert back.reasons == {reason: 1}


@pytest.mark.parametrize(
    ("line", "area"),
    [
        (SQUARE, 400),
        (SQUARE.replace("0 ", "0.000000e+00 ", 1).replace(" ", "\t"), 400),
        (f"{SQUARE} 0.25 0.25", 400),
        ("0 0.5 0.5 1.5 0.5 1.5 1.5 0.5 1.5", 400),
        ("0 -0.5 -0.5 0.5 -0.5 0.5 0.5 -0.5 0.5", 400),
        (TWO_PIECES, 500),
        (SQUARE.replace("0 ", "0 0.5 0.5 0.5 0.5 ", 1), 400),  # its box before it
    ],
)
def test_a_polygon_may_look_like(tmp_path: Path, line: str, area: int) -> None:
    back = read(
        export(tmp_path, {"labels/1.txt": line, "data.yaml": NAMES}, "images/1.png")
    )
    assert [row["area"] for row in back.rows] == [area]


@pytest.mark.parametrize(
    ("label", "image"),
    [
        ("labels/train/a.txt", "images/train/a.png"),
        ("train/labels/a.txt", "train/images/a.png"),
        ("labels_1st_500/a.txt", "images_1st_500/a.png"),
        ("Labels/a.txt", "Images/a.png"),
        ("obj_train_data/a.txt", "obj_train_data/a.png"),
        ("x/labels/a.txt", "x/a.png"),
        ("labels/images/labels/a.txt", "labels/images/images/a.png"),
        ("labels/a.png.txt", "images/a.png"),
        ("labels/a.b.c.txt", "images/a.b.c.png"),
        ("a.TXT", "a.png"),
    ],
)
def test_labels_lie_beside_or_across(tmp_path: Path, label: str, image: str) -> None:
    files = {label: SQUARE, "data.yaml": NAMES, "train.txt": image}
    (row,) = read(export(tmp_path, files, image, "else/a.png")).rows
    assert row["image_path"] == image
    assert row["flags"] == []


def test_an_image_elsewhere_is_found_by_its_name(tmp_path: Path) -> None:
    files = {"txt/a.txt": SQUARE, "pictures/readme.txt": "a note", "data.yaml": NAMES}
    (row,) = read(export(tmp_path, files, "pictures/a.png", "pictures/b.png")).rows
    assert (row["image_path"], row["flags"]) == ("pictures/a.png", ["image_by_name"])


def test_other_texts_are_left_alone_and_named(tmp_path: Path) -> None:
    files = {
        "labels/a.txt": SQUARE,
        "classes.txt": "cat\ndog",
        "train.txt": "images/a.png",
        "notes.txt": "3 cats, 2 dogs",
        "args.yaml": "epochs: 3",
    }
    back = read(export(tmp_path, files, "images/a.png"))
    assert back.ignored == ["args.yaml", "notes.txt", "train.txt"]


@pytest.mark.parametrize(
    ("images", "reason"),
    [
        (["images/a.png", "images/a.bmp"], "ambiguous_image"),
        (["one/a.png", "two/a.png"], "ambiguous_image"),
        (["images/b.png"], "missing_image"),
    ],
)
def test_a_label_file_without_its_image_is_counted(
    tmp_path: Path, images: list[str], reason: str
) -> None:
    files = {"labels/a.txt": f"{SQUARE}\n{SQUARE}\n", "data.yaml": NAMES}
    back = read(export(tmp_path, files, *images))
    assert back.reasons == {reason: 2}


def test_of_two_label_files_the_nearer_stays(tmp_path: Path) -> None:
    files = {
        "labels/a.txt": SQUARE,
        "runs/labels/a.txt": f"{SQUARE} 0.3 0.3\n1 0.5 0.5 1 1\n",
        "data.yaml": NAMES,
    }
    back = read(export(tmp_path, files, "images/a.png"))
    assert [row["annotation_key"].split("#")[0] for row in back.rows] == [
        "labels/a.txt"
    ]
    assert back.reasons == {"duplicate_annotation": 2}


@pytest.mark.parametrize(
    ("files", "label"),
    [
        ({"data.yaml": "names:\n  0: cat\n  1: plant pot\n"}, "plant pot"),
        ({"data.yaml": "names: {'0': cat, '1': no}\nnc: 2\n"}, "no"),
        ({"data.yaml": "names: [1, 2]"}, "2"),
        ({"classes.txt": "cat\nplant pot\n\n"}, "plant pot"),
        ({"classes.txt": "# of the kitchen\ncat\n#1"}, "#1"),
        ({"labels/classes.txt": "cat\nplant pot"}, "plant pot"),
        ({"classes.txt": "id,name\n0,cat\n1,plant pot"}, "plant pot"),
        ({"classes.txt": "class_name\ncat\nplant pot"}, "plant pot"),
        ({"classes.txt": "1: plant pot\n2: cat"}, "plant pot"),
        ({"classes.txt": "5 cent\n10 cent"}, "10 cent"),
        ({"classes.txt": "name tag\nplant pot"}, "plant pot"),
        ({"obj.names": "cat\nplant pot", "obj.data": "classes = 2"}, "plant pot"),
        ({"data.yaml": "names: [a, b]", "classes.txt": "c\nd"}, "b"),
        ({"x/data.yaml": "names: [a, b]", "labels/data.yaml": "names: [c, d]"}, "d"),
        ({"deep/data.yaml": "names: [a, b]", "args.yaml": "epochs: 3"}, "b"),
        ({"args.yaml": "epochs: 3"}, "1"),
        ({}, "1"),
    ],
)
def test_classes_are_listed_in_many_ways(
    tmp_path: Path, files: dict[str, str], label: str
) -> None:
    (row,) = read(
        export(tmp_path, {"labels/a.txt": OTHER_SQUARE} | files, "images/a.png")
    ).rows
    assert row["label"] == label


@pytest.mark.parametrize("classes", [["cat", "tree"], {1: "tree"}, "list.txt"])
def test_option_classes_goes_before_all(tmp_path: Path, classes: Any) -> None:
    files = {
        "labels/a.txt": OTHER_SQUARE,
        "data.yaml": NAMES,
        "list.txt": "cat\ntree\n",
    }
    (row,) = read(export(tmp_path, files, "images/a.png"), classes=classes).rows
    assert row["label"] == "tree"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("names: [cat, plant", "malformed_file"),
        ("names: 3", "malformed_file"),
        ("names: !!python/object:os.system [cat]", "refused_markup"),
    ],
)
def test_a_broken_class_list_is_said(tmp_path: Path, text: str, reason: str) -> None:
    back = read(
        export(tmp_path, {"labels/a.txt": SQUARE, "data.yaml": text}, "images/a.png")
    )
    assert back.reasons == {reason: None, "unknown_class": 1}


def test_a_box_with_keypoints_is_a_box(tmp_path: Path) -> None:
    keypoints = " ".join(["0 0.5 0.5 0.2 0.2", *["0.4 0.4 2"] * 4])
    files = {
        "labels/a.txt": f"{keypoints}\n{SQUARE}",
        "data.yaml": f"{NAMES}kpt_shape: [4, 3]\n",
    }
    back = read(export(tmp_path, files, "images/a.png"))
    assert (len(back.rows), back.reasons) == (1, {"no_mask": 1})


@pytest.mark.parametrize("visibility", ["", " 2"])
def test_boxes_with_keypoints_are_no_polygons_though_nothing_says_so(
    tmp_path: Path, visibility: str
) -> None:
    lines = []
    for x, y in ((0.2, 0.3), (0.7, 0.6), (0.8, 0.2)):
        points = [f"{x + move} {y - move}{visibility}" for move in (0.02, 0.0, -0.05)]
        lines.append(f"0 {x} {y} 0.2 0.25 {' '.join(points)}")
    back = read(export(tmp_path, {"labels/a.txt": "\n".join(lines)}, "images/a.png"))
    assert (back.rows, back.reasons) == ([], {"no_mask": 3})
    assert "a box with keypoints" in back.drops.to_pylist()[0]["detail"]


@pytest.mark.parametrize(
    ("lines", "objects"),
    [
        ([f"{SQUARE} 0.913", f"{OTHER_SQUARE} 0.8"], 2),
        ([f"{SQUARE} 1", f"{OTHER_SQUARE} 2"], 2),
        ([f"{SQUARE} 0.913 1", f"{OTHER_SQUARE} 0.8 2", f"{TWO_PIECES} 0.7"], 3),
        ([f"{SQUARE} 0.913", OTHER_SQUARE], 1),
        ([f"{SQUARE} 0.913"], 0),
    ],
    ids=["confidence", "track", "both", "in some lines", "in the only line"],
)
def test_what_a_prediction_adds_is_no_point(
    tmp_path: Path, lines: list[str], objects: int
) -> None:
    files = {"labels/a.txt": "\n".join(lines), "data.yaml": NAMES}
    back = read(export(tmp_path, files, "images/a.png"))
    assert [row["area"] for row in back.rows] == [400, 400, 500][:objects]
    lost = len(lines) - objects
    assert back.reasons.get("bad_polygon", 0) == lost


def test_images_without_label_files_have_no_objects(tmp_path: Path) -> None:
    files = {"labels/a.txt": "", "data.yaml": NAMES}
    back = read(export(tmp_path, files, "images/a.png", "images/b.png"))
    assert (back.rows, back.reasons) == ([], {})


def test_a_linked_folder_of_images_is_named_or_followed(tmp_path: Path) -> None:
    root = export(tmp_path / "set", {"data.yaml": NAMES, "labels/train/1.txt": SQUARE})
    Picture("1.jpg", 40, 40).save(tmp_path / "pool")
    (root / "images").mkdir()
    (root / "images/train").symlink_to("../../pool")
    back = read_back(root, "yolo")
    (drop,) = back.drops.to_pylist()
    assert (drop["reason"], drop["count"]) == ("path_escape", 1)
    assert "'images/train' is a link to '../../pool'" in drop["detail"]
    assert back.ignored == ["images/train"]

    back = read_back(root, "yolo", links="follow")
    (row,) = back.rows
    assert (row["image_path"], row["flags"]) == ("images/train/1.jpg", [])


def test_a_linked_folder_in_the_export_is_followed(tmp_path: Path) -> None:
    root = tmp_path / "set"
    for split in ("train", "val"):
        Picture(f"data/photo_{split}/1.jpg", 40, 40).save(root)
        export(root, {"data.yaml": NAMES, f"labels/{split}/1.txt": SQUARE})
        (root / "images").mkdir(exist_ok=True)
        (root / "images" / split).symlink_to(f"../data/photo_{split}")
    back = read_back(root, "yolo")
    assert not back.reasons
    assert [row["flags"] for row in back.rows] == [[], []]
