"""COCO: the battery, and what is COCO's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as pycoco

from curate.errors import InputError
from curate.pixels import masks
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery, Picture, ReadBack, read_back


class TestCoco(Battery):
    format = "coco"
    broken = "annotations/instances_broken.json"
    texts = ("*.json",)

    def segmentation(self, mask: masks.Mask) -> Any:
        return to_polygons(mask).rings

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        labels = sorted({each.label for picture in pictures for each in picture.objects})
        images, annotations = [], []
        for picture in pictures:
            picture.save(root / "images")
            names = {"file_name": picture.path, "height": picture.height, "width": picture.width}
            images.append({"id": picture.path, **names})
            for each in picture.objects:
                _, x = np.nonzero(each.mask)
                annotation = {"id": f"{picture.path} {each.label} {x[0]}", "image_id": picture.path}
                annotation |= {"category_id": labels.index(each.label), "iscrowd": 0}
                annotations.append(annotation | {"segmentation": self.segmentation(each.mask)})
        categories = [{"id": number, "name": label} for number, label in enumerate(labels)]
        document = {"images": images, "annotations": annotations, "categories": categories}
        (root / "annotations").mkdir()
        (root / "annotations" / "instances_default.json").write_text(json.dumps(document, indent=1))


class TestCocoRunLengths(TestCoco):
    def segmentation(self, mask: masks.Mask) -> Any:
        return {"size": list(mask.shape), "counts": masks.encode(mask).counts.tolist()}


class TestCocoCompressedRunLengths(TestCoco):
    def segmentation(self, mask: masks.Mask) -> Any:
        return {
            "size": list(mask.shape),
            "counts": pycoco.encode(np.asfortranarray(mask))["counts"].decode(),
        }


SQUARE = [[10, 10, 30, 10, 30, 30, 10, 30]]
CATEGORIES = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]


def export(root: Path, *annotations: Any, name: str = "annotations.json", **more: Any) -> Path:
    """An export of one picture; annotations are of it and of class 1 unless they say otherwise."""
    Picture("a.png", 48, 64).save(root)
    stated = {"image_id": 1, "category_id": 1, "segmentation": SQUARE}
    numbered = [
        {"id": i, **stated, **each} if isinstance(each, dict) else each
        for i, each in enumerate(annotations)
    ]
    images = [{"id": 1, "file_name": "a.png", "height": 48, "width": 64}]
    document = {"images": images, "categories": CATEGORIES, "annotations": numbered} | more
    (root / name).write_text(json.dumps(document))
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "coco", options)


@pytest.mark.parametrize(
    ("segmentation", "area"),
    [
        ([10, 10, 30, 10, 30, 30, 10, 30], 400),
        ([[10, 10], [30, 10], [30, 30], [10, 30]], 400),
        ([[[10, 10], [30, 10], [30, 30], [10, 30]]], 400),
        ([*SQUARE, [20, 20, 40, 20, 40, 40, 20, 40]], 700),
        ([*SQUARE, [1, 2, 3, 4]], 400),
        ({"size": [48, 64], "counts": [48, 96, 2928]}, 96),
        ({"size": [48.0, 64.0], "counts": [48.0, 96.0, 2928.0]}, 96),
        (
            [
                {"size": [48, 64], "counts": [48, 96, 2928]},
                {"size": [48, 64], "counts": [96, 96, 2880]},
            ],
            144,
        ),
    ],
)
def test_a_segmentation_may_look_like(tmp_path: Path, segmentation: Any, area: int) -> None:
    assert [row["area"] for row in read(export(tmp_path, {"segmentation": segmentation})).rows] == [
        area
    ]


@pytest.mark.parametrize(
    ("segmentation", "reason"),
    [
        *((nothing, "no_mask") for nothing in ([], [[]], [[], []], None, {}, "")),
        *(
            (odd, "bad_polygon")
            for odd in (
                [[1, 2, 3, 4]],
                [[1, 2, 3, 4, 5]],
                [[1, 2, 3, 4, 5, 6, 7]],
                [None],
                "text",
                3,
                True,
            )
        ),
        *(
            ([[1, 1, 9, 1, bad, 9]], "bad_polygon")
            for bad in (None, "9", True, float("nan"), float("inf"), [9])
        ),
        *(
            ({"size": [48, 64], "counts": bad}, "bad_run_lengths")
            for bad in ([1], "abc", None, 3, [2**70], [True], "é")
        ),
        *(
            ({"size": bad, "counts": [3072]}, "bad_run_lengths")
            for bad in (None, [48], ["48", "64"], [48, 64, 3])
        ),
        ({"size": [64, 48], "counts": [48, 96, 2928]}, "mask_size_mismatch"),
        ([[5, 5, 5, 5, 5, 5]], "empty_mask"),
        ([[100, 5, 120, 5, 110, 30]], "outside_image"),
    ],
)
def test_a_segmentation_costs_its_annotation(
    tmp_path: Path, segmentation: Any, reason: str
) -> None:
    back = read(export(tmp_path, {"segmentation": segmentation}, {"category_id": 2}))
    assert [row["label"] for row in back.rows] == ["dog"]
    assert back.reasons == {reason: 1}


def test_a_number_beyond_float64_costs_its_annotation(tmp_path: Path) -> None:
    export(tmp_path, {"segmentation": [[1, 1, 9, 1, 12345, 9]]}, {})
    file = tmp_path / "annotations.json"
    file.write_text(file.read_text().replace("12345", "1e400"))
    assert read(tmp_path).reasons == {"bad_polygon": 1}


def test_masks_are_those_of_pycocotools(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    polygons = [
        [draw.uniform(-9, 70, 2 * n).round(2).tolist() for n in (3, 5, 9)] for _ in range(30)
    ]
    back = read(export(tmp_path, *({"segmentation": each} for each in polygons)))
    drawn = {
        f"annotations.json#{i}": pycoco.merge(pycoco.frPyObjects(each, 48, 64))
        for i, each in enumerate(polygons)
    }
    assert {row["annotation_key"]: row["counts"] for row in back.rows} == {
        k: v["counts"].decode() for k, v in drawn.items()
    }


@pytest.mark.parametrize("one", [1, 1.0, "1", 10**30, "a7f", -1])
def test_ids_are_names(tmp_path: Path, one: Any) -> None:
    images = [{"id": one, "file_name": "a.png"}]
    named = str(int(one)) if isinstance(one, float) else str(one)
    root = export(
        tmp_path,
        {"image_id": named, "category_id": one, "id": one},
        images=images,
        categories=[{"id": named, "name": "cat"}],
    )
    assert [(row["label"], row["annotation_key"]) for row in read(root).rows] == [
        ("cat", f"annotations.json#{named}")
    ]


CVAT = {"attributes": {"occluded": False}}


@pytest.mark.parametrize(
    ("annotation", "options", "stays"),
    [
        ({"iscrowd": 1}, {}, False),
        ({"iscrowd": True}, {}, False),
        ({"iscrowd": "1"}, {}, False),
        ({"iscrowd": 0}, {}, True),
        ({"iscrowd": False}, {}, True),
        ({"iscrowd": None}, {}, True),
        ({"iscrowd": 1} | CVAT, {}, True),
        ({"iscrowd": 1} | CVAT, {"crowds": "drop"}, False),
        ({"iscrowd": 1}, {"crowds": "keep"}, True),
        ({"iscrowd": 1, "category_id": 3}, {}, True),
    ],
)
def test_crowds_leave(tmp_path: Path, annotation: Any, options: Any, stays: bool) -> None:
    categories = [*CATEGORIES, {"id": 3, "name": "sky", "isthing": 0}]
    back = read(export(tmp_path, annotation, categories=categories), **options)
    assert back.reasons == ({} if stays else {"crowd": 1})


def test_option_crowds_is_checked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="crowds is one of auto, drop, keep, not 'no'"):
        read(export(tmp_path, {}), crowds="no")


@pytest.mark.parametrize(
    "categories",
    [
        [],
        None,
        [{"id": 1}],
        [{"name": "cat"}],
        [None, 3],
        [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}],
    ],
)
def test_no_class_is_invented(tmp_path: Path, categories: Any) -> None:
    assert read(export(tmp_path, {}, categories=categories)).reasons == {"unknown_class": 1}


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        ({"image_id": 2}, "unknown_image"),
        ({"image_id": None}, "unknown_image"),
        ({"category_id": None}, "unknown_class"),
        ({"category_id": [1]}, "unknown_class"),
        ({"deleted": True}, "deleted"),
        ({"isbbox": True}, "no_mask"),
        (None, "malformed_file"),
        ([1], "malformed_file"),
    ],
)
def test_an_annotation_costs_itself(tmp_path: Path, annotation: Any, reason: str) -> None:
    back = read(export(tmp_path, annotation, {"id": "good"}))
    assert [row["annotation_key"] for row in back.rows] == ["annotations.json#good"]
    assert back.reasons == {reason: 1}


def test_the_first_of_an_id_stays(tmp_path: Path) -> None:
    back = read(export(tmp_path, {"id": 7}, {"id": 7.0, "category_id": 2}))
    assert [row["label"] for row in back.rows] == ["cat"]
    assert back.reasons == {"duplicate_annotation": 1}


def test_an_annotation_without_an_id_is_known_by_its_content(tmp_path: Path) -> None:
    first, second = ({"id": None, "category_id": number} for number in (1, 2))
    keys = [
        {row["label"]: row["annotation_key"] for row in read(export(tmp_path, *order)).rows}
        for order in ((first, second), (second, first))
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0].values())) == 2


@pytest.mark.parametrize(
    ("images", "reasons"),
    [
        (
            [{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "b.png"}],
            {"ambiguous_image": 1},
        ),
        ([{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "a.png"}], {}),
        ([{"id": 1, "coco_url": "http://nowhere.invalid/train2017/a.png?size=1"}], {}),
        ([{"id": 1, "file_name": "http://nowhere.invalid/a.png"}], {"path_escape": 1}),
        ([{"id": 1, "file_name": "sub\\..\\a.png"}], {}),
        ([{"id": 1}], {"missing_image": 1}),
        ([{"id": 1, "file_name": None}], {"missing_image": 1}),
        ([{"id": 1, "file_name": "a.png", "deleted": True}], {"deleted": 1}),
        ([None, {"file_name": "a.png"}], {"unknown_image": 1}),
        ([], {"unknown_image": 1}),
        ({"id": 1}, {"malformed_file": None}),
    ],
)
def test_images_are_named_like_this(
    tmp_path: Path, images: Any, reasons: dict[str, int | None]
) -> None:
    assert read(export(tmp_path, {}, images=images)).reasons == reasons


def test_the_word_of_a_document_tells_its_pictures(tmp_path: Path) -> None:
    for split in ("train", "val"):
        Picture(f"images/{split}/1.png", 48, 64).save(tmp_path)
        images = [{"id": 1, "file_name": "1.png"}]
        export(tmp_path, {}, images=images, name=f"instances_{split}.json")
    rows = read(tmp_path).rows
    assert sorted(row["image_path"] for row in rows) == ["images/train/1.png", "images/val/1.png"]
    assert not any(row["flags"] for row in rows)


def test_documents_may_say_things_twice(tmp_path: Path) -> None:
    export(tmp_path, {"id": 1}, {"id": 2, "category_id": 2}, name="all.json")
    export(tmp_path, {"id": 8}, name="train.json")
    export(tmp_path, {"id": 1, "segmentation": [[1, 1, 9, 1, 9, 9]]}, name="zebra.json")
    back = read(tmp_path)
    assert {row["annotation_key"] for row in back.rows} == {
        "all.json#1",
        "all.json#2",
        "zebra.json#1",
    }
    assert back.reasons == {"duplicate_annotation": 1}


def test_another_tools_json_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    export(tmp_path, {})
    annotations = {
        "captions.json": {"caption": "a cat"},
        "panoptic.json": {"segments_info": []},
        "person_keypoints.json": {"keypoints": [1, 2, 2]},
    }
    for name, annotation in annotations.items():
        document = {
            "images": [{"id": 1, "file_name": "a.png"}],
            "annotations": [{"id": 1, "image_id": 1} | annotation],
        }
        (tmp_path / name).write_text(json.dumps(document))
    (tmp_path / "labelme.json").write_text('{"shapes": [], "imagePath": "a.png"}')
    (tmp_path / "results.json").write_text(
        '[{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]'
    )
    with caplog.at_level("INFO", logger="curate"):
        back = read(tmp_path)
    assert (len(back.rows), back.reasons) == (1, {})
    assert sorted(record.getMessage().split(" ")[2] for record in caplog.records) == sorted(
        [*annotations, "labelme.json", "results.json"]
    )


def test_what_stays_with_an_object(tmp_path: Path) -> None:
    values = {
        "attributes": {"occluded": True, "colour": "red", "age": 3, "none": None},
        "metadata": {"name": "Tom"},
    }
    images = [{"id": 1, "file_name": "a.png", "video_id": 4}]
    (row,) = read(
        export(tmp_path, values, images=images, videos=[{"id": 4, "name": "drive 4"}])
    ).rows
    assert dict(row["attributes"]) == {
        "occluded": "true",
        "colour": "red",
        "age": "3",
        "name": "Tom",
    }
    assert row["video"] == "drive 4"


def test_a_lone_surrogate_is_replaced_and_flagged(tmp_path: Path) -> None:
    categories = [{"id": 1, "name": "c\ud800t"}, {"id": 2, "name": "\U0001f408 NaN"}]
    back = read(export(tmp_path, {"x": float("nan")}, {"category_id": 2}, categories=categories))
    assert {row["label"]: "replaced_characters" in row["flags"] for row in back.rows} == {
        "c\ufffdt": True,
        "\U0001f408 NaN": False,
    }


def test_one_document_may_be_the_export(tmp_path: Path) -> None:
    export(tmp_path, {}, name="other.json")
    export(tmp_path, {"id": 3})
    assert [row["annotation_key"] for row in read(tmp_path / "annotations.json").rows] == [
        "annotations.json#3"
    ]
