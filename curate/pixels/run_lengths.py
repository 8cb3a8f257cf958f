"""Run-lengths: a mask as COCO writes it, read from exports and written as COCO's text.

Run-lengths go column by column over height × width: a run of zeros first, then ones and
zeros in turn. In memory a mask is often more convenient as its borders, the sorted
positions where its value changes: moving a mask into another frame is then arithmetic
on positions.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from curate.pixels import coco_text
from curate.pixels.ragged import count_from, sizes_of, starts_of
from curate.reasons import Reason, Refusal

Positions = NDArray[np.int64]
"""(n,) positions in a frame, column by column from the top left; or px between them."""


# Each annotation has one or two: a Struct is made in a tenth of a dataclass's time.
class RunLengths(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A mask of `height` × `width` px as runs of zeros, ones, zeros, … in px."""

    counts: Positions
    """(n,); only the first may be 0, and their sum is height × width."""
    height: int
    width: int

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RunLengths):
            return NotImplemented
        if (self.height, self.width) != (other.height, other.width):
            return False
        return np.array_equal(self.counts, other.counts)

    __hash__ = None  # type: ignore[assignment]

    @property
    def pixels(self) -> int:
        """Number of px of the frame."""
        return self.height * self.width

    @property
    def is_empty(self) -> bool:
        """Whether no px is of the mask."""
        return self.counts.size == 1

    @property
    def borders(self) -> Positions:
        """(n - 1,) the positions where the value changes, in order."""
        return np.cumsum(self.counts[:-1])


def from_borders(borders: Positions, height: int, width: int) -> RunLengths:
    """Run-lengths from the positions where the value changes, in order.

    Two borders at one position cancel, and one at the very end has no effect.
    """
    borders = _without_pairs(borders)
    pixels = height * width
    if borders.size and borders[-1] == pixels:
        borders = borders[:-1]

    counts = runs_between(borders, pixels)
    return RunLengths(counts, height, width)


def frames_apart(heights: Positions, widths: Positions) -> Positions:
    """(n,) where `from_shifted_borders` wants the frame of each of n masks to start."""
    return starts_of(heights * widths + 1)


def from_shifted_borders(
    borders: Positions, heights: Positions, widths: Positions
) -> list[RunLengths]:
    """Run-lengths of n masks, from the borders of all in order.

    `heights`, `widths`: (n,) of their frames, px. The borders of each mask are moved on by
    where its frame starts (`frames_apart`). Else as `from_borders`.
    """
    borders = _without_pairs(borders)

    # The end of each frame has no effect as a border, and is the end of the last run.
    frames = frames_apart(heights, widths)
    ends = frames + heights * widths
    firsts = np.searchsorted(borders, frames)
    lasts = np.searchsorted(borders, ends)
    sizes = lasts - firsts
    run_ends = np.cumsum(sizes + 1)
    with_places_of_ends = count_from(firsts, sizes + 1)
    all_ends = np.append(borders, 0)[with_places_of_ends]
    all_ends[run_ends - 1] = ends

    # Frames are one px apart.
    counts = sizes_of(all_ends)
    counts[run_ends[:-1]] -= 1
    found = []
    start = 0
    sides = zip(run_ends.tolist(), heights.tolist(), widths.tolist(), strict=True)
    for end, height, width in sides:
        found.append(RunLengths(counts[start:end], height, width))
        start = end
    return found


def _without_pairs(borders: Positions) -> Positions:
    """Sorted borders without those that cancel, because two are at one position."""
    is_last = np.ones(borders.size, np.bool_)
    np.not_equal(borders[1:], borders[:-1], out=is_last[:-1])
    if is_last.all():
        return borders
    last = np.flatnonzero(is_last)
    times = sizes_of(last + 1)
    is_odd = (times & 1).astype(np.bool_)
    single: Positions = borders[last[is_odd]]
    return single


def runs_between(borders: Positions, pixels: int) -> Positions:
    """(n + 1,) the distances from 0 over n borders to the end at `pixels`."""
    ends = np.zeros(borders.size + 2, np.int64)
    ends[1:-1] = borders
    ends[-1] = pixels
    return ends[1:] - ends[:-1]


def parse(raw: object, height: int, width: int) -> RunLengths:
    """Run-lengths as an export holds them: COCO's text, or a list of whole numbers.

    Raises Refusal bad_run_lengths if they are garbage or do not sum to height × width.
    """
    if isinstance(raw, str | bytes):
        counts = _decompress(raw)
    elif isinstance(raw, list):
        counts = _whole_numbers(raw, height * width)
    else:
        kind = type(raw).__name__
        raise _bad_run_lengths(f"they are {kind}, neither text nor a list")

    check_sums(counts, np.array([counts.size]), height, width)

    # Tools write runs of 0 px in the middle; borders at one position cancel them.
    borders = np.cumsum(counts[:-1])
    return from_borders(borders, height, width)


def check_sums(counts: Positions, sizes: Positions, height: int, width: int) -> None:
    """Refusal bad_run_lengths if one of several masks is not of height × width px.

    `counts`: the runs of one mask after the other, `sizes`: how many each has, at least one.
    """
    pixels = height * width
    is_run = (counts >= 0) & (counts <= pixels)
    if not is_run.all():
        longest = f"longer than the mask's {pixels} px"
        raise _bad_run_lengths(f"a run is negative or {longest}")

    totals = np.add.reduceat(counts, starts_of(sizes))
    wrong = totals[totals != pixels]
    if wrong.size:
        size = f"{height} x {width} = {pixels} px"
        raise _bad_run_lengths(f"they sum to {wrong[0]} px, the mask has {size}")


def compress(runs: RunLengths) -> str:
    """COCO's text, as pycocotools writes it."""
    ends = np.array([runs.counts.size])
    [text] = coco_text.write_runs(runs.counts, ends)
    return text


def _decompress(raw: str | bytes) -> Positions:
    """The runs of COCO's text. Refusal if it holds something else."""
    text = raw
    if isinstance(text, str):
        try:
            text = text.encode("ascii")
        except UnicodeEncodeError:
            detail = "the text holds a character that is no digit"
            raise _bad_run_lengths(detail) from None
    return coco_text.read_runs(text)


def _whole_numbers(raw: list[object], pixels: int) -> Positions:
    """A list of an export as runs. Refusal if it is empty, or if an entry is no run of
    `pixels` px or less."""
    if not raw:
        raise _bad_run_lengths("the list is empty")
    kinds = set(map(type, raw))
    if not kinds <= {int, float}:
        raise _bad_run_lengths("the list holds something that is no number")
    try:
        numbers = np.array(raw, np.float64)
    except OverflowError:
        raise _bad_run_lengths("a run is longer than any mask") from None

    is_in_range = (numbers >= 0) & (numbers <= pixels)
    is_whole = numbers == np.floor(numbers)
    if not np.all(is_in_range & is_whole):
        detail = "a run is negative, no whole number, or longer than the mask"
        raise _bad_run_lengths(detail)
    return numbers.astype(np.int64)


def _bad_run_lengths(detail: str) -> Refusal:
    return Refusal(Reason.BAD_RUN_LENGTHS, f"run-lengths: {detail}")
