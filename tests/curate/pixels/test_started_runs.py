"""Runs with their starts, in the order that their px show."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.started_runs import parse
from curate.records import StartedRuns


def blank() -> Mask:
    return np.zeros((80, 120), np.bool_)


def ring() -> Mask:
    mask = blank()
    mask[20:60, 20:70] = True
    mask[30:50, 35:55] = False
    return mask


def comb() -> Mask:
    mask = blank()
    mask[10:70, 10:110] = True
    mask[20:70, 20:110:20] = False
    return mask


def disk() -> Mask:
    drawn = cv2.circle(np.zeros((80, 120), np.uint8), (60, 40), 35, 1, -1)
    return drawn.astype(np.bool_)


def four() -> Mask:
    mask = blank()
    for y, x in ((5, 5), (5, 90), (60, 5), (60, 90)):
        mask[y : y + 8, x : x + 12] = True
    return mask


def text_of(mask: Mask, by_rows: bool) -> str:
    """The mask's runs, by the plain definition."""
    line = mask.T.ravel()
    if by_rows:
        line = mask.ravel()
    padded = np.concatenate([[False], line, [False]])
    borders = np.flatnonzero(padded[1:] != padded[:-1])
    pairs = zip(borders[0::2].tolist(), borders[1::2].tolist(), strict=True)
    return " ".join(f"{start + 1} {end - start}" for start, end in pairs)


@pytest.mark.parametrize("drawn", [ring, comb, disk, four])
@pytest.mark.parametrize("by_rows", [False, True])
@pytest.mark.parametrize("said", [False, True])
def test_px_show_in_which_order_they_are_counted(
    drawn: Callable[[], Mask], by_rows: bool, said: bool
) -> None:
    mask = drawn()
    shape = StartedRuns(text=text_of(mask, by_rows), by_rows=said)
    np.testing.assert_array_equal(masks.decode(parse(shape, 80, 120)), mask)


def test_what_is_sure_is_not_doubted() -> None:
    text = text_of(disk(), by_rows=True)
    read = parse(StartedRuns(text=text, sure=True), 80, 120)
    turned = masks.decode(parse(StartedRuns(text=text, by_rows=True), 80, 120))
    assert not np.array_equal(masks.decode(read), turned)
