"""Rows of many lengths in one array, beside the same done row by row."""

import numpy as np
import pytest

from curate.pixels.ragged import count_from, owners_of, starts_of, sums_before

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
