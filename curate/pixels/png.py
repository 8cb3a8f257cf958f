"""PNG of an RGB picture that comes in strips, so that it is never in memory as a whole.

Pillow's encoders want a copy of the picture of 4 bytes a px, and WebP's takes five more
such copies. This one takes a strip, and what it has written. Source: PNG specification,
third edition.
"""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from curate.pixels.images import Pixels

Bytes = NDArray[np.uint8]
"""(rows, 3 × width) or (3 × width,): the channels of rows of px."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NUMBER = struct.Struct(">I")
_HEADER = struct.Struct(">IIBBBBB")  # width, height, depth, colour type, three methods
_BITS = 8
_RGB = 2
_UP = 2  # filter type: each byte less the byte above it


def encode_png(strips: Iterable[Pixels], height: int, width: int) -> bytes:
    """PNG of height × width px from strips, each (rows, width, 3) uint8, top to bottom."""
    file = BytesIO()
    file.write(_SIGNATURE)
    header = _HEADER.pack(width, height, _BITS, _RGB, 0, 0, 0)
    _write_chunk(file, b"IHDR", header)

    # Runs and Huffman codes alone: as small as full matching for photos, ten times as
    # fast.
    compressor = zlib.compressobj(level=1, strategy=zlib.Z_RLE)
    above = np.zeros(width * 3, np.uint8)
    for strip in strips:
        rows = strip.reshape(-1, width * 3)
        filtered = _filtered(rows, above)
        compressed = compressor.compress(filtered.tobytes())
        _write_chunk(file, b"IDAT", compressed)
        above = rows[-1]

    _write_chunk(file, b"IDAT", compressor.flush())
    _write_chunk(file, b"IEND", b"")
    return file.getvalue()


def _filtered(rows: Bytes, above: Bytes) -> Bytes:
    """Rows as PNG filters them, each after its filter type. `above`: the row before."""
    before = np.vstack([above, rows[:-1]])
    count, length = rows.shape
    filtered = np.empty((count, 1 + length), np.uint8)
    filtered[:, 0] = _UP
    np.subtract(rows, before, out=filtered[:, 1:])
    return filtered


def _write_chunk(file: BytesIO, kind: bytes, content: bytes) -> None:
    """Append a chunk of a PNG file: length, kind, content, checksum."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    file.write(_NUMBER.pack(len(content)))
    file.write(kind)
    file.write(content)
    file.write(_NUMBER.pack(checksum))
