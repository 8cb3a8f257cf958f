"""Specks and pinholes of a mask: what thresholds and noise leave, and nobody draws."""

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.run_lengths import Positions, RunLengths
from curate.records import Box

_SPECK_PX = 9  # a block of 3 x 3 px
_SPECKS = 10
_SIDES_PER_SPECK = 100  # a long outline between twigs leaves some
_NOWHERE = np.iinfo(np.int64).max


def is_speckled(runs: RunLengths, box: Box) -> bool:
    """Whether ten specks or pinholes of 9 px or less are in the mask; `box` is its own.

    A speck is an 8-connected piece, a pinhole a 4-connected hole. Nobody draws so many
    by hand. A mask with an outline of more than 1,000 sides of px has one for each 100
    of them.
    """
    # Runs that go on from one column to the next are not counted as they should be.
    if box.height < runs.height and _most_specks(runs) < _SPECKS:
        return False

    mask = masks.decode_window(runs, box)
    padded = np.pad(mask, 1).astype(np.uint8)
    specks = _small_pieces(padded, 8) + _small_pieces(1 - padded, 4)
    if specks < _SPECKS:
        return False
    return specks * _SIDES_PER_SPECK >= outline_length(mask)


def outline_length(mask: Mask) -> int:
    """Number of sides of px between mask and not mask; beyond the array nothing is mask."""
    padded = np.pad(mask, 1)
    across = padded[:, 1:] != padded[:, :-1]
    down = padded[1:] != padded[:-1]
    return int(np.count_nonzero(across) + np.count_nonzero(down))


def _most_specks(runs: RunLengths) -> int:
    """A number that the specks and pinholes of a mask do not exceed, and mostly meet.

    Each begins with a short run that has nothing of its kind to its left. From there
    the first run to the right is followed, until there is none or 9 px are exceeded.
    """
    counts = runs.counts
    at = np.flatnonzero(counts[1:-1] <= _SPECK_PX) + 1
    if at.size < _SPECKS:
        return int(at.size)
    at = at[_first_beside(runs, at, -runs.height) < 0]
    px = counts[at]

    found = 0
    while found + at.size >= _SPECKS and at.size:
        beside = _first_beside(runs, at, runs.height)
        ends = beside < 0
        found += int(np.count_nonzero(ends))
        at = beside[~ends]
        px = px[~ends] + counts[at]
        is_small = px <= _SPECK_PX
        at = at[is_small]
        px = px[is_small]
    return found + int(at.size)


def _first_beside(runs: RunLengths, at: Positions, shift: int) -> Positions:
    """(n,) the first run of its kind that touches each run in a column beside it, or -1.

    `at`: (n,) numbers of runs, the odd ones of the mask, which touch at corners, too.
    `shift`: px from a run to the column.
    """
    starts = np.concatenate(([-1], runs.borders, [_NOWHERE]))
    kind = at % 2
    first = starts[at] + shift - kind
    end = starts[at + 1] + shift + kind

    # The run in which the first px lies, or the one after it, which is of the other kind.
    beside = np.searchsorted(runs.borders, first, side="right")
    beside += beside % 2 != kind
    beside[starts[beside] >= end] = -1
    return beside


def _small_pieces(mask: NDArray[np.uint8], connectivity: int) -> int:
    """Number of connected pieces of 9 px or less."""
    _, _, statistics, _ = cv2.connectedComponentsWithStats(
        mask, connectivity=connectivity, ltype=cv2.CV_32S
    )
    areas = statistics[1:, cv2.CC_STAT_AREA]  # without what is no mask
    return int(np.count_nonzero(areas <= _SPECK_PX))
