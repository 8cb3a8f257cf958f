"""Run-lengths: a mask as COCO writes it, read from exports and written as COCO's compressed text.

Run-lengths go column by column over height × width: a run of zeros first, then ones and zeros in
turn. In memory a mask is often more convenient as its borders, the sorted positions where its value
changes: moving a mask into another frame is then arithmetic on positions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.reasons import Reason, Refusal

_MAX_RUN_CHARACTERS = 12  # 60 bits; no image has a run that needs more

# 16, 512, …: a signed run of this size or more needs one base-32 digit more.
_DIGIT_LIMITS = 1 << np.arange(4, 60, 5, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class RunLengths:
    """A mask of `height` × `width` px as runs of zeros, ones, zeros, … in px.

    `counts`: (n,) int64; only the first may be 0, and their sum is height × width.
    """

    counts: NDArray[np.int64]
    height: int
    width: int

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RunLengths):
            return NotImplemented
        same_frame = (self.height, self.width) == (other.height, other.width)
        return same_frame and np.array_equal(self.counts, other.counts)

    __hash__ = None  # type: ignore[assignment]

    @property
    def pixels(self) -> int:
        """Number of px of the frame."""
        return self.height * self.width

    @property
    def borders(self) -> NDArray[np.int64]:
        """(n - 1,) int64: the positions where the value changes, in order."""
        return np.cumsum(self.counts[:-1])


def from_borders(borders: NDArray[np.int64], height: int, width: int) -> RunLengths:
    """Run-lengths from the positions where the value changes, in order.

    Two borders at one position cancel, and one at the very end has no effect.
    """
    if np.any(borders[1:] == borders[:-1]):
        borders, times = np.unique(borders, return_counts=True)
        borders = borders[times % 2 == 1]

    pixels = height * width
    if borders.size and borders[-1] == pixels:
        borders = borders[:-1]

    counts = runs_between(borders, pixels)
    return RunLengths(counts, height, width)


def runs_between(borders: NDArray[np.int64], pixels: int) -> NDArray[np.int64]:
    """(n + 1,) int64: the distances from 0 over n borders to the end at `pixels`."""
    positions = np.empty(borders.size + 2, np.int64)
    positions[0] = 0
    positions[1:-1] = borders
    positions[-1] = pixels
    return positions[1:] - positions[:-1]


def parse(raw: object, height: int, width: int) -> RunLengths:
    """Run-lengths as an export holds them: COCO's compressed text, or a list of whole numbers.

    Raises Refusal bad_run_lengths if they are garbage or do not sum to height × width.
    """
    pixels = height * width
    if isinstance(raw, str | bytes):
        counts = _decompress(raw)
    elif isinstance(raw, list):
        counts = _whole_numbers(raw, pixels)
    else:
        raise _bad_run_lengths(f"they are {type(raw).__name__}, neither text nor a list")

    if counts.size and (counts.min() < 0 or counts.max() > pixels):
        raise _bad_run_lengths(f"a run is negative or longer than the mask's {pixels} px")
    if counts.sum() != pixels:
        size = f"{height} x {width} = {pixels} px"
        raise _bad_run_lengths(f"they sum to {counts.sum()} px, the mask has {size}")

    # Tools write runs of 0 px in the middle; borders at one position cancel them.
    borders = np.cumsum(counts[:-1])
    return from_borders(borders, height, width)


def compress(runs: RunLengths) -> str:
    """COCO's compressed text, as pycocotools writes it.

    From the fourth run on, the run two before it is subtracted. Each difference is written as signed
    base-32 digits, lowest first; a digit is the character 48 + value, + 32 if more digits follow.
    """
    deltas = runs.counts.copy()
    deltas[3:] -= runs.counts[1:-2]

    magnitudes = np.where(deltas < 0, ~deltas, deltas)
    digits = 1 + np.searchsorted(_DIGIT_LIMITS, magnitudes, side="right")
    ends = np.cumsum(digits)

    # One row for each digit: the number that it belongs to, and its place in that number.
    place = np.arange(ends[-1]) - np.repeat(ends - digits, digits)
    values = np.repeat(deltas, digits) >> 5 * place & 31
    characters: NDArray[np.int64] = 48 + values + 32
    characters[ends - 1] -= 32
    return characters.astype(np.uint8).tobytes().decode("ascii")


def _decompress(raw: str | bytes) -> NDArray[np.int64]:
    """The runs of COCO's compressed text; see `compress`."""
    text = raw
    if isinstance(text, str):
        try:
            text = text.encode("ascii")
        except UnicodeEncodeError:
            raise _bad_run_lengths("the text holds a character that is no digit") from None

    digits = np.frombuffer(text, np.uint8).astype(np.int64) - 48
    if digits.size == 0 or digits.min() < 0 or digits.max() > 63:
        raise _bad_run_lengths("the text is empty or holds a character that is no digit")

    is_last = digits < 32
    if not is_last[-1]:
        raise _bad_run_lengths("the text ends inside a run")

    ends = np.flatnonzero(is_last) + 1
    starts = np.concatenate(([0], ends[:-1]))
    lengths = ends - starts
    if lengths.max() > _MAX_RUN_CHARACTERS:
        raise _bad_run_lengths(f"a run of {lengths.max()} characters")

    # Join the five bits of each digit; bit 16 of the last digit says that the number is negative.
    place = np.arange(digits.size) - np.repeat(starts, lengths)
    counts = np.add.reduceat((digits & 31) << 5 * place, starts)
    is_negative = (digits[ends - 1] & 16) != 0
    counts -= np.where(is_negative, np.int64(1) << 5 * lengths, 0)

    # Undo the differences: each run was written less the run two before it.
    counts[1::2] = np.cumsum(counts[1::2])
    counts[2::2] = np.cumsum(counts[2::2])
    return counts


def _whole_numbers(raw: list[object], pixels: int) -> NDArray[np.int64]:
    """A list of an export as runs. Refusal where an entry can be no run of a mask of `pixels` px."""
    kinds = set(map(type, raw))
    if not kinds <= {int, float}:
        raise _bad_run_lengths("the list holds something that is no number")
    try:
        numbers = np.array(raw, np.float64)
    except OverflowError:
        raise _bad_run_lengths("a run is longer than any mask") from None

    is_run = (numbers >= 0) & (numbers <= pixels) & (numbers == np.floor(numbers))
    if not np.all(is_run):
        raise _bad_run_lengths("a run is negative, no whole number, or longer than the mask")
    return numbers.astype(np.int64)


def _bad_run_lengths(detail: str) -> Refusal:
    return Refusal(Reason.BAD_RUN_LENGTHS, f"run-lengths: {detail}")
