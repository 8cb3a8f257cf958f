"""Scale AI and Scale Nucleus: the battery, and what is this format's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.errors import InputError
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, rectangle
from tests.curate.formats.reading import ReadBack, read_back
from tests.curate.formats.test_panoptic import save_ids, segment_ids

HOST = "https://host.example/customer/images/"


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


class TestNucleus(TestScalePolygons):
    """Items in one file, polygons in another."""

    broken = "more.json"
    texts = ("*.json",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        items = []
        annotations = []
        for picture in pictures:
            picture.save(root / "images")
            reference = f"reference {picture.path}"
            items.append({"reference_id": reference, "image_url": HOST + picture.path})
            for each in picture.objects:
                geometry = {"vertices": vertices(each.mask)}
                entry = {"label": each.label, "type": "polygon", "geometry": geometry}
                annotations.append(entry | {"reference_id": reference})
        (root / "items.json").write_text(json.dumps({"items": items}))
        (root / "annotations.json").write_text(json.dumps(annotations))


def vertices(mask: NDArray[Any]) -> list[dict[str, float]]:
    (ring,) = to_polygons(mask).rings
    return [{"x": x, "y": y} for x, y in zip(ring[::2], ring[1::2], strict=True)]


CAT = {"index": 1, "color": "#800000"}
DOG = {"index": 2, "color": "#008000"}
MAPPING = {"cat": CAT, "dog": [DOG]}
SQUARE = [{"x": 1, "y": 1}, {"x": 11, "y": 1}, {"x": 11, "y": 11}, {"x": 1, "y": 11}]


def indexes() -> NDArray[np.uint8]:
    """A cat of 100 px and a dog of 400 px."""
    values = np.zeros((48, 64), np.uint8)
    values[rectangle(48, 64, 2, 2, 12, 12)] = 1
    values[rectangle(48, 64, 20, 20, 40, 40)] = 2
    return values


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


def export(root: Path, data: Any, name: str = "tasks.json") -> Path:
    Picture("a.jpg", 48, 64).save(root / "images")
    (root / "masks").mkdir()
    Image.fromarray(indexes()).save(root / "masks/a_indexed.png")
    text = data if isinstance(data, str) else json.dumps(data)
    (root / name).write_text(text)
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "scale", options)


def found(back: ReadBack) -> list[tuple[str, int]]:
    return sorted((row["label"], row["area"]) for row in back.rows)


BOTH = [("cat", 100), ("dog", 400)]


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
def test_ways_to_write_tasks(tmp_path: Path, data: Any) -> None:
    back = read(export(tmp_path / "export", data))
    assert found(back) == BOTH
    assert back.reasons == {}


def test_a_response_alone_is_named_by_its_task(tmp_path: Path) -> None:
    root = export(tmp_path / "export", task()["response"], name="a.json")
    assert found(read(root)) == BOTH


@pytest.mark.parametrize(("allowed", "scene"), [(True, "partial"), (False, "full")])
def test_the_task_says_whether_a_scene_is_full(
    tmp_path: Path, allowed: bool, scene: str
) -> None:
    params = {"attachment": "https://h/a.jpg", "allow_unlabeled": allowed}
    back = read(export(tmp_path / "export", task(params=params)))
    assert {row["scene"] for row in back.rows} == {scene}


def test_indexes_that_do_not_match(tmp_path: Path) -> None:
    back = read(
        export(tmp_path / "export", task({"cat": CAT, "fox": {"index": 9}, "bad": 5.5}))
    )
    assert found(back) == [("cat", 100)]
    assert back.reasons == {"unknown_class": 1, "malformed_file": 1}


def test_without_the_indexed_picture_the_masks_of_labels_are_read(
    tmp_path: Path,
) -> None:
    data = task()
    data["response"]["annotations"]["labeled"] = {
        "cat": ["https://h/a_cat.png"],
        "dog": None,
    }
    root = export(tmp_path / "export", data)
    (root / "masks/a_indexed.png").unlink()
    assert read(root).reasons == {"missing_mask": 2}
    alpha = np.zeros((48, 64, 4), np.uint8)
    alpha[2:12, 2:12] = (128, 0, 0, 255)
    Image.fromarray(alpha).save(root / "masks/a_cat.png")
    assert found(read(root)) == [("cat", 100)]


def test_tasks_that_were_canceled(tmp_path: Path) -> None:
    back = read(export(tmp_path / "export", task(status="canceled")))
    assert back.rows == []
    assert back.reasons == {"deleted": 2}


def test_a_hypothesis_is_read_if_the_option_says_so(tmp_path: Path) -> None:
    data = task(status="pending", hypothesis=task()["response"])
    del data["response"]
    root = export(tmp_path / "export", data)
    assert read(root).rows == []
    assert found(read(root, hypothesis="read")) == BOTH
    with pytest.raises(InputError, match="option hypothesis"):
        read(root, hypothesis=1)


def test_shapes_of_image_annotation(tmp_path: Path) -> None:
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
    back = read(
        export(tmp_path / "export", task(response={"annotations": annotations}))
    )
    assert found(back) == [("cat", 100), ("dog", 100)]
    assert back.reasons == {"no_mask": 3, "bad_polygon": 2, "malformed_file": 1}
    assert ("age", "3") in [pair for row in back.rows for pair in row["attributes"]]
    assert any(row["annotation_key"] == "t1#u1" for row in back.rows)


def test_tasks_of_videos_are_said(tmp_path: Path) -> None:
    root = export(
        tmp_path / "export", task(response={"annotations": {"url": "https://h/1"}})
    )
    assert read(root).reasons == {"no_mask": None}


ITEM = {
    "reference_id": "image_1",
    "image_location": "s3://bucket/a.jpg",
    "metadata": {},
}
MASK = {
    "type": "mask",
    "reference_id": "image_1",
    "mask_url": "s3://bucket/masks/a_indexed.png",
    "annotations": [{"label": "sky", "index": 0}, {"label": "cat", "index": "1"}],
}


def test_masks_of_nucleus(tmp_path: Path) -> None:
    root = export(tmp_path / "export", [ITEM, MASK], name="nucleus.json")
    back = read(root)
    assert found(back) == [("cat", 100), ("sky", 48 * 64 - 500)]
    assert back.reasons == {"unknown_class": 1}


def test_rows_that_nucleus_exports(tmp_path: Path) -> None:
    polygon = {"label": "cat", "type": "polygon", "geometry": {"vertices": SQUARE}}
    box = {"label": "cat", "type": "box", "geometry": {"x": 1}, "annotation_id": "b"}
    row = {
        "item": ITEM,
        "annotations": {"polygon": [polygon | {"annotation_id": "p"}], "box": [box]},
    }
    back = read(
        export(tmp_path / "export", json.dumps(row) + "\n{broken", name="rows.jsonl")
    )
    assert found(back) == [("cat", 100)]
    assert back.reasons == {"no_mask": 1, "malformed_file": None}
    assert back.rows[0]["annotation_key"] == "p"


def test_predictions_are_left_out(tmp_path: Path) -> None:
    guess = {
        "label": "cat",
        "type": "polygon",
        "confidence": 0.5,
        "reference_id": "image_1",
    }
    assert read(export(tmp_path / "export", [ITEM, guess])).reasons == {}


def test_other_tools_documents_are_left_alone(tmp_path: Path) -> None:
    root = export(tmp_path / "export", [task()])
    (root / "coco.json").write_text(
        '{"images": [], "annotations": [], "categories": []}'
    )
    assert read(root).ignored == ["coco.json"]


def test_a_long_list_is_told_by_its_first_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.formats.scale._MOST_LOOKED_AT", 10)
    root = tmp_path / "export"
    Picture("a.png", 48, 64).save(root)
    points = [{"x": x, "y": y} for x, y in ((10, 10), (30, 10), (30, 30), (10, 30))]
    annotation = {
        "reference_id": "a.png",
        "type": "polygon",
        "label": "cat",
        "geometry": {"vertices": points},
    }
    (root / "all.json").write_text(json.dumps({"annotations": [annotation]}))
    (row,) = read_back(root, "scale").rows
    assert (row["label"], row["area"]) == ("cat", 400)
