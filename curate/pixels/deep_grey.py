"""Grey of more than 8 bits: how many of a file's 16 bits the values use.

Cameras and scanners of 10, 12 or 14 bits write files of 16 bits, most often with the
upper bits empty. Shown by their highest byte, such pictures are nearly black. So what
is shown are the highest 8 of the bits that are used.

How many are used is a property of an export, because a dark picture of it does not use
them all: `shared_bits` tells it from some of its pictures. A picture that needs more
has its own number.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MODES = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
"""Pillow's modes of 16-bit grey."""

ALL_BITS = 16

_DEPTHS = (8, 10, 12, 14, ALL_BITS)
_SHARE = 1 / 3  # of the pictures that need more bits than an export is taken to use

Deep = NDArray[np.unsignedinteger]
"""16-bit grey (H, W), or colours (H, W, 3)."""


def used_bits(values: Deep) -> int:
    """The least depth of 8, 10, 12, 14 and 16 bits that holds all values."""
    needed = int(values.max(initial=0)).bit_length()
    for depth in _DEPTHS:
        if needed <= depth:
            return depth
    return ALL_BITS


def shared_bits(used: Sequence[int]) -> int:
    """The bits that an export uses, from those that some of its pictures use.

    More than a third of the pictures need so many: a few dark pictures do not hide the
    depth, and one picture of another source does not set it.

    >>> shared_bits([12, 12, 8, 10]), shared_bits([12, 12, 16])
    (12, 12)
    """
    for depth in reversed(_DEPTHS):
        needing = sum(bits >= depth for bits in used)
        if needing > _SHARE * len(used):
            return depth
    return ALL_BITS


def to_bytes(values: Deep, bits: int) -> NDArray[np.uint8]:
    """The highest 8 of the `bits` bits of each value; a larger value is white."""
    high_bits = values >> (bits - 8)
    np.minimum(high_bits, 255, out=high_bits)
    return high_bits.astype(np.uint8)
