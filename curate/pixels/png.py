"""PNG of masks, and of RGB pictures that come in strips.

Pillow's encoders want a copy of the picture of 4 bytes a px, and WebP's takes five more
such copies. Of an RGB picture this one takes a strip, and what it has written. A mask is
packed by numpy and costs a fifth of what it costs Pillow. Source: PNG specification,
third edition.
"""

import struct
import zlib
from collections.abc import Iterable
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask

Strip = NDArray[np.uint8]
"""(rows, width, 3): some rows of an RGB picture."""

Bytes = NDArray[np.uint8]
"""(rows, 3 × width) or (3 × width,): the channels of rows of px."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NUMBER = struct.Struct(">I")
_HEADER = struct.Struct(">IIBBBBB")  # width, height, depth, colour type, three methods
_MASK_START = struct.Struct(">8sI4sIIBBBBBII4s")  # up to the compressed px of a mask
_GREY = 0
_RGB = 2
_NONE = 0  # filter type
_UP = 2  # filter type: each byte less the byte above it


def encode_png(strips: Iterable[Strip], height: int, width: int) -> bytes:
    """PNG of height × width px from strips, each (rows, width, 3) uint8, top to bottom."""
    file = BytesIO()
    _write_start(file, height, width, bits=8, colour_type=_RGB)
    compressor = _compressor()
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


def encode_mask_png(mask: Mask) -> bytes:
    """1-bit PNG of an (H, W) bool mask."""
    height, width = mask.shape
    packed = np.packbits(mask, axis=1)
    row_bytes = 1 + packed.shape[1]
    rows = np.empty((height, row_bytes), np.uint8)
    rows[:, 0] = _NONE
    rows[:, 1:] = packed

    file = BytesIO()
    _write_start(file, height, width, bits=1, colour_type=_GREY)
    compressor = _compressor()
    compressed = compressor.compress(rows.tobytes()) + compressor.flush()
    _write_chunk(file, b"IDAT", compressed)
    _write_chunk(file, b"IEND", b"")
    return file.getvalue()


def decode_mask_png(data: memoryview) -> Mask | None:
    """The (H, W) bool mask that `encode_mask_png` wrote; None if it wrote another file.

    It takes a third of what a decoder of all PNG files takes. zlib.error if it is cut off.
    """
    if len(data) < _MASK_START.size:
        return None
    start = _MASK_START.unpack_from(data)
    signature, _, _, width, height, bits, colour_type = start[:7]
    size, kind = start[-2:]
    if (signature, bits, colour_type, kind) != (_SIGNATURE, 1, _GREY, b"IDAT"):
        return None

    # One byte for the filter of a row, then eight px a byte.
    behind_start = data[_MASK_START.size :]
    content = zlib.decompress(behind_start[:size])
    flat = np.frombuffer(content, np.uint8)
    row_bytes = 1 + -(-width // 8)
    if len(flat) != height * row_bytes:  # interlaced
        return None
    rows = flat.reshape(height, row_bytes)
    filters = rows[:, 0]
    if filters.any():
        return None
    bits_of_rows = np.unpackbits(rows[:, 1:], axis=1, count=width)
    return bits_of_rows.view(np.bool_)


def _compressor() -> "zlib._Compress":
    """Runs and Huffman codes alone: as small as full matching for photos and masks, and
    ten times as fast."""
    return zlib.compressobj(level=1, strategy=zlib.Z_RLE)


def _write_start(
    file: BytesIO, height: int, width: int, bits: int, colour_type: int
) -> None:
    """How a PNG file begins. `bits`: of a channel of a px."""
    file.write(_SIGNATURE)
    header = _HEADER.pack(width, height, bits, colour_type, 0, 0, 0)
    _write_chunk(file, b"IHDR", header)


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
