"""The script that an engineer writes first: pycocotools for the mask, Pillow for the crop, PNG, pyarrow.

It does the same work as the pipeline on the same objects: a margin as wide as the widest window, no crowds, nothing
under the filter's minimum. Each picture is opened once, each mask decoded over its whole picture.
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

MARGIN = 0.43  # of the box's side: the most that slack and padding come to by default
MIN_SIDE, MIN_AREA, MAX_SHARE = 8, 64, 0.95


def plain_script(annotations: list[tuple[Path, Path]], target: Path) -> int:
    """Crops of COCO files, each given with its folder of images, as one Parquet file; the number of objects."""
    rows = []
    for document, folder in annotations:
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


def _row(coco: COCO, annotation: dict[str, Any], picture: Image.Image) -> dict[str, Any] | None:
    mask = coco.annToMask(annotation)
    y, x = np.nonzero(mask)
    if not MIN_AREA <= len(x) <= MAX_SHARE * mask.size:
        return None
    x0, y0, x1, y1 = int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1
    width, height = x1 - x0, y1 - y0
    if min(width, height) < MIN_SIDE:
        return None
    crop = (
        max(0, round(x0 - MARGIN * width)),
        max(0, round(y0 - MARGIN * height)),
        min(picture.width, round(x1 + MARGIN * width)),
        min(picture.height, round(y1 + MARGIN * height)),
    )
    return {
        "label": coco.cats[annotation["category_id"]]["name"],
        "box": [x0 - crop[0], y0 - crop[1], x1 - crop[0], y1 - crop[1]],
        "image": _png(picture.crop(crop)),
        "mask": _png(Image.fromarray(mask[crop[1] : crop[3], crop[0] : crop[2]] * 255)),
    }


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
