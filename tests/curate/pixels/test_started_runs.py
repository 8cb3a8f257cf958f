"""Runs with their starts, in the order that their px show."""

from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
import pytest

from curate.flags import Flag
from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.pixels.run_orders import order_of
from curate.pixels.shapes import to_run_lengths
from curate.pixels.started_runs import order_signs, parse
from curate.records import RawRunLengths, StartedRuns


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


def text_of(mask: Mask, by_rows: bool, first: int = 1) -> str:
    """The mask's runs, by the plain definition."""
    line = mask.T.ravel()
    if by_rows:
        line = mask.ravel()
    padded = np.concatenate([[False], line, [False]])
    borders = np.flatnonzero(padded[1:] != padded[:-1])
    pairs = zip(borders[0::2].tolist(), borders[1::2].tolist(), strict=True)
    return " ".join(f"{start + first} {end - start}" for start, end in pairs)


@pytest.mark.parametrize("drawn", [ring, comb, disk, four])
@pytest.mark.parametrize("by_rows", [False, True])
@pytest.mark.parametrize("said", [False, True])
def test_px_show_in_which_order_they_are_counted(
    drawn: Callable[[], Mask], by_rows: bool, said: bool
) -> None:
    mask = drawn()
    shape = StartedRuns(text=text_of(mask, by_rows), by_rows=said)
    runs, flags = parse(shape, 80, 120)
    np.testing.assert_array_equal(masks.decode(runs), mask)
    assert not flags


@pytest.mark.parametrize("drawn", [ring, comb, disk, four])
@pytest.mark.parametrize("by_rows", [False, True])
def test_run_lengths_that_hang_together_by_rows_are_unsure(
    drawn: Callable[[], Mask], by_rows: bool
) -> None:
    mask = drawn()
    line = mask.T.ravel()
    if by_rows:
        line = mask.ravel()
    borders = np.flatnonzero(np.diff(line)) + 1
    counts = np.diff([0, *borders, line.size]).tolist()
    shape = RawRunLengths(counts=counts, height=80, width=120)
    _, flags = to_run_lengths(shape, 80, 120, 10_000)
    assert flags == [Flag.ORDER_UNSURE] * by_rows


def test_what_is_stated_is_not_doubted() -> None:
    text = text_of(disk(), by_rows=True)
    read, _ = parse(StartedRuns(text=text, known="stated"), 80, 120)
    turned, _ = parse(StartedRuns(text=text, by_rows=True), 80, 120)
    assert not np.array_equal(masks.decode(read), masks.decode(turned))


@pytest.mark.parametrize("known", ["usual", "by_table", "stated"])
def test_specks_and_square_pictures_are_unsure_unless_something_else_tells(
    known: Literal["usual", "by_table", "stated"],
) -> None:
    speck = StartedRuns(text="500 2 580 2", known=known)
    assert (Flag.ORDER_UNSURE in parse(speck, 80, 120)[1]) == (known == "usual")
    square = StartedRuns(text=text_of(disk()[:, 20:100], False), known=known)
    assert (Flag.ORDER_UNSURE in parse(square, 80, 80)[1]) == (known == "usual")


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("by_rows", [False, True])
def test_objects_at_the_edge_show_from_which_number_px_count(
    first: int, by_rows: bool
) -> None:
    at_top = blank()
    at_top[:30, 20:60] = True
    at_left = blank()
    at_left[20:60, :30] = True
    signs = []
    for mask in (at_top, at_left, ring()):
        text = text_of(mask, by_rows, first)
        signs.append(order_signs(StartedRuns(text=text), 80, 120))
    order = order_of(signs)
    assert (order.by_rows, order.first) == (by_rows, first)
