"""COCO's text of run-lengths, read and written as pycocotools does.

From the fourth run on, the run two before it is subtracted. Each difference is written as
signed base-32 digits, lowest first, with a mark if more digits follow.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.pixels.ragged import count_from, sizes_of, starts_of
from curate.reasons import Reason, Refusal

Runs = NDArray[np.int64]
"""(n,): runs of zeros and ones in turn, px."""

_Bytes = NDArray[np.uint8]

_MAX_RUN_CHARACTERS = 12  # 60 bits; no image has a run that needs more

# A digit of COCO's text is the character 48 + its value.
_FIRST_CHARACTER = 48
_DIGIT_BITS = 5
_DIGIT = 31  # the bits of the value
_SIGN = 16  # in the last digit: the number is negative
_MORE_FOLLOW = 32
_SIGN_BIT = 63  # of an int64
_LARGEST_SHORT = (1 << 31) - 1

# 16, 512, …: a signed run of this size or more needs one base-32 digit more.
_DIGIT_LIMITS = 1 << np.arange(4, 60, _DIGIT_BITS, dtype=np.int64)


def write_runs(runs: Runs, ends: Runs) -> list[str]:
    """The texts of several masks.

    `runs`: (m,) of one mask after the other. `ends`: (n,) where those of each end.
    """
    differences = _differences(runs, ends)
    text, lengths = _write(differences)
    number_ends = np.cumsum(lengths)
    text_ends = number_ends[ends - 1]

    texts = []
    start = 0
    for end in text_ends.tolist():
        texts.append(text[start:end])
        start = end
    return texts


def _write(numbers: Runs) -> tuple[str, _Bytes]:
    """The text of signed numbers, one after the other, and how many digits each has."""
    size = numbers ^ (numbers >> _SIGN_BIT)  # 16 needs two digits, -16 needs one
    if size.max(initial=0) <= _LARGEST_SHORT:
        numbers = numbers.astype(np.int32)  # half the bytes, half the time
        size = size.astype(np.int32)

    # A column for each digit, the first one first; 0 where a number has none.
    columns = []
    lengths = np.zeros(size.size, np.uint8)
    has_digit = np.ones(size.size, np.bool_)
    for limit in _DIGIT_LIMITS.tolist():
        goes_on = size >= limit
        digit = (numbers & _DIGIT).astype(np.uint8)
        digit += _FIRST_CHARACTER
        digit += _MORE_FOLLOW * goes_on.view(np.uint8)
        digit *= has_digit
        columns.append(digit)
        lengths += has_digit
        has_digit = goes_on
        if not goes_on.any():
            break
        numbers = numbers >> _DIGIT_BITS
    digits = np.stack(columns, axis=1)
    return digits.tobytes().translate(None, b"\0").decode("ascii"), lengths


def read_runs(text: bytes) -> Runs:
    """The runs of a text; some may be negative. Refusal bad_run_lengths."""
    runs, _ = _read(text)

    # Undo the differences: each run was written less the run two before it.
    ones = runs[1::2]
    zeros = runs[2::2]
    np.cumsum(ones, out=ones)
    np.cumsum(zeros, out=zeros)
    return runs


def read_many_runs(texts: Sequence[str]) -> tuple[Runs, Runs]:
    """The runs of several texts, one after the other, and how many each text has.

    Refusal as `read_runs`.
    """
    encoded = [text.encode("ascii", "replace") for text in texts]
    text_sizes = [len(text) for text in encoded]
    text_ends = np.cumsum(text_sizes)
    written, last = _read(b"".join(encoded))

    # How many runs each text has; its last character has to be the end of a run.
    ends = np.searchsorted(last, text_ends)
    sizes = sizes_of(ends)
    last_of_text = last[ends - 1]
    is_good = last_of_text == text_ends - 1
    is_good &= sizes > 0
    if not is_good.all():
        raise _bad("a text is empty or ends inside a run")
    return _without_differences(written, sizes), sizes


def _read(text: bytes) -> tuple[Runs, Runs]:
    """The numbers of a text as written, and the place of the last digit of each."""
    digits = _digits(text)
    is_last = digits < _MORE_FOLLOW
    if not is_last[-1]:
        raise _bad("the text ends inside a run")

    last = np.flatnonzero(is_last)
    lengths = sizes_of(last + 1)
    starts = last + 1 - lengths
    longest = lengths.max()
    if longest > _MAX_RUN_CHARACTERS:
        raise _bad(f"a run of {longest} characters")

    # Join the bits of each number's digits.
    values = digits & _DIGIT
    values <<= _DIGIT_BITS * _places(lengths)
    runs = np.add.reduceat(values, starts)

    # The last digit says whether the number is negative.
    signs = digits[last] & _SIGN
    is_negative = signs != 0
    wrap = np.int64(1) << (_DIGIT_BITS * lengths)
    runs -= np.where(is_negative, wrap, 0)
    return runs, last


def _without_differences(written: Runs, sizes: Runs) -> Runs:
    """The runs of several texts, from those that were written less the run two before.

    `sizes`: how many each text has.
    """
    # A row for each pair of a run of zeros and one of ones; each text begins with a new row.
    pairs = (sizes + 1) // 2
    first_pair = starts_of(pairs)
    places = count_from(2 * first_pair, sizes)
    runs = np.zeros((pairs.sum(), 2), np.int64)
    runs.ravel()[places] = written

    # The first run of a text is added to no other.
    firsts = runs[first_pair, 0]
    runs[first_pair, 0] = 0

    # Sums down both columns undo the differences, less what the texts before have brought.
    sums = np.cumsum(runs, axis=0)
    texts_before = sums[first_pair] - runs[first_pair]
    sums -= np.repeat(texts_before, pairs, axis=0)
    sums[first_pair, 0] = firsts
    found: Runs = sums.ravel()[places]
    return found


def _differences(runs: Runs, ends: Runs) -> Runs:
    """Each run less the run two before it, from the fourth run of each mask on."""
    before = np.zeros_like(runs)
    before[3:] = runs[1:-2]
    starts = np.concatenate(([0], ends[:-1]))
    for number in range(3):
        # A mask may have fewer runs; those of the next one begin in any case.
        firsts = starts + number
        before[firsts[firsts < ends]] = 0
    return runs - before


def _places(lengths: Runs) -> Runs:
    """The place of each digit in its number: 0, 1, … for each number."""
    return count_from(np.zeros_like(lengths), lengths)


def _digits(text: bytes) -> Runs:
    """The values of the characters of a text. Refusal if one is no digit."""
    characters = np.frombuffer(text, np.uint8)
    digits = characters.astype(np.int64)
    digits -= _FIRST_CHARACTER
    is_digit = digits >= 0
    is_digit &= digits < 2 * _MORE_FOLLOW
    if digits.size == 0 or not is_digit.all():
        raise _bad("the text is empty or holds a character that is no digit")
    return digits


def _bad(detail: str) -> Refusal:
    return Refusal(Reason.BAD_RUN_LENGTHS, f"run-lengths: {detail}")
