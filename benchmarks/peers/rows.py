"""What all peers do alike: the row of an object, the Parquet file, and the count of the work."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

MARGIN = 0.43  # of the box's side, as wide as the pipeline's widest window
MIN_SIDE = 8  # px; these are the pipeline's defaults, too
MIN_AREA = 64  # px
MAX_SHARE = 0.95

Row = dict[str, Any]


def row_of(picture: Image.Image, mask: Any, label: str) -> Row | None:
    """The row of an object, None if the pipeline's filter would drop it.

    `mask`: (H, W) of the whole picture, not 0 where the object is.
    """
    y, x = np.nonzero(mask)
    if not MIN_AREA <= len(x) <= MAX_SHARE * mask.size:
        return None
    left = int(x.min())
    top = int(y.min())
    right = int(x.max()) + 1
    bottom = int(y.max()) + 1
    width = right - left
    height = bottom - top
    if min(width, height) < MIN_SIDE:
        return None

    margin_x = MARGIN * width
    margin_y = MARGIN * height
    x0 = max(0, round(left - margin_x))
    y0 = max(0, round(top - margin_y))
    x1 = min(picture.width, round(right + margin_x))
    y1 = min(picture.height, round(bottom + margin_y))
    crop = picture.crop((x0, y0, x1, y1))
    seen = mask[y0:y1, x0:x1] > 0
    return {
        "label": label,
        "box": [left - x0, top - y0, right - x0, bottom - y0],
        "image": png(crop),
        "mask": png(Image.fromarray(seen)),
    }


def png(picture: Image.Image) -> bytes:
    """A picture as PNG."""
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def run(rows: Callable[[str, str], Iterator[Row | None]]) -> None:
    """Write what a peer makes of the document in the arguments, and print what it cost."""
    document, images, target = sys.argv[1:]
    begun = time.process_time()
    kept = [row for row in rows(document, images) if row is not None]
    table = pa.Table.from_pylist(kept)
    pq.write_table(table, target, row_group_size=128)
    seconds = time.process_time() - begun

    found = {"objects": len(kept), "seconds": seconds}
    print(json.dumps(found))
