"""The crops of a COCO document by Hugging Face `datasets`: a row for each picture, and `map`."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import datasets
from PIL import Image
from pycocotools import mask as coco
from rows import Row, row_of, run


def rows(document: str, images: str) -> Iterator[Row | None]:
    """The rows of all objects."""
    datasets.disable_progress_bars()
    pictures = datasets.Dataset.from_list(_pictures(document, images))
    pictures = pictures.map(
        _crops,
        batched=True,
        batch_size=16,
        remove_columns=pictures.column_names,
        load_from_cache_file=False,
    )
    yield from pictures


def _pictures(document: str, images: str) -> list[dict[str, Any]]:
    """A row for each picture: its file, labels, and the run-lengths of its objects."""
    with open(document) as file:  # noqa: PTH123
        content = json.load(file)
    names = {each["id"]: each["name"] for each in content["categories"]}
    sizes = {each["id"]: each for each in content["images"]}
    labels = defaultdict(list)
    polygons = defaultdict(list)
    for each in content["annotations"]:
        if not each.get("iscrowd"):
            labels[each["image_id"]].append(names[each["category_id"]])
            polygons[each["image_id"]].append(json.dumps(each["segmentation"]))
    return [
        {
            "file": f"{images}/{sizes[key]['file_name']}",
            "labels": labels[key],
            "polygons": polygons[key],
        }
        for key in labels
    ]


def _crops(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The columns of the crops of some pictures."""
    made: dict[str, list[Any]] = {
        "label": [],
        "box": [],
        "image": [],
        "mask": [],
    }
    columns = zip(batch["file"], batch["labels"], batch["polygons"], strict=True)
    for file, labels, polygons in columns:
        picture = Image.open(file).convert("RGB")
        for label, rings in zip(labels, polygons, strict=True):
            polygons_of_object = json.loads(rings)
            parts = coco.frPyObjects(polygons_of_object, picture.height, picture.width)
            mask = coco.decode(coco.merge(parts))
            row = row_of(picture, mask, label)
            if row is None:
                continue
            for name, value in row.items():
                made[name].append(value)
    return made


if __name__ == "__main__":
    run(rows)
