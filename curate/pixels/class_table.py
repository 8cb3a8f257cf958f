"""Class codes: small numbers that stand for what a mask file's pixels say."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.mask_records import RegionMap
from curate.pixels.masks import Mask

VOID = 0
BACKGROUND = 1
FIRST_LABEL = 2

MAX_UNKNOWN = 256
"""More unlisted values than this count as one class."""

Labels = dict[int, str]
"""The customer's label by value."""

Integers = NDArray[np.integer]
"""Whole numbers in an array of any shape."""

Codes = NDArray[np.int32]
"""(n,): class codes, -1 for none."""

Bools = NDArray[np.bool_]
"""(n,): whether something is so of each."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassCodes:
    """The pixels of a mask file as codes.

    Codes are VOID, BACKGROUND, then one for each label, then one for each value of no
    listed class.
    """

    codes: Integers
    """(H, W)"""
    names: list[str | None]
    """Label by code; None for VOID, BACKGROUND and what is of no listed class."""
    values: list[int]
    """Value by code; the first one found if a code stands for many."""
    doubtful: Mask | None
    """(H, W) px that may be blends, or None.

    Their colour is near a listed one or, in a mask that has such px, between two.
    """


@dataclass(slots=True)
class ClassTable:
    """The code of each listed value, and the label and value of each code.

    It grows: unknown values get codes, too.
    """

    code_of: dict[int, int]
    names: list[str | None]
    values: list[int]

    def add(self, value: int) -> int:
        """A new code, of no listed class, for an unlisted value."""
        code = len(self.names)
        self.names.append(None)
        self.values.append(value)
        return code

    def add_unknown(self, codes: Codes, keys: Integers, blends: Bools) -> None:
        """Give codes to the keys whose code is -1, in place.

        All blends share one, each other key has its own. All arguments: (n,).
        """
        if blends.any():
            values = keys[blends].tolist()
            codes[blends] = self.add(values[0])

        others = np.flatnonzero(codes < 0)
        values = keys[others].tolist()
        if others.size > MAX_UNKNOWN:
            codes[others] = self.add(values[0])
            return
        for number, value in zip(others, values, strict=True):
            codes[number] = self.add(value)


def class_table(labels: Labels, region_map: RegionMap) -> ClassTable:
    """The table of a region map, with the label of each value as given.

    A value that the map calls void or background stays so with any label.
    """
    code_of: dict[int, int] = {}
    names: list[str | None] = [None, None]
    values = [0, 0]
    for value in object_values(labels, region_map):
        code_of[value] = len(names)
        names.append(labels[value])
        values.append(value)

    for value in region_map.background:
        code_of[value] = BACKGROUND
    for value in region_map.void:
        code_of[value] = VOID
    return ClassTable(code_of, names, values)


def object_values(labels: Labels, region_map: RegionMap) -> list[int]:
    """The labelled values whose class is an object: neither void nor background."""
    others = set(region_map.void)
    others.update(region_map.background)
    return [value for value in labels if value not in others]


def look_up(keys: Integers, code_of: dict[int, int]) -> Codes:
    """(n,) the code of each key, -1 if it is not listed."""
    if not code_of:
        return np.full(keys.size, -1, np.int32)

    values = sorted(code_of)
    listed = np.array(values, np.int64)
    codes = [code_of[value] for value in values]

    nearest = np.searchsorted(listed, keys)
    nearest = np.minimum(nearest, listed.size - 1)
    is_listed = listed[nearest] == keys
    found = np.array(codes, np.int32)[nearest]
    found[~is_listed] = -1
    return found


def distinct_values(pixels: Integers) -> Integers:
    """(n,) the sorted distinct values of (H, W) pixels below 2 ** 24."""
    # A table of all values is faster than sorting the pixels, as np.unique does.
    highest = int(pixels.max())
    is_present = np.zeros(highest + 1, bool)
    is_present[pixels] = True
    return np.flatnonzero(is_present)


def spread(
    of_distinct: NDArray[Any],
    distinct: Integers,
    pixels: Integers,
) -> NDArray[Any]:
    """(H, W) from what is known of each distinct value, (n,)."""
    dtype = of_distinct.dtype
    is_code = dtype.kind != "b"
    if is_code and of_distinct.max() < 256:
        dtype = np.dtype(np.uint8)  # codes are few, and images are large

    highest = int(distinct[-1])
    by_value = np.zeros(highest + 1, dtype)
    by_value[distinct] = of_distinct
    return by_value[pixels]
