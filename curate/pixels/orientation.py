"""EXIF orientation: the one table of how stored pixels become displayed ones.

Source: EXIF 2.32, 4.6.4.A, tag 0x0112.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from curate.records import Box

_Pixel = TypeVar("_Pixel", bound=np.generic)

_JPEG = b"\xff\xd8\xff"
_EXIF = b"Exif\0"
# Files but JPEGs may have EXIF without its name: a PNG in a chunk, others as a TIFF has it.
_MARKS = (_EXIF, b"eXIf", b"II*\0", b"MM\0*")


@dataclass(frozen=True, slots=True)
class _Turn:
    """The steps from the stored frame to the displayed one, in this order."""

    transposed: bool = False
    """Rows become columns."""
    mirrored: bool = False
    """Left and right change places."""
    flipped: bool = False
    """Top and bottom change places."""


_TURNS = {
    1: _Turn(),
    2: _Turn(mirrored=True),
    3: _Turn(mirrored=True, flipped=True),
    4: _Turn(flipped=True),
    5: _Turn(transposed=True),
    6: _Turn(transposed=True, mirrored=True),
    7: _Turn(transposed=True, mirrored=True, flipped=True),
    8: _Turn(transposed=True, flipped=True),
}


def displayed(stored: NDArray[_Pixel], orientation: int) -> NDArray[_Pixel]:
    """A view of stored pixels, (H, W) or (H, W, 3), in the displayed frame."""
    turn = _TURNS[orientation]
    view = stored
    if turn.transposed:
        view = view.swapaxes(0, 1)
    if turn.mirrored:
        view = view[:, ::-1]
    if turn.flipped:
        view = view[::-1]
    return view


def displayed_size(height: int, width: int, orientation: int) -> tuple[int, int]:
    """Height and width of the displayed frame from those of the stored one.

    It works the other way round, too.

    >>> displayed_size(3, 4, 6)
    (4, 3)
    """
    if _TURNS[orientation].transposed:
        return width, height
    return height, width


def displayed_box(
    stored: Box,
    height: int,
    width: int,
    orientation: int,
) -> Box:
    """A box of the stored frame in the displayed one, which has height × width px."""
    turn = _TURNS[orientation]
    box = stored
    if turn.transposed:
        box = _transposed(box)
    return _mirrored(box, height, width, turn)


def stored_box(
    displayed: Box,
    height: int,
    width: int,
    orientation: int,
) -> Box:
    """A box of the displayed frame, which has height × width px, in the stored one."""
    turn = _TURNS[orientation]
    box = _mirrored(displayed, height, width, turn)
    if turn.transposed:
        box = _transposed(box)
    return box


def _transposed(box: Box) -> Box:
    return Box(box.y0, box.x0, box.y1, box.x1)


def _mirrored(
    box: Box,
    height: int,
    width: int,
    turn: _Turn,
) -> Box:
    """The box mirrored and flipped in a frame of height × width px, as a turn says.

    Doing it twice gives the box back.
    """
    x0, y0, x1, y1 = box
    if turn.mirrored:
        x0 = width - box.x1
        x1 = width - box.x0
    if turn.flipped:
        y0 = height - box.y1
        y1 = height - box.y0
    return Box(x0, y0, x1, y1)


def may_be_stated(head: bytes) -> bool:
    """Whether a file, by its first bytes, may state an orientation."""
    # To look for the marks of other files in a JPEG, too, would take three times longer.
    if head.startswith(_JPEG):
        return _EXIF in head
    return any(mark in head for mark in _MARKS)
