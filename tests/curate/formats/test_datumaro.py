"""Datumaro's JSON: the battery with run-lengths and with polygons, and what is its own."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curate.pixels import masks, run_lengths
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import LABELS, Drawn, Picture
from tests.curate.formats.reading import ReadBack, read_back

SQUARE = [10, 10, 30, 10, 30, 30, 10, 30]


def save(root: Path, items: list[Any], labels: Sequence[str], name: str) -> None:
    listed = [{"name": label, "parent": "", "attributes": []} for label in labels]
    document = {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {},
        "categories": {"label": {"labels": listed}},
        "items": items,
    }
    file = root / "annotations" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document), "utf-8")


def item(picture: Picture, annotations: list[Any]) -> dict[str, Any]:
    size = [picture.height, picture.width]
    image = {"path": picture.path, "size": size}
    stem = picture.path.rpartition(".")[0]
    return {"id": stem, "annotations": annotations, "image": image}


class TestMasks(Battery):
    """COCO's run-lengths."""

    format = "datumaro"
    broken = "annotations/broken.json"
    broken_bytes = b'{"categories": {}, "items": [{'
    texts = ("*.json",)

    def shapes(self, drawn: Drawn) -> list[dict[str, Any]]:
        counts = run_lengths.compress(masks.encode(drawn.mask))
        rle = {"counts": counts, "size": list(drawn.mask.shape)}
        return [{"type": "mask", "rle": rle}]

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        labels = list(LABELS)
        items = []
        for picture in pictures:
            picture.save(root / "images" / "train")
            annotations = []
            drawn = sorted(picture.objects, key=lambda each: each.mask.tobytes())
            for group, each in enumerate(drawn, start=1):
                if each.label not in labels:
                    labels.append(each.label)
                stated = {"label_id": labels.index(each.label), "group": group}
                annotations += [stated | shape for shape in self.shapes(each)]
            items.append(item(picture, annotations))
        save(root, items, labels, "train.json")


class TestPolygons(TestMasks):
    """A polygon for each piece; the pieces of an object have one group."""

    def shapes(self, drawn: Drawn) -> list[dict[str, Any]]:
        rings = to_polygons(drawn.mask).rings
        return [{"type": "polygon", "points": ring} for ring in rings]


def read(root: Path, *annotations: Any, **more: Any) -> ReadBack:
    picture = Picture("a.png", 48, 64)
    picture.save(root / "images" / "default")
    stated = [{"label_id": 0} | each for each in annotations]
    save(root, [item(picture, stated) | more], ["cat", "dog"], "default.json")
    return read_back(root, "datumaro")


def test_an_item_without_a_path_is_called_like_its_picture(tmp_path: Path) -> None:
    polygon = {"type": "polygon", "points": SQUARE}
    back = read(tmp_path / "export", polygon, image=None)
    (row,) = back.rows
    assert (row["image_path"], row["area"]) == ("images/default/a.png", 400)
    assert row["flags"] == []


def test_an_ellipse_fills_its_box(tmp_path: Path) -> None:
    (row,) = read(
        tmp_path / "export", {"type": "ellipse", "points": [10, 10, 40, 30]}
    ).rows
    assert (row["box_x0"], row["box_y0"]) == (10, 10)
    assert (row["box_x1"], row["box_y1"]) == (40, 30)


def test_an_annotation_costs_itself(tmp_path: Path) -> None:
    good = {"type": "polygon", "points": SQUARE}
    back = read(
        tmp_path / "export",
        good,
        good | {"label_id": 2},
        good | {"attributes": {"is_crowd": True}},
        good | {"label_id": 1, "attributes": {"is_crowd": True, "occluded": False}},
        {"type": "mask", "rle": {"counts": "?", "size": [48]}},
        {"type": "bbox", "bbox": [1, 2, 3, 4]},
        {"type": "label"},
    )
    assert sorted(row["label"] for row in back.rows) == ["cat", "dog"]
    assert back.reasons == {
        "unknown_class": 1,
        "crowd": 1,
        "bad_run_lengths": 1,
        "no_mask": 1,
    }


def test_an_item_costs_itself(tmp_path: Path) -> None:
    root = tmp_path / "export"
    picture = Picture("a.png", 48, 64)
    picture.save(root)
    polygon = {"type": "polygon", "points": SQUARE, "label_id": 0}
    save(root, [None, {"id": 3}, item(picture, [polygon])], ["cat"], "default.json")
    back = read_back(root, "datumaro")
    assert len(back.rows) == 1
    losses: defaultdict[str, int] = defaultdict(int)
    for drop in back.drops.to_pylist():
        losses[drop["reason"]] += 1
    assert losses == {"malformed_file": 2}
