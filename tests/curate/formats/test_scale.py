"""Scale AI's tasks: the battery, and what is their own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.errors import InputError
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, save_values
from tests.curate.formats.scale_exports import HOST, SQUARE, export, read, vertices
from tests.curate.formats.test_panoptic import save_ids, segment_ids


class TestScale(Battery):
    """Tasks of segmentation, with pictures of 24 bits."""

    format = "scale"
    overlaps = False
    broken = "more.json"
    texts = ("*.json",)

    def image(self, root: Path, name: str) -> Path:
        return root / "images" / name

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        tasks = []
        for picture in pictures:
            picture.save(root / "images")
            ids, listed = segment_ids(picture)
            name = picture.path.replace("/", " ")
            save_ids(root / "masks" / name, ids)
            mapping: dict[str, list[Any]] = {}
            for index, each in zip(listed, picture.objects, strict=True):
                mapping.setdefault(each.label, []).append(
                    {"index": index, "color": "#000000"}
                )
            combined = {"extendedIndexedImage": f"masks/{name}"}
            response = {"labelMapping": mapping, "annotations": {"combined": combined}}
            tasks.append(
                {
                    "task_id": f"task of {picture.path}",
                    "status": "completed",
                    "params": {"attachment": HOST + picture.path},
                    "response": response,
                }
            )
        (root / "tasks.json").write_text(json.dumps(tasks))


class TestScalePolygons(TestScale):
    """Tasks of image annotation; each of them in a line."""

    holes = False
    pieces = False
    broken = "more.jsonl"
    texts = ("*.jsonl",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        lines = []
        for picture in pictures:
            picture.save(root / "images")
            annotations = []
            for each in picture.objects:
                entry = {
                    "label": each.label,
                    "type": "polygon",
                    "vertices": vertices(each.mask),
                }
                annotations.append(entry)
            task = {
                "task_id": picture.path,
                "params": {"attachment": HOST + picture.path},
                "response": {"annotations": annotations},
            }
            lines.append(json.dumps(task))
        (root / "tasks.jsonl").write_text("\n".join(lines))


CAT = {"index": 1, "color": "#800000"}


DOG = {"index": 2, "color": "#008000"}


MAPPING = {"cat": CAT, "dog": [DOG]}


def task(mapping: Any = MAPPING, **more: Any) -> dict[str, Any]:
    combined = {
        "image": "https://h/x.png",
        "indexedImage": "https://h/masks/a_indexed.png?sig=1",
    }
    return {
        "task_id": "t1",
        "status": "completed",
        "params": {"attachment": "https://h/a.jpg"},
        "response": {"labelMapping": mapping, "annotations": {"combined": combined}},
        **more,
    }


BOTH = {"cat": 100, "dog": 400}


@pytest.mark.parametrize(
    "data",
    [
        task(),
        [task()],
        {"t1": task()},
        {"docs": [task()], "total": 1},
        {
            "task_id": "t1",
            "response": task()["response"],
            "task": {"params": task()["params"]},
        },
        "\n".join([json.dumps(task()), json.dumps(task(task_id="t2", response={}))]),
    ],
)
def test_ways_to_write_tasks(root: Path, data: Any) -> None:
    back = read(export(root, data))
    assert back.areas == BOTH
    assert back.reasons == {}


def test_a_response_alone_is_named_by_its_task(root: Path) -> None:
    export(root, task()["response"], name="a.json")
    assert read(root).areas == BOTH


@pytest.mark.parametrize(("allowed", "scene"), [(True, "partial"), (False, "full")])
def test_the_task_says_whether_a_scene_is_full(
    root: Path, allowed: bool, scene: str
) -> None:
    params = {"attachment": "https://h/a.jpg", "allow_unlabeled": allowed}
    back = read(export(root, task(params=params)))
    assert {row["scene"] for row in back.rows} == {scene}


def test_indexes_that_do_not_match(root: Path) -> None:
    back = read(export(root, task({"cat": CAT, "fox": {"index": 9}, "bad": 5.5})))
    assert back.areas == {"cat": 100}
    assert back.reasons == {"unknown_class": 1, "malformed_file": 1}


def test_without_the_indexed_picture_the_masks_of_labels_are_read(
    root: Path,
) -> None:
    data = task()
    data["response"]["annotations"]["labeled"] = {
        "cat": ["https://h/a_cat.png"],
        "dog": None,
    }
    export(root, data)
    (root / "masks/a_indexed.png").unlink()
    assert read(root).reasons == {"missing_mask": 2}
    alpha = np.zeros((48, 64, 4))
    alpha[2:12, 2:12] = (128, 0, 0, 255)
    save_values(root / "masks/a_cat.png", alpha)
    assert read(root).areas == {"cat": 100}


def test_tasks_that_were_canceled(root: Path) -> None:
    back = read(export(root, task(status="canceled")))
    assert back.rows == []
    assert back.reasons == {"deleted": 2}


def test_a_hypothesis_is_read_if_the_option_says_so(root: Path) -> None:
    data = task(status="pending", hypothesis=task()["response"])
    del data["response"]
    export(root, data)
    assert read(root).rows == []
    assert read(root, hypothesis="read").areas == BOTH
    with pytest.raises(InputError, match="option hypothesis"):
        read(root, hypothesis=1)


def test_shapes_of_image_annotation(root: Path) -> None:
    annotations = [
        {"uuid": "u1", "label": "cat", "geometry": "polygon", "vertices": SQUARE},
        {"label": "dog", "vertices": SQUARE, "attributes": {"age": 3}},
        {"label": "dog", "type": "box", "left": 1, "top": 1, "width": 5, "height": 5},
        {"label": "dog", "type": "line", "vertices": SQUARE},
        {"label": "dog", "type": "polygon", "vertices": SQUARE[:2]},
        {"label": "dog", "type": "polygon", "vertices": [None, 5, "x"]},
        {"label": "dog", "type": "polygon", "vertices": []},
        "text",
    ]
    back = read(export(root, task(response={"annotations": annotations})))
    assert back.areas == {"cat": 100, "dog": 100}
    assert back.reasons == {"no_mask": 3, "bad_polygon": 2, "malformed_file": 1}
    assert ("age", "3") in [pair for row in back.rows for pair in row["attributes"]]
    assert any(row["annotation_key"] == "t1#u1" for row in back.rows)


def test_tasks_of_videos_are_said(root: Path) -> None:
    export(root, task(response={"annotations": {"url": "https://h/1"}}))
    assert read(root).reasons == {"no_mask": None}


def test_other_tools_documents_are_left_alone(root: Path) -> None:
    export(root, [task()])
    (root / "coco.json").write_text(
        '{"images": [], "annotations": [], "categories": []}'
    )
    assert read(root).ignored == ["coco.json"]
