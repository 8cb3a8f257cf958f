"""Colour pictures of 16 bits a channel: how many of the bits they use, and how they are shown.

Pillow gives the highest byte of each channel, which is nearly black where a camera of 10,
12 or 14 bits has left the upper bits empty. Then the file is decoded once more, with all
of its bits, and shown by the ones that are used, as grey is (see deep_grey.py).
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.pixels import deep_grey

MODES = frozenset({"RGB", "RGBA"})
"""Pillow's modes of such pictures, whose values are bytes."""

_RAW_MODE = ";16"  # in what Pillow calls the pixels of the file
_HIGH_BYTE_OF_14_BITS = 63
_STEP = 16  # px between those by which two decoders are compared


def is_deep(picture: Image.Image) -> bool:
    """Whether a picture that is not loaded yet has 16 bits for each channel of its colours."""
    if picture.mode not in MODES:
        return False
    tiles = getattr(picture, "tile", ())  # Image.open gives pictures that have them
    return any(_RAW_MODE in str(tile[3]) for tile in tiles)


def shown_by_bits(
    picture: Image.Image, data: bytes, bits: int
) -> tuple[Image.Image, int, int]:
    """A loaded deep picture by the bits that are used.

    `data`: its file. `bits`: that its export uses; the picture may use more.

    Returns:
        The picture; the bits that it is shown by; and those that it uses itself.
    """
    if _highest_byte(picture) > _HIGH_BYTE_OF_14_BITS:
        return picture, deep_grey.ALL_BITS, deep_grey.ALL_BITS
    values = _all_bits(picture, data)
    if values is None:
        return picture, deep_grey.ALL_BITS, deep_grey.ALL_BITS

    used = deep_grey.used_bits(values)
    bits = max(bits, used)
    if bits == deep_grey.ALL_BITS:
        return picture, bits, used
    shown = Image.fromarray(deep_grey.to_bytes(values, bits))
    if picture.mode == "RGBA":
        shown.putalpha(picture.getchannel("A"))
    return shown, bits, used


def _highest_byte(picture: Image.Image) -> int:
    """The largest value of the three colours."""
    highest = 0
    for colour in picture.split()[:3]:
        values = np.asarray(colour)
        highest = max(highest, int(values.max()))
    return highest


def _all_bits(picture: Image.Image, data: bytes) -> NDArray[np.uint16] | None:
    """(H, W, 3) uint16: the colours of a picture's file; None if OpenCV reads it otherwise."""
    file = np.frombuffer(data, np.uint8)
    decoded = cv2.imdecode(file, cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16 or decoded.ndim != 3:
        return None
    # OpenCV has blue first, and alpha last.
    colours = decoded[:, :, 2::-1]
    values: NDArray[np.uint16] = colours.astype(np.uint16, copy=False)
    if values.shape[:2] != (picture.height, picture.width):
        return None

    # The two decoders may turn a picture in different ways.
    some_values = values[::_STEP, ::_STEP]
    shown = np.asarray(picture)
    some_shown = shown[::_STEP, ::_STEP, :3]
    if not np.array_equal(some_values >> 8, some_shown):
        return None
    return values
