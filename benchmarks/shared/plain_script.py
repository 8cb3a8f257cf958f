"""The script that an engineer writes first: pycocotools, Pillow, PNG, pyarrow.

It does the same work as the pipeline on the same objects: a margin as wide as the widest window, no
crowds, nothing under the filter's minimum. Each picture is opened once, each mask is decoded over
its whole picture.
"""

from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from pycocotools.coco import COCO

from curate.records import Box

_MARGIN = 0.43  # of the box's side: the most that slack and padding come to by default
_MIN_SIDE = 8  # px; these are the filter's defaults
_MIN_AREA = 64  # px
_MAX_SHARE = 0.95


def plain_script(annotations: list[tuple[Path, Path]], target: Path) -> int:
    """Crops of COCO files as one Parquet file; the number of objects.

    `annotations`: each file with its folder of images.
    """
    rows = []
    for document, folder in annotations:
        # pycocotools prints what it does.
        with redirect_stdout(StringIO()):
            coco = COCO(document)
        for image_id, record in coco.imgs.items():
            picture = Image.open(folder / record["file_name"]).convert("RGB")
            for annotation in coco.imgToAnns[image_id]:
                if annotation.get("iscrowd"):
                    continue
                row = _row(coco, annotation, picture)
                if row is not None:
                    rows.append(row | {"file": record["file_name"]})
    pq.write_table(pa.Table.from_pylist(rows), target, row_group_size=128)
    return len(rows)


def _row(
    coco: COCO, annotation: dict[str, Any], picture: Image.Image
) -> dict[str, Any] | None:
    """The row of an annotation, None where the filter would drop it."""
    mask = coco.annToMask(annotation)
    y, x = np.nonzero(mask)
    if not _MIN_AREA <= len(x) <= _MAX_SHARE * mask.size:
        return None
    left = int(x.min())
    top = int(y.min())
    right = int(x.max()) + 1
    bottom = int(y.max()) + 1
    box = Box(left, top, right, bottom)
    if min(box.width, box.height) < _MIN_SIDE:
        return None
    crop = _crop(box, picture)
    seen = mask[crop.y0 : crop.y1, crop.x0 : crop.x1]
    return {
        "label": coco.cats[annotation["category_id"]]["name"],
        "box": [
            left - crop.x0,
            top - crop.y0,
            right - crop.x0,
            bottom - crop.y0,
        ],
        "image": _png(picture.crop(crop)),
        "mask": _png(Image.fromarray(seen * 255)),
    }


def _crop(box: Box, picture: Image.Image) -> Box:
    """The box with its margin, inside the picture."""
    margin_x = _MARGIN * box.width
    margin_y = _MARGIN * box.height
    return Box(
        x0=max(0, round(box.x0 - margin_x)),
        y0=max(0, round(box.y0 - margin_y)),
        x1=min(picture.width, round(box.x1 + margin_x)),
        y1=min(picture.height, round(box.y1 + margin_y)),
    )


def _png(picture: Image.Image) -> bytes:
    """The picture as PNG."""
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
