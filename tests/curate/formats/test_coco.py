"""COCO: the battery, and what is COCO's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as pycoco

from curate.errors import InputError
from curate.pixels.masks import Mask, encode
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.coco_exports import CATEGORIES, export, read
from tests.curate.formats.pictures import Picture


class TestCoco(Battery):
    """Polygons, and ids that are names."""

    format = "coco"
    broken = "annotations/instances_broken.json"
    texts = ("*.json",)

    def segmentation(self, mask: Mask) -> Any:
        return to_polygons(mask).rings

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        labels = sorted(
            {each.label for picture in pictures for each in picture.objects}
        )
        images = []
        annotations = []
        for picture in pictures:
            picture.save(root / "images")
            images.append(
                {
                    "id": picture.path,
                    "file_name": picture.path,
                    "height": picture.height,
                    "width": picture.width,
                }
            )
            for each in picture.objects:
                _, x = np.nonzero(each.mask)
                annotations.append(
                    {
                        "id": f"{picture.path} {each.label} {x[0]}",
                        "image_id": picture.path,
                        "category_id": labels.index(each.label),
                        "iscrowd": 0,
                        "segmentation": self.segmentation(each.mask),
                    }
                )
        categories = [
            {"id": number, "name": label} for number, label in enumerate(labels)
        ]
        document = {
            "images": images,
            "annotations": annotations,
            "categories": categories,
        }
        (root / "annotations").mkdir()
        file = root / "annotations" / "instances_default.json"
        file.write_text(json.dumps(document, indent=1))


class TestCocoRunLengths(TestCoco):
    """Run-lengths as lists."""

    def segmentation(self, mask: Mask) -> Any:
        return {"size": list(mask.shape), "counts": encode(mask).counts.tolist()}


class TestCocoCompressedRunLengths(TestCoco):
    """Run-lengths as pycocotools compresses them."""

    def segmentation(self, mask: Mask) -> Any:
        runs = pycoco.encode(np.asfortranarray(mask))
        return {"size": list(mask.shape), "counts": runs["counts"].decode()}


@pytest.mark.parametrize("one", [1, 1.0, "1", 10**30, "a7f", -1])
def test_ids_are_names(tmp_path: Path, one: Any) -> None:
    named = str(one).removesuffix(".0")
    root = export(
        tmp_path,
        {"image_id": named, "category_id": one, "id": one},
        images=[{"id": one, "file_name": "a.png"}],
        categories=[{"id": named, "name": "cat"}],
    )
    (row,) = read(root).rows
    assert row["label"] == "cat"
    assert row["annotation_key"] == f"annotations.json#{named}"


@pytest.mark.parametrize(
    ("listed", "reasons"),
    [(["0007"], {}), (["7"], {}), (["007", "07"], {"unknown_image": 2})],
    ids=["zeros listed", "none listed", "no telling which"],
)
def test_an_id_may_have_other_zeros_before_it(
    tmp_path: Path, listed: list[str], reasons: dict[str, int]
) -> None:
    root = export(
        tmp_path,
        {"image_id": 7, "category_id": "01"},
        {"image_id": "00007", "category_id": "2"},
        images=[{"id": each, "file_name": "a.png"} for each in listed],
    )
    back = read(root)
    assert back.reasons == reasons
    if not reasons:
        assert back.labels == {"cat": 1, "dog": 1}


CVAT = {"attributes": {"occluded": False}}


@pytest.mark.parametrize(
    ("annotation", "options", "dropped"),
    [
        ({"iscrowd": 1}, {}, 1),
        ({"iscrowd": True}, {}, 1),
        ({"iscrowd": "1"}, {}, 1),
        ({"iscrowd": 0}, {}, 0),
        ({"iscrowd": False}, {}, 0),
        ({"iscrowd": None}, {}, 0),
        ({"iscrowd": 1} | CVAT, {}, 0),
        ({"iscrowd": 1} | CVAT, {"crowds": "drop"}, 1),
        ({"iscrowd": 1}, {"crowds": "keep"}, 0),
        ({"iscrowd": 1, "category_id": 3}, {}, 0),
    ],
)
def test_crowds_leave(
    tmp_path: Path, annotation: Any, options: Any, dropped: int
) -> None:
    categories = [*CATEGORIES, {"id": 3, "name": "sky", "isthing": 0}]
    back = read(export(tmp_path, annotation, categories=categories), **options)
    assert back.reasons.get("crowd", 0) == dropped
    assert len(back.rows) == 1 - dropped


def test_darwins_polygons_of_several_paths_are_no_crowds(tmp_path: Path) -> None:
    info = {"description": "Exported from Darwin"}
    root = export(tmp_path, {"iscrowd": 1}, info=info)
    assert len(read(root).rows) == 1
    assert read(root, crowds="drop").reasons == {"crowd": 1}


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
    assert read(export(tmp_path, {}, categories=categories)).reasons == {
        "unknown_class": 1
    }


def test_an_id_may_stand_for_several_annotations(tmp_path: Path) -> None:
    cat, dog = {"id": 7}, {"id": 7.0, "category_id": 2}
    keys = keys_by_label(export(tmp_path, cat, dog))
    assert all(key.startswith("annotations.json#7~") for key in keys.values())
    assert keys_by_label(export(tmp_path, dog, cat)) == keys


def test_ids_may_begin_anew_with_each_image(tmp_path: Path) -> None:
    Picture("b.png", 48, 64).save(tmp_path)
    images = [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}]
    back = read(export(tmp_path, {"id": 7}, {"id": 7, "image_id": 2}, images=images))
    assert sorted(row["image_path"] for row in back.rows) == ["a.png", "b.png"]
    assert back.reasons == {}


def test_an_annotation_without_an_id_is_known_by_its_content(tmp_path: Path) -> None:
    cat = {"id": None, "category_id": 1}
    dog = {"id": None, "category_id": 2}
    keys = keys_by_label(export(tmp_path, cat, dog))
    assert len(set(keys.values())) == 2
    assert keys_by_label(export(tmp_path, dog, cat)) == keys


def keys_by_label(root: Path) -> dict[str, str]:
    return {row["label"]: row["annotation_key"] for row in read(root).rows}


@pytest.mark.parametrize(
    ("images", "reasons"),
    [
        (
            [{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "b.png"}],
            {"ambiguous_image": 1},
        ),
        ([{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "a.png"}], {}),
        ([{"id": 1, "coco_url": "http://nowhere.invalid/train2017/a.png?size=1"}], {}),
        ([{"id": 1, "file_name": "http://nowhere.invalid/a.png"}], {}),
        ([{"id": 1, "file_name": "http://nowhere.invalid/x.png"}], {"path_escape": 1}),
        ([{"id": 1, "file_name": "a/" * 600 + "a.png"}], {"over_limit": 1}),
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
    assert sorted(row["image_path"] for row in rows) == [
        "images/train/1.png",
        "images/val/1.png",
    ]
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


def test_another_tools_json_is_left_alone_and_named(tmp_path: Path) -> None:
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
    back = read(tmp_path)
    assert (len(back.rows), back.reasons) == (1, {})
    assert back.ignored == sorted([*annotations, "labelme.json", "results.json"])


def test_what_stays_with_an_object(tmp_path: Path) -> None:
    values = {
        "attributes": {"occluded": True, "colour": "red", "age": 3, "none": None},
        "metadata": {"name": "Tom"},
    }
    images = [{"id": 1, "file_name": "a.png", "video_id": 4}]
    videos = [{"id": 4, "name": "drive 4"}]
    (row,) = read(export(tmp_path, values, images=images, videos=videos)).rows
    assert dict(row["attributes"]) == {
        "occluded": "true",
        "colour": "red",
        "age": "3",
        "name": "Tom",
    }
    assert row["video"] == "drive 4"


def test_a_lone_surrogate_is_replaced_and_flagged(tmp_path: Path) -> None:
    categories = [{"id": 1, "name": "c\ud800t"}, {"id": 2, "name": "\U0001f408 NaN"}]
    back = read(
        export(tmp_path, {"x": float("nan")}, {"category_id": 2}, categories=categories)
    )
    flags = {row["label"]: row["flags"] for row in back.rows}
    assert flags == {"c\ufffdt": ["replaced_characters"], "\U0001f408 NaN": []}


def test_one_document_may_be_the_export(tmp_path: Path) -> None:
    export(tmp_path, {}, name="other.json")
    export(tmp_path, {"id": 3})
    (row,) = read(tmp_path / "annotations.json").rows
    assert row["annotation_key"] == "annotations.json#3"
