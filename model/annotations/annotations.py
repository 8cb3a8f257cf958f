"""Annotations read from the shards, with what other objects cover of their crops."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask
from curate.records import Box
from curate.shards.reader import Shards
from model.annotations.asking import Annotation

LIKE_SIZE = 0.25
"""Of a mask's px: a smaller annotation may well be a part of the object."""

_Crops = NDArray[np.int32]
"""(n, 4): x0, y0, x1, y1 of each, px of the image, half-open."""


def read_annotation(shards: Shards, row: int) -> Annotation:
    """The annotation of a row of the shards."""
    image, mask = shards.crop(row)
    table = shards.table
    return Annotation(
        object_id=table["object_id"][row].as_py(),
        image=image,
        mask=mask,
        crop=crop_box(shards, row),
        image_height=table["image_height"][row].as_py(),
        image_width=table["image_width"][row].as_py(),
    )


def crop_box(shards: Shards, row: int) -> Box:
    """The crop of a row, in its image."""
    x0, y0, x1, y1 = shards.crops[row].tolist()
    return Box(x0, y0, x1, y1)


def neighbours(shards: Shards) -> list[list[int]]:
    """For each row, the rows of the same image and export whose crops overlap its own.

    Where two exports have the same picture, each object is annotated twice, and that is no fault.
    """
    images = shards.table["image_id"].to_pylist()
    exports = shards.table["export"].to_pylist()
    rows_of_image: dict[tuple[str, str], list[int]] = {}
    for row, named in enumerate(zip(images, exports, strict=True)):
        rows_of_image.setdefault(named, []).append(row)

    found: list[list[int]] = [[] for _ in range(len(shards))]
    for of_image in rows_of_image.values():
        rows = np.array(of_image)
        crops = shards.crops[rows]
        for row, crop in zip(of_image, crops, strict=True):
            near = _overlap(crops, crop)
            near &= rows != row
            found[row] = rows[near].tolist()
    return found


def _overlap(crops: _Crops, crop: _Crops) -> NDArray[np.bool_]:
    """(n,) whether each of (n, 4) crops has px in common with one of them, (4,)."""
    x0, y0, x1, y1 = crops.T
    left, top, right, bottom = crop
    overlap: NDArray[np.bool_] = x0 < right
    overlap &= x1 > left
    overlap &= y0 < bottom
    overlap &= y1 > top
    return overlap


@dataclass(frozen=True, slots=True, eq=False)
class OtherMask:
    """What another object covers of a crop."""

    mask: Mask
    """(H, W) bool in the crop, not empty."""

    is_whole: bool
    """Whether the object lies in the crop as a whole. What a crop cuts off ends in straight sides,
    as no other object does."""

    usually_covered: float = 0.0
    """In which share of other images masks of the crop's concept cover objects of this one's."""


def mask_in_crop(shards: Shards, row: int, other: int) -> Mask | None:
    """(H, W) what another row's object covers of the crop of a row; None if that is nothing."""
    own = crop_box(shards, row)
    theirs = crop_box(shards, other)
    common = Box(
        x0=max(own.x0, theirs.x0),
        y0=max(own.y0, theirs.y0),
        x1=min(own.x1, theirs.x1),
        y1=min(own.y1, theirs.y1),
    )
    seen = shards.mask(other)[_pixels_of(common, theirs)]
    if not seen.any():
        return None

    placed = np.zeros((own.height, own.width), np.bool_)
    placed[_pixels_of(common, own)] = seen
    return placed


def _pixels_of(box: Box, crop: Box) -> tuple[slice, slice]:
    """The rows and columns of a crop that hold a box of its image."""
    rows = slice(box.y0 - crop.y0, box.y1 - crop.y0)
    columns = slice(box.x0 - crop.x0, box.x1 - crop.x0)
    return rows, columns


def beside_others(annotation: Annotation, others: Sequence[OtherMask]) -> Annotation:
    """The annotation with what its mask shares with the other objects' masks of its crop."""
    area = np.count_nonzero(annotation.mask)
    shared = 0.0
    swallowed = 0.0
    for other in others:
        common = annotation.mask & other.mask
        both = np.count_nonzero(common)
        of_other = np.count_nonzero(other.mask)
        either = area + of_other - both
        shared = max(shared, both / either)
        if of_other >= LIKE_SIZE * area:
            unusual = 1 - other.usually_covered
            covered = unusual * both / of_other
            swallowed = max(swallowed, covered)
    return replace(annotation, shared=shared, swallowed=swallowed)
