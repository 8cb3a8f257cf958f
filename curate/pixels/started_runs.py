"""Runs of px with their starts, as tables of Kaggle's contests hold them: "7 3 47 3".

They go column by column or row by row, and mostly count from 1: the text does not say which.
run_orders.py tells it.
"""

import re

import numpy as np

from curate.flags import Flag
from curate.pixels import masks, run_lengths
from curate.pixels.run_lengths import Positions, RunLengths
from curate.pixels.run_orders import OrderSigns, clear_order, signs_of
from curate.reasons import Reason, Refusal
from curate.records import StartedRuns

_NUMBER = re.compile(r"[0-9]{1,18}")  # that 64 bits can hold
_NOT_IN_ORDER = "runs that are empty, or that do not follow one another"


def parse(shape: StartedRuns, height: int, width: int) -> tuple[RunLengths, list[Flag]]:
    """The mask over height × width px, and remarks. Refusal bad_run_lengths."""
    starts, ends = _runs(shape)
    pixels = height * width
    if ends[-1] > pixels:
        detail = f"runs up to px {ends[-1]:,}, and the image has {pixels:,}"
        raise Refusal(Reason.BAD_RUN_LENGTHS, detail)

    by_rows, flags = _order(shape, starts, ends, height, width)
    pairs = np.stack([starts, ends], axis=1)
    borders = pairs.ravel()
    if not by_rows:
        runs = run_lengths.from_borders(borders, height, width)
        return runs, flags

    # Row by row through a mask is column by column through the transposed mask.
    turned = run_lengths.from_borders(borders, height=width, width=height)
    mask = masks.decode(turned).T
    return masks.encode(mask), flags


def order_signs(shape: StartedRuns, height: int, width: int) -> OrderSigns:
    """What a mask tells of how px are counted in its table. Refusal bad_run_lengths."""
    starts, ends = _runs(shape)
    return signs_of(starts, ends, height, width)


def _runs(shape: StartedRuns) -> tuple[Positions, Positions]:
    """Where the runs start, from 0, and where they end. Refusal bad_run_lengths."""
    words = shape.text.split()
    if not words or len(words) % 2:
        raise _bad(f"{len(words):,} numbers, not pairs of a start and a length")
    for word in words:
        if not _NUMBER.fullmatch(word):
            raise _bad(f"{word[:40]!r} is no whole number")

    numbers = np.array(words, np.int64)
    stated_starts = numbers[0::2]
    lengths = numbers[1::2]
    starts = stated_starts - shape.first
    ends = starts + lengths
    if starts[0] < 0:
        raise _bad(f"a start of 0; they count from {shape.first}")

    are_empty = ends <= starts
    if are_empty.any():
        raise _bad(_NOT_IN_ORDER)
    overlap = starts[1:] < ends[:-1]
    if overlap.any():
        raise _bad(_NOT_IN_ORDER)
    return starts, ends


def _order(
    shape: StartedRuns, starts: Positions, ends: Positions, height: int, width: int
) -> tuple[bool, list[Flag]]:
    """Whether px are counted row by row: as is stated, as they show, or as is likely."""
    if shape.known == "stated":
        return shape.by_rows, []
    shown = clear_order(starts, ends, height, width)
    if shown is not None:
        return shown, []
    if shape.known == "by_table":
        return shape.by_rows, []
    return shape.by_rows, [Flag.ORDER_UNSURE]


def _bad(detail: str) -> Refusal:
    return Refusal(Reason.BAD_RUN_LENGTHS, detail)
