"""The pictures of the curation page: crops from the shards, dropped objects from their photos, whole photos.

Each is small, with the object's outline drawn on it, and stands in the page as a data URI. Photos are opened in the
child process, as everywhere; one that cannot be opened any more leaves its place empty.
"""

import hashlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as pq
from PIL import Image
from upath import UPath

from curate.exports import child
from curate.limits import Limits
from curate.pixels import images
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.reasons import Refusal
from curate.records import Box
from curate.stages import shard
from pipelines.pages.page import data_uri

_CROP_HEIGHT, _CROP_WIDTH = 168, 280  # px, at most: twice what the page shows, for fine screens
_PHOTO_SIDE = 320
_AROUND = 0.6  # of the box's longer side, shown around a dropped object
_QUALITY = 62


def crops(shards: UPath, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Data URIs of crops by object_id. `rows`: object_id, shard_file, shard_row; each row group is read once."""
    found: dict[str, str] = {}
    for name, members in groupby(
        sorted(rows, key=lambda row: (row["shard_file"], row["shard_row"])), _file
    ):
        with (shards / name).open("rb") as opened, pq.ParquetFile(opened) as file:
            sizes = [
                file.metadata.row_group(number).num_rows
                for number in range(file.metadata.num_row_groups)
            ]
            places = [(number, at) for number, size in enumerate(sizes) for at in range(size)]
            placed = ((*places[row["shard_row"]], row["object_id"]) for row in members)
            for number, inside in groupby(placed, itemgetter(0)):
                table = file.read_row_group(number, columns=["image", "mask"])
                for _, at, object_id in inside:
                    image, mask = (
                        table[column][at].as_py()["bytes"] for column in ("image", "mask")
                    )
                    found[object_id] = _outlined(image, mask)
    return found


def _file(row: Mapping[str, Any]) -> str:
    return str(row["shard_file"])


def dropped(rows: Mapping[str, Mapping[str, Any]], limits: Limits) -> dict[str, str]:
    """Data URIs by object_id of objects that are in no shard, cut from their photos with what is around them."""
    found: dict[str, str] = {}
    for object_id, row in sorted(rows.items()):
        piece = shard.Piece(_surroundings(row), row["counts"])
        try:
            data = UPath(row["image_file"]).read_bytes()
            ((image, mask),) = child.call(
                shard.cut_image, limits, data, row["image_id"], [piece], limits.image_pixels
            )
        except (OSError, Refusal, child.ChildDied):
            continue
        found[object_id] = _outlined(image, mask)
    return found


def photos(rows: Sequence[Mapping[str, str]], limits: Limits) -> dict[str, str]:
    """Data URIs of whole photos by the address of their file, of those that have not changed since ingest.

    `rows`: image_file, image_id.
    """
    found: dict[str, str] = {}
    for file, image_id in sorted({(row["image_file"], row["image_id"]) for row in rows}):
        try:
            data = UPath(file).read_bytes()
            if hashlib.sha256(data).hexdigest()[:32] == image_id:
                found[file] = data_uri(
                    child.call(images.thumbnail, limits, data, limits.image_pixels, _PHOTO_SIDE)
                )
        except (OSError, Refusal, child.ChildDied):
            continue
    return found


def _surroundings(row: Mapping[str, Any]) -> Box:
    x0, y0, x1, y1 = (row[f"box_{side}"] for side in ("x0", "y0", "x1", "y1"))
    reach = max(16, round(_AROUND * max(x1 - x0, y1 - y0)))
    longest = images.MAX_WEBP_SIDE
    left, top = max(0, x0 - reach), max(0, y0 - reach)
    right, bottom = min(row["image_width"], x1 + reach), min(row["image_height"], y1 + reach)
    return Box(left, top, min(right, left + longest), min(bottom, top + longest))


def _outlined(image: bytes, mask: bytes) -> str:
    """A crop, made small, with the outline of its mask."""
    pixels, inside = images.decode_crop(image), images.decode_mask_png(mask)
    height, width = inside.shape
    scale = min(_CROP_HEIGHT / height, _CROP_WIDTH / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return data_uri(
        _encoded(
            _draw(
                cv2.resize(pixels, size, interpolation=method).astype(np.uint8, copy=False), inside
            )
        )
    )


def _draw(picture: Pixels, inside: Mask) -> Pixels:
    """The outline of a mask of any scale: a bright line on a dark one, so that it shows on all grounds."""
    height, width = picture.shape[:2]
    scaled = cv2.resize(inside.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    outlines, _ = cv2.findContours(
        (scaled > 0.5).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    for colour, thickness in (((20, 20, 24), 3), ((255, 226, 92), 2)):
        cv2.drawContours(picture, outlines, -1, colour, thickness, cv2.LINE_AA)
    return picture


def _encoded(picture: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, "WEBP", quality=_QUALITY, method=4)
    return file.getvalue()
