"""Regions of a mask as numbers: which region holds each px."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curate.pixels.class_table import (
    BACKGROUND,
    FIRST_LABEL,
    VOID,
    Bools,
    ClassCodes,
    Integers,
)
from curate.pixels.components import number_components
from curate.pixels.mask_pictures import MaskPicture
from curate.pixels.masks import Mask, tight_box
from curate.reasons import Reason, Refusal

MAX_REGIONS = 100_000
"""A mask of more regions is noise, not a map of classes."""

Numbers = NDArray[np.int32]
"""(H, W) or (n,): numbers of regions, from 1; 0 is none."""

_VOC_BORDER = 255
_VOC_BORDER_COLOUR = 0xE0E0C0


@dataclass(frozen=True, slots=True, eq=False)
class NumberedRegions:
    """The regions of a mask, numbered from 1."""

    numbers: Numbers
    """(H, W) the number of the region that holds each px."""
    codes: NDArray[np.int64]
    """(n,) the class code of each region, at its number less 1."""
    ids: list[str] | None
    """What names each region in its key; None if its first px does."""

    @property
    def count(self) -> int:
        """How many regions there are."""
        return self.codes.size

    def holding(self, px: Mask) -> Bools:
        """(n,) which regions hold at least one of the px of an (H, W) mask."""
        numbers = self.numbers[px]
        held = np.bincount(numbers, minlength=self.count + 1)
        return held[1:] > 0


@dataclass(frozen=True, slots=True, eq=False)
class InstanceMap:
    """A picture whose values or colours number the objects."""

    ids: Integers
    """(n,) the distinct values."""
    places: Integers
    """(H, W) where in `ids` the value of each px is."""
    is_object: Bools
    """(n,) whether each value is an object."""


def by_class(coded: ClassCodes, whole: bool) -> NumberedRegions:
    """The 8-connected regions of each class; all px of a listed class if `whole`.

    They are in the order of class and first px. Refusal over_limit.
    """
    numbers = np.zeros(coded.codes.shape, np.int32)
    codes: list[int] = []
    for code, rows, columns in _windows(coded):
        inside = coded.codes[rows, columns] == code
        is_listed = coded.names[code] is not None
        if whole and is_listed:
            count = 1
            pieces = inside.astype(np.int32)
        else:
            count, pieces = number_components(inside)

        # Numbers go on from class to class.
        window = numbers[rows, columns]
        np.add(pieces, len(codes), out=window, where=inside)
        codes += [code] * count
        if len(codes) > MAX_REGIONS:
            detail = f"more than {MAX_REGIONS:,} regions: noise, not a map of classes"
            raise Refusal(Reason.OVER_LIMIT, detail)

    ids = None
    if whole:
        ids = [_class_id(coded, code) for code in codes]
    return NumberedRegions(numbers, np.array(codes, np.int64), ids)


def instance_map(picture: MaskPicture, has_border: bool) -> InstanceMap:
    """The objects that a picture numbers: all values but 0 and, if `has_border`, VOC's.

    Refusal over_limit.
    """
    values = picture.pixels
    ids, places = np.unique(values, return_inverse=True)
    if ids.size > MAX_REGIONS:
        detail = f"more than {MAX_REGIONS:,} objects in the instance map"
        raise Refusal(Reason.OVER_LIMIT, detail)

    is_object = ids != 0
    if has_border and picture.values is None:
        is_object &= ids != _VOC_BORDER_COLOUR
    elif has_border:
        is_object &= ids != _VOC_BORDER
    return InstanceMap(ids, places.reshape(values.shape), is_object)


def by_instance(coded: ClassCodes, instances: InstanceMap) -> NumberedRegions:
    """The numbered objects, each of the commonest class under it.

    Objects over no class are left out.
    """
    # Count the px of each class under each object.
    classes = len(coded.names)
    objects = instances.ids.size
    pairs = instances.places * classes + coded.codes
    votes = np.bincount(pairs.ravel(), minlength=objects * classes)
    votes = votes.reshape(objects, classes)
    votes[:, [VOID, BACKGROUND]] = 0

    has_class = votes.max(axis=1) > 0
    chosen = instances.is_object & has_class
    numbers = _numbers_of(chosen)
    codes = votes.argmax(axis=1)
    ids = instances.ids[chosen]
    return NumberedRegions(
        numbers=numbers[instances.places],
        codes=codes[chosen],
        ids=[str(each) for each in ids.tolist()],
    )


def without_instance(coded: ClassCodes, instances: InstanceMap) -> NumberedRegions:
    """The 8-connected regions of classes that no numbered object touches.

    Refusal over_limit.
    """
    regions = by_class(coded, whole=False)
    objects = instances.is_object[instances.places]
    is_free = ~regions.holding(objects)

    # The numbers of regions begin at 1: 0 stays 0.
    new_numbers = np.append(np.int32(0), _numbers_of(is_free))
    return NumberedRegions(
        numbers=new_numbers[regions.numbers],
        codes=regions.codes[is_free],
        ids=None,
    )


def extent(mask: Mask) -> tuple[slice, slice]:
    """The rows and columns that hold all px of an (H, W) mask, which is not empty."""
    box = tight_box(mask)
    return slice(box.y0, box.y1), slice(box.x0, box.x1)


def _windows(coded: ClassCodes) -> Iterator[tuple[int, slice, slice]]:
    """Each code from FIRST_LABEL that occurs, and the rows and columns that hold it."""
    codes = coded.codes
    times = np.bincount(codes.ravel(), minlength=len(coded.names))
    for code in np.flatnonzero(times).tolist():
        if code < FIRST_LABEL:
            continue
        rows, columns = extent(codes == code)
        yield code, rows, columns


def _class_id(coded: ClassCodes, code: int) -> str:
    """A class's label; its value too if two classes of the map have one label."""
    label = coded.names[code]
    if coded.names.count(label) == 1:
        return str(label)
    return f"{label}={coded.values[code]}"


def _numbers_of(chosen: Bools) -> Numbers:
    """(n,) the chosen ones numbered from 1 in turn, 0 for the others."""
    numbers = np.where(chosen, np.cumsum(chosen), 0)
    return numbers.astype(np.int32)
