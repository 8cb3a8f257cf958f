"""Label Studio: brushes by the SDK's codec, and what its converter makes of polygons."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import known
import numpy as np
from label_studio_sdk.converter import Converter, brush

CONFIG = """<View><Image name="image" value="$image"/>
<BrushLabels name="brush" toName="image">{labels}</BrushLabels>
<PolygonLabels name="polygon" toName="image">{labels}</PolygonLabels></View>""".format(
    labels="".join(f'<Label value="{label}"/>' for label in known.LABELS)
)


def painted(folder: Path) -> Iterator[known.Expected]:
    """Tasks with brush strokes."""
    tasks = []
    for picture in known.pictures():
        regions = []
        for each in picture.painted:
            runs = brush.mask2rle(each.mask.astype(np.uint8) * 255)
            value = {"format": "rle", "rle": runs, "brushlabels": [each.label]}
            regions.append(region(picture, "brush", value))
            yield picture.name, each.label, each.mask
        tasks.append(task(folder, picture, regions))
    (folder / "tasks.json").write_text(json.dumps(tasks), "utf-8")


def polygon_tasks(folder: Path) -> list[dict[str, Any]]:
    """Tasks with a polygon for each ring, in percent of the picture."""
    tasks = []
    for picture in known.pictures():
        regions = []
        for each in picture.outlined:
            for ring in each.pieces:
                percent = [
                    [100 * x / picture.width, 100 * y / picture.height] for x, y in ring
                ]
                value = {
                    "points": percent,
                    "closed": True,
                    "polygonlabels": [each.label],
                }
                regions.append(region(picture, "polygon", value))
        tasks.append(task(folder, picture, regions))
    return tasks


def region(picture: known.Picture, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    """An entry of a task's result."""
    return {
        "id": str(abs(hash(str(value)))),
        "type": f"{kind}labels",
        "from_name": kind,
        "to_name": "image",
        "original_width": picture.width,
        "original_height": picture.height,
        "image_rotation": 0,
        "value": value,
    }


def task(folder: Path, picture: known.Picture, regions: list[Any]) -> dict[str, Any]:
    """A task as an export has it, with its picture where the settings will find it."""
    path = picture.save(folder / "images")
    return {
        "id": len(picture.name),
        "data": {"image": str(path)},
        "annotations": [{"id": len(picture.name), "result": regions}],
    }


def rings_are_due() -> Iterator[known.Expected]:
    """Each polygon is an object. The SDK has no raster of its own."""
    for picture in known.pictures():
        for each in picture.outlined:
            for ring in each.pieces:
                yield picture.name, each.label, known.inside([ring], picture)


def polygons(folder: Path) -> Iterator[known.Expected]:
    """The tasks themselves."""
    tasks = polygon_tasks(folder)
    (folder / "tasks.json").write_text(json.dumps(tasks), "utf-8")
    return rings_are_due()


def converted(form: str) -> Any:
    """What the SDK's converter makes of the tasks."""

    def write(folder: Path) -> Iterator[known.Expected]:
        tasks = folder.parent / "tasks.json"
        tasks.write_text(json.dumps(polygon_tasks(folder)), "utf-8")
        converter = Converter(CONFIG, str(folder), download_resources=False)
        convert = {
            "coco": converter.convert_to_coco,
            "yolo": converter.convert_to_yolo,
        }[form]
        convert(str(tasks), str(folder), is_dir=False)
        return rings_are_due()

    return write


if __name__ == "__main__":
    known.write(
        {
            "brush": painted,
            "polygons": polygons,
            "coco": converted("coco"),
            "yolo": converted("yolo"),
        }
    )
