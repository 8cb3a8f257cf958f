"""The crops and masks of shards, decoded fast.

OpenCV and Pillow hold the same codecs, so the px are the same; OpenCV's way from a file's
bytes to an array is three times as fast. Neither holds Python's lock while it decodes.
What strangers sent is never opened here.
"""

import zlib

import cv2
import numpy as np
import pyarrow as pa

from curate.pixels import png
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask

_RGB = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
_JPEG_START = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"


class Undecodable(ValueError):
    """Bytes that hold no whole picture."""


def decode_crop(data: bytes | pa.Buffer) -> Pixels:
    """The (H, W, 3) uint8 RGB pixels of a shard's crop: JPEG, WebP or PNG. Undecodable."""
    view = memoryview(data)
    # The decoder fills the rest of a JPEG that is cut off with grey px, and does not say so.
    is_jpeg = view[:2] == _JPEG_START
    if is_jpeg and view[-2:] != _JPEG_END:
        raise Undecodable("the JPEG is cut off")
    return _decoded(view, _RGB)


def decode_mask(data: bytes | pa.Buffer) -> Mask:
    """The (H, W) bool mask of a shard's 1-bit PNG. Undecodable."""
    view = memoryview(data)
    try:
        mask = png.decode_mask_png(view)
    except zlib.error as error:
        raise Undecodable(str(error)) from None
    if mask is None:
        mask = _decoded(view, cv2.IMREAD_GRAYSCALE) > 0
    return mask


def _decoded(view: memoryview, flags: int) -> Pixels:
    try:
        decoded = cv2.imdecode(np.frombuffer(view, np.uint8), flags)
    except cv2.error as error:
        raise Undecodable(str(error)) from None
    if decoded is None:
        raise Undecodable("this is no whole picture")
    return np.asarray(decoded, np.uint8)
