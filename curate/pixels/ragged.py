"""Rows of many lengths, one after the other in one array: the runs of masks, corners of rings.

A step in numpy costs as much for one row as for some thousand, so all of them go through it at
once. What tells them apart is `sizes`, (n,) how many entries each row has.
"""

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
"""(n,) whole numbers, or (m,) one for each entry."""


def starts_of(sizes: Whole) -> Whole:
    """(n,) the place at which each row starts.

    >>> starts_of(np.array([2, 3, 1]))
    array([0, 2, 5])
    """
    return np.cumsum(sizes) - sizes


def sizes_of(ends: Whole) -> Whole:
    """(n,) the sizes of rows of which these are the ends, one row after the other.

    A third of the time of `np.diff` with a first value.

    >>> sizes_of(np.array([2, 5, 6]))
    array([2, 3, 1])
    """
    sizes = ends.copy()
    sizes[1:] -= ends[:-1]
    return sizes


def owners_of(sizes: Whole) -> Whole:
    """(m,) the number of the row that each entry is of.

    >>> owners_of(np.array([2, 3, 1]))
    array([0, 0, 1, 1, 1, 2])
    """
    rows = np.arange(sizes.size)
    return np.repeat(rows, sizes)


def count_from(firsts: Whole, sizes: Whole) -> Whole:
    """(m,) whole numbers that count up in each row, from a first one of its own.

    >>> count_from(np.array([10, 5]), np.array([2, 3]))
    array([10, 11,  5,  6,  7])
    """
    entries = sizes.sum()
    places = np.arange(entries)

    # By how much the numbers of each row are away from the places of its entries.
    starts = starts_of(sizes)
    shifts = firsts - starts
    return places + np.repeat(shifts, sizes)


def sums_before(values: Whole | NDArray[np.bool_]) -> Whole:
    """(n + 1,) the sum of the values before each place, and of all of them.

    >>> sums_before(np.array([2, 3, 1]))
    array([0, 2, 5, 6])
    """
    count = values.size
    sums = np.zeros(count + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def column_and_row(positions: Whole, heights: Whole) -> tuple[Whole, Whole]:
    """(m,) the column and the row of each position, counted column by column.

    `heights`: (m,) of the frame of each. What `np.divmod` gives, in a fifth of its time:
    up to 2^52 the quotient of floats is exact enough to be cut off.

    >>> column_and_row(np.array([2, 7, 9]), np.array([3, 3, 10]))
    (array([0, 2, 0]), array([2, 1, 9]))
    """
    quotients = positions / heights
    columns = quotients.astype(np.int64)
    rows = positions - columns * heights
    return columns, rows
