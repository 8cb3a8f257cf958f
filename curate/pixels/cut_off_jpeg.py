"""JPEG files that end too early: whether all of their pixels are there nevertheless.

Cameras and transfers leave out a file's end mark, or the rows below it. libjpeg fills
what is missing with grey, without an error. So a file is decoded several times here,
each time with another ending: pixels that are in the file come out the same, and pixels
that are missing take what the ending holds. Of a progressive JPEG, scans that are
missing as a whole are not noticed: all of its rows decode, less sharply.
"""

import hashlib
from io import BytesIO

from PIL import Image

_END_MARK = b"\xff\xd9"
_START = b"\xff\xd8\xff"
_STRIP_ROWS = 512

# No byte of it is 255, which would begin a marker.
_NOISE = bytes(range(254, 0, -1)) * 4

_RESTARTS = [bytes((0xFF, 0xD0 + number)) + _NOISE for number in range(8)]
"""Noise behind each restart marker, because a file may end right before one."""


def is_jpeg(data: bytes) -> bool:
    """Whether a file begins as a JPEG does."""
    return data.startswith(_START)


def with_end_mark(data: bytes) -> bytes:
    """A JPEG file that ends too early, with an end mark."""
    return _without_half_a_marker(data) + _END_MARK


def has_all_pixels(data: bytes) -> bool:
    """Whether a JPEG file without its end mark holds all of its pixels.

    Raises what Pillow raises.
    """
    kept = _without_half_a_marker(data)
    plain = _digest(kept + _END_MARK)
    # libjpeg passes over a restart marker that is due soon, so each comes early once.
    for first in (0, 4):
        restarts = b"".join(_RESTARTS[first:] + _RESTARTS[:first])
        noisy = _digest(kept + _NOISE + restarts + _END_MARK)
        if noisy != plain:
            return False
    return True


def _without_half_a_marker(data: bytes) -> bytes:
    return data.rstrip(b"\xff")


def _digest(data: bytes) -> bytes:
    """A digest of a file's pixels, made strip by strip to save memory."""
    digest = hashlib.sha256()
    with Image.open(BytesIO(data), formats=("JPEG",)) as picture:
        picture.load()
        width, height = picture.size
        for top in range(0, height, _STRIP_ROWS):
            bottom = min(top + _STRIP_ROWS, height)
            strip = picture.crop((0, top, width, bottom))
            digest.update(strip.tobytes())
    return digest.digest()
