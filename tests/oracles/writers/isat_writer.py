"""ISAT: its own documents, and what it makes of them; masks are those of its own painting."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import known
import numpy as np
from ISAT.formats.coco import COCO
from ISAT.formats.isat import ISAT
from ISAT.formats.labelme import LABELME
from ISAT.formats.voc import VOC

BACKGROUND = "__background__"


def document(picture: known.Picture, with_holes: bool) -> ISAT.ANNO:
    """A document: the polygons of an object are of one group, and holes of a higher layer."""
    info = ISAT.ANNO.INFO()
    info.description = "ISAT"
    info.folder = "C:/pictures"
    info.name = picture.name
    info.width = picture.width
    info.height = picture.height
    info.depth = 3
    annotation = ISAT.ANNO()
    annotation.info = info
    polygons: list[ISAT.ANNO.OBJ] = []
    for group, each in enumerate(picture.outlined, start=1):
        holes = each.holes if with_holes else []
        layer = 2.0 * group
        polygons += [polygon(each.label, group, ring, layer) for ring in each.pieces]
        polygons += [polygon(BACKGROUND, group, ring, layer + 1) for ring in holes]
    annotation.objs = tuple(polygons)
    return annotation


def polygon(label: str, group: int, ring: known.Ring, layer: float) -> ISAT.ANNO.OBJ:
    drawn = ISAT.ANNO.OBJ()
    drawn.category = label
    drawn.group = group
    drawn.segmentation = [list(corner) for corner in ring]
    drawn.area = 0
    drawn.layer = layer
    x, y = zip(*ring, strict=True)
    drawn.bbox = [min(x), min(y), max(x), max(y)]
    return drawn


def painted(ring: known.Ring, picture: known.Picture) -> known.Mask:
    """A polygon as ISAT paints it for VOC: its corners lose what is behind the point."""
    canvas = np.zeros((picture.height, picture.width), np.uint8)
    corners = [(int(y), int(x)) for x, y in ring]
    VOC.fill_polygon(corners, canvas, color=1)
    return canvas.astype(bool)


def due(picture: known.Picture, with_holes: bool) -> list[known.Painted]:
    """The masks of all objects of a picture."""
    objects = []
    for each in picture.outlined:
        mask: known.Mask = np.zeros((picture.height, picture.width), bool)
        for ring in each.pieces:
            mask |= painted(ring, picture)
        for ring in each.holes if with_holes else []:
            mask &= ~painted(ring, picture)
        objects.append(known.Painted(each.label, mask))
    return objects


def export(
    folder: Path,
    save: Callable[[dict[str, ISAT.ANNO], Path], object],
    with_holes: bool = True,
    seen: bool = False,
) -> Iterator[known.Expected]:
    """What ISAT writes of the documents of all pictures.

    `seen`: later polygons lie over earlier ones.
    """
    annotations = {}
    for picture in known.pictures():
        picture.save(folder / "images")
        annotations[Path(picture.name).stem] = document(picture, with_holes)
        objects = due(picture, with_holes)
        if seen:
            objects = known.seen(objects)
        yield from ((picture.name, each.label, each.mask) for each in objects)
    save(annotations, folder)


def as_isat(annotations: dict[str, ISAT.ANNO], folder: Path) -> None:
    written = ISAT()
    written.annos = annotations
    written.cates = (BACKGROUND, *known.LABELS)
    written.save_to_ISAT(str(folder / "annotations"))


def as_coco(annotations: dict[str, ISAT.ANNO], folder: Path) -> None:
    written = COCO()
    written.annos = annotations
    written.save_to_coco(str(folder / "coco.json"), (BACKGROUND, *known.LABELS))


def as_labelme(annotations: dict[str, ISAT.ANNO], folder: Path) -> None:
    written = LABELME()
    written.annos = annotations
    written.save_to_LABELME(str(folder / "images"))


def as_voc(annotations: dict[str, ISAT.ANNO], folder: Path) -> None:
    written = VOC()
    written.annos = annotations
    written.cates = (BACKGROUND, *known.LABELS)
    written.save_to_voc(str(folder / "masks"))


if __name__ == "__main__":
    known.write(
        {
            "isat": partial(export, save=as_isat),
            "coco": partial(export, save=as_coco, with_holes=False),
            "labelme": partial(export, save=as_labelme, with_holes=False),
            "voc": partial(export, save=as_voc, seen=True),
        }
    )
