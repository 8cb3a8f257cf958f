"""The least that crops cost: cut from the files' own blocks, with their masks, in one file.

No annotation is read, nothing is checked, nothing is decoded in a guarded child. Crops, padding
and windows are those of the pipeline, and so are the functions that cut and encode them.
"""

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.pixels import decoding, images, jpeg_crops
from curate.pixels.turbojpeg_library import library_file
from curate.pixels.window_masks import decode_windows
from curate.records import Box

_ANY_SIZE = 10**9  # px


def rows_of_crops(build: Path) -> list[dict[str, Any]]:
    """Where each crop of a build is and the run-lengths of its mask, image by image."""
    columns = [
        "image_file",
        "image_height",
        "image_width",
        "counts",
        "crop_x0",
        "crop_y0",
        "crop_x1",
        "crop_y1",
    ]
    table = pq.read_table(build / "shard" / "segments", columns=columns)
    by_image = table.sort_by("image_file")
    rows: list[dict[str, Any]] = by_image.to_pylist()
    return rows


def bare_loop(rows: list[dict[str, Any]], target: Path) -> int:
    """Write crops and masks as one Parquet file; the number of them."""
    crops: list[bytes] = []
    cut_masks: list[bytes] = []
    for image_file, members in groupby(rows, key=itemgetter("image_file")):
        boxes = []
        texts = []
        for each in members:
            box = Box(
                each["crop_x0"], each["crop_y0"], each["crop_x1"], each["crop_y1"]
            )
            boxes.append(box)
            texts.append(each["counts"])
            height = each["image_height"]
            width = each["image_width"]

        data = Path(image_file).read_bytes()
        crops += _cut(data, boxes)
        found = decode_windows(texts, boxes, height, width)
        cut_masks += [images.encode_mask(mask) for mask in found]

    table = pa.table({"image": crops, "mask": cut_masks})
    pq.write_table(table, target, row_group_size=128, compression="none")
    return len(crops)


def _cut(data: bytes, boxes: list[Box]) -> list[bytes]:
    """Crops as blocks of a JPEG; as lossless WebP of any other picture."""
    picture = decoding.open_picture(data, _ANY_SIZE)
    library = library_file()
    if library is not None and jpeg_crops.jpeg_frame(picture, data) is not None:
        files = jpeg_crops.crop_jpeg(data, boxes, library)
        if files is not None:
            return files

    photo = images.decode_photo(data, _ANY_SIZE)
    files = []
    for box in boxes:
        crop = images.cut(photo, box)
        files.append(images.encode_webp(crop))
    return files
