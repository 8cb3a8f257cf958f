"""Runs of px with their starts, as tables of Kaggle's contests hold them: "7 3 47 3".

Starts count from 1, column by column or row by row: the text does not say which. Below a px of an
object there is mostly another px of it, and right of it, too. So most px have one as far behind
them as a line is long: if that is the picture's width, px are counted by rows, and if it is the
height, by columns. A square picture cannot tell, nor can specks.
"""

import re

import numpy as np

from curate.pixels import masks, run_lengths
from curate.pixels.run_lengths import Positions, RunLengths
from curate.reasons import Reason, Refusal
from curate.records import StartedRuns

_NUMBER = re.compile(r"[0-9]{1,18}")  # that 64 bits can hold
_CLEARLY = 2  # times as many px are alone by the one length of a line as by the other


def parse(shape: StartedRuns, height: int, width: int) -> RunLengths:
    """The mask over height × width px. Refusal bad_run_lengths."""
    starts, ends = _runs(shape.text)
    pixels = height * width
    if ends[-1] > pixels:
        detail = f"runs up to px {ends[-1]:,}, and the image has {pixels:,}"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail)

    borders = np.stack([starts, ends], axis=1).ravel()
    if not _goes_by_rows(shape, starts, ends, height, width):
        return run_lengths.from_borders(borders, height, width)
    # Row by row through a mask is column by column through the transposed mask.
    turned = run_lengths.from_borders(borders, height=width, width=height)
    return masks.encode(masks.decode(turned).T)


def _runs(text: str) -> tuple[Positions, Positions]:
    """Where the runs start, from 0, and where they end. Refusal bad_run_lengths."""
    words = text.split()
    if not words or len(words) % 2:
        raise _bad(f"{len(words):,} numbers, not pairs of a start and a length")
    for word in words:
        if not _NUMBER.fullmatch(word):
            raise _bad(f"{word[:40]!r} is no whole number")

    numbers = np.array(words, np.int64)
    starts = numbers[0::2] - 1
    ends = starts + numbers[1::2]
    if starts[0] < 0:
        raise _bad("a start of 0; they count from 1")
    is_empty = np.any(ends <= starts)
    overlaps = np.any(starts[1:] < ends[:-1])
    if is_empty or overlaps:
        raise _bad("runs that are empty, or that do not follow one another")
    return starts, ends


def _goes_by_rows(
    shape: StartedRuns, starts: Positions, ends: Positions, height: int, width: int
) -> bool:
    """Whether px are counted row by row, as the shape says, or as its px show."""
    if shape.sure:
        return shape.by_rows
    alone_by_columns = _alone(starts, ends, height)
    alone_by_rows = _alone(starts, ends, width)
    if shape.by_rows:
        return alone_by_rows <= _CLEARLY * alone_by_columns
    return _CLEARLY * alone_by_rows < alone_by_columns


def _alone(starts: Positions, ends: Positions, line: int) -> int:
    """How many px have no other px of the mask one line before them."""
    sizes = ends - starts
    before = np.cumsum(sizes) - sizes

    def px_up_to(places: Positions) -> Positions:
        """How many px of the mask lie before each place."""
        run = np.searchsorted(starts, places, side="right") - 1
        in_run = np.minimum(places - starts[run], sizes[run])
        return np.where(run >= 0, before[run] + in_run, 0)

    in_both = px_up_to(ends - line) - px_up_to(starts - line)
    return int(sizes.sum() - in_both.sum())


def _bad(detail: str) -> Refusal:
    return Refusal(Reason.BAD_RUN_LENGTHS, detail)
