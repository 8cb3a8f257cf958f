"""Projects that Supervisely's library writes; masks of polygons are those of its own drawing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import known
import numpy as np
import supervisely as sly

Drawn = tuple[str, sly.geometry.geometry.Geometry]


def bitmaps(picture: known.Picture) -> Iterator[Drawn]:
    for each in picture.painted:
        yield each.label, sly.Bitmap(each.mask)


def polygons(picture: known.Picture) -> Iterator[Drawn]:
    """A polygon has one piece."""
    for each in picture.outlined:
        holes = [corners(ring) for ring in each.holes]
        for number, ring in enumerate(each.pieces):
            yield each.label, sly.Polygon(corners(ring), holes if number == 0 else [])


def corners(ring: known.Ring) -> list[sly.PointLocation]:
    """Whole px: a corner is in the middle of a px."""
    return [sly.PointLocation(round(y), round(x)) for x, y in ring]


def project(
    folder: Path, kind: type, draw: Callable[[known.Picture], Iterator[Drawn]]
) -> Iterator[known.Expected]:
    """A project of one data set."""
    written = sly.Project(str(folder), sly.OpenMode.CREATE)
    classes = {label: sly.ObjClass(label, kind) for label in known.LABELS}
    written.set_meta(sly.ProjectMeta(obj_classes=list(classes.values())))
    dataset = written.create_dataset("ds")
    for picture in known.pictures():
        size = (picture.height, picture.width)
        labels = []
        for label, geometry in draw(picture):
            labels.append(sly.Label(geometry, classes[label]))
            canvas = np.zeros(size, np.uint8)
            geometry.draw(canvas, 1)
            yield picture.name, label, canvas.astype(bool)
        path = picture.save(folder.parent / "pictures")
        annotation = sly.Annotation(size, labels)
        dataset.add_item_file(picture.name, str(path), annotation)


if __name__ == "__main__":
    known.write(
        {
            "bitmaps": lambda folder: project(folder, sly.Bitmap, bitmaps),
            "polygons": lambda folder: project(folder, sly.Polygon, polygons),
        }
    )
