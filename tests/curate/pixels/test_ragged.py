"""Rows of many lengths in one array, beside the same done row by row."""

import numpy as np
import pytest

from curate.pixels.ragged import (
    column_and_row,
    count_from,
    owners_of,
    starts_of,
    sums_before,
)

SIZES = [[2, 3, 1], [0, 2, 0, 0, 3, 0], [4], [0], []]


@pytest.mark.parametrize("sizes", SIZES)
def test_rows_are_as_if_gone_through_one_by_one(sizes: list[int]) -> None:
    given = np.array(sizes, np.int64)
    firsts = 10 * np.arange(given.size)
    starts = []
    owners = []
    counted = []
    for row, size in enumerate(sizes):
        starts.append(len(owners))
        owners += [row] * size
        counted += range(10 * row, 10 * row + size)

    assert starts_of(given).tolist() == starts
    assert owners_of(given).tolist() == owners
    assert count_from(firsts, given).tolist() == counted
    assert sums_before(given).tolist() == [*starts, len(owners)]


def test_columns_and_rows_are_exact_up_to_the_largest_positions() -> None:
    heights = np.array([1, 3, 7, 480, 10_007, (1 << 26) + 1])
    columns = (1 << 52) // heights
    last_rows = (
        columns * heights - 1
    )  # the quotient of floats is closest to the next one
    positions = np.concatenate((last_rows, columns * heights, heights - 1))
    of_positions = np.tile(heights, 3)

    found = column_and_row(positions, of_positions)
    expected = np.divmod(positions, of_positions)
    np.testing.assert_array_equal(found, expected)
