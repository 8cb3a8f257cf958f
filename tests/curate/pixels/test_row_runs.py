"""Run-lengths that go row by row through a rectangle."""

from typing import Any

import numpy as np
import pytest

from curate.pixels import masks
from curate.pixels.row_runs import place_rows, rows_of
from curate.reasons import Reason, Refusal
from curate.records import RowRunLengths


def rows(counts: Any, **place: Any) -> RowRunLengths:
    """Runs in a rectangle of 4 x 3 px, its top left px at 5, 2."""
    stated = {"x": 5, "y": 2, "width": 4, "height": 3} | place
    return RowRunLengths(counts=counts, **stated)


def test_runs_go_row_by_row() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        inside = rng.random((3, 4)) < 0.5
        borders = np.flatnonzero(np.diff(inside.ravel(), prepend=False))
        counts = np.diff(borders, prepend=0, append=inside.size).tolist()
        expected = np.zeros((10, 20), bool)
        expected[2:5, 5:9] = inside
        placed = place_rows(rows(counts), 10, 20, 100)
        assert np.array_equal(masks.decode(placed), expected)


def test_what_is_beyond_the_frame_is_cut_off() -> None:
    placed = place_rows(rows([0, 12], x=-2, y=8), 10, 20, 100)
    assert np.argwhere(masks.decode(placed)).tolist() == [
        [8, 0],
        [8, 1],
        [9, 0],
        [9, 1],
    ]


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (rows([0, 11]), Reason.BAD_RUN_LENGTHS),
        (rows([0, 13]), Reason.BAD_RUN_LENGTHS),
        (rows([-1, 13]), Reason.BAD_RUN_LENGTHS),
        (rows([0.5, 11.5]), Reason.BAD_RUN_LENGTHS),
        (rows(["0", "12"]), Reason.BAD_RUN_LENGTHS),
        (rows(None), Reason.BAD_RUN_LENGTHS),
        (rows([]), Reason.BAD_RUN_LENGTHS),
        (rows([2**70]), Reason.BAD_RUN_LENGTHS),
        (rows([0, 12], width=0), Reason.BAD_RUN_LENGTHS),
        (rows([0, 12], height=-3), Reason.BAD_RUN_LENGTHS),
        (rows([0, 12], x=None), Reason.BAD_RUN_LENGTHS),
        (rows([0, 12], y="2"), Reason.BAD_RUN_LENGTHS),
        (rows([0, 12], x=2**70), Reason.BAD_RUN_LENGTHS),
        (rows([0, 12], x=True), Reason.BAD_RUN_LENGTHS),
        (rows([0, 12], x=20), Reason.OUTSIDE_IMAGE),
        (rows([0, 10**8], width=10**4, height=10**4), Reason.OVER_LIMIT),
    ],
)
def test_what_is_no_mask_is_refused(shape: RowRunLengths, reason: Reason) -> None:
    with pytest.raises(Refusal) as caught:
        place_rows(shape, 10, 20, 100)
    assert caught.value.reason is reason


def test_masks_are_written_row_by_row_in_their_box() -> None:
    mask = np.zeros((10, 20), bool)
    mask[2:5, 5:9] = [[0, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 1]]
    written = rows_of(masks.encode(mask))
    assert written == rows([1, 2, 1, 2, 2, 1, 2, 1])
    assert place_rows(written, 10, 20, 100) == masks.encode(mask)


def test_an_empty_mask_is_written_as_one_empty_px() -> None:
    written = rows_of(masks.encode(np.zeros((10, 20), bool)))
    assert written == rows([1], x=0, y=0, width=1, height=1)
