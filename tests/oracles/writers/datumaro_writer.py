"""Exports that Datumaro writes: masks in each format that has them, outlines in the others."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import datumaro as dm
import known
import numpy as np
from datumaro.util.mask_tools import rles_to_mask

COLOURED = ["background", *known.LABELS]


def painted(
    folder: Path, form: str, seen: bool = False, coloured: bool = False
) -> Iterator[known.Expected]:
    """Masks. `seen`: the format has one value for each px; `coloured`: classes have colours."""
    labels = COLOURED if coloured else known.LABELS
    items = []
    for picture in known.pictures():
        drawn = known.seen(picture.painted) if seen else picture.painted
        masks = [
            dm.Mask(each.mask, label=labels.index(each.label), id=number, group=number)
            for number, each in enumerate(drawn, start=1)
        ]
        items.append(item(picture, masks, folder))
        yield from ((picture.name, each.label, each.mask) for each in drawn)
    export(items, labels, form, folder, coloured)


def outlined(folder: Path, form: str) -> Iterator[known.Expected]:
    """Polygons without holes; those of an object are in one group."""
    items = []
    for picture in known.pictures():
        polygons = []
        for number, each in enumerate(picture.outlined, start=1):
            label = known.LABELS.index(each.label)
            drawn = [
                dm.Polygon(
                    np.ravel(ring).tolist(), label=label, group=number, id=number
                )
                for ring in each.pieces
            ]
            polygons += drawn
            rings = [polygon.points for polygon in drawn]
            mask = rles_to_mask(rings, picture.width, picture.height)
            yield picture.name, each.label, mask.astype(bool)
        items.append(item(picture, polygons, folder))
    export(items, known.LABELS, form, folder, coloured=False)


def item(
    picture: known.Picture, annotations: list[dm.Annotation], folder: Path
) -> dm.DatasetItem:
    path = str(picture.save(folder.parent / "pictures"))
    return dm.DatasetItem(
        id=Path(path).stem,
        subset="train",
        media=dm.Image.from_file(path),
        annotations=annotations,
    )


def export(
    items: list[dm.DatasetItem],
    labels: list[str],
    form: str,
    folder: Path,
    coloured: bool,
) -> None:
    """Write a dataset with its pictures."""
    categories = {dm.AnnotationType.label: dm.LabelCategories.from_iterable(labels)}
    if coloured:
        colours = dm.MaskCategories.generate(len(labels), include_background=True)
        categories[dm.AnnotationType.mask] = colours
    dm.Dataset.from_iterable(items, categories=categories).export(
        str(folder), form, save_media=True
    )


def instances(form: str) -> Callable[[Path], Iterator[known.Expected]]:
    return partial(painted, form=form, seen=True, coloured=True)


if __name__ == "__main__":
    known.write(
        {
            "coco": partial(painted, form="coco_instances"),
            "coco_polygons": partial(outlined, form="coco_instances"),
            "coco_panoptic": partial(painted, form="coco_panoptic", seen=True),
            "voc": instances("voc_segmentation"),
            "voc_bare": partial(painted, form="voc_segmentation", seen=True),
            "camvid": instances("camvid"),
            "camvid_bare": partial(painted, form="camvid", seen=True),
            "kitti": instances("kitti_segmentation"),
            "cityscapes": instances("cityscapes"),
            "cityscapes_bare": partial(painted, form="cityscapes", seen=True),
            "datumaro": partial(painted, form="datumaro"),
            "datumaro_polygons": partial(outlined, form="datumaro"),
            "cvat": partial(painted, form="cvat"),
            "cvat_polygons": partial(outlined, form="cvat"),
            "sa1b": partial(painted, form="segment_anything"),
            "labelme_xml": partial(outlined, form="label_me"),
        }
    )
