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
    for row, place in enumerate(zip(images, exports, strict=True)):
        rows_of_image.setdefault(place, []).append(row)

    found: list[list[int]] = [[] for _ in range(len(shards))]
    for rows in rows_of_image.values():
        crops = shards.crops[rows]
        for row in rows:
            overlaps = _overlap(crops, shards.crops[row])
            near = np.array(rows)[overlaps].tolist()
            found[row] = [other for other in near if other != row]
    return found


def _overlap(crops: NDArray[np.int32], crop: NDArray[np.int32]) -> NDArray[np.bool_]:
    """(n,) whether each crop of an image has px in common with one of them."""
    x0, y0, x1, y1 = crops.T
    left, top, right, bottom = crop
    in_x = (x0 < right) & (x1 > left)
    in_y = (y0 < bottom) & (y1 > top)
    overlap: NDArray[np.bool_] = in_x & in_y
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
    crop = crop_box(shards, other)
    left = max(own.x0, crop.x0)
    top = max(own.y0, crop.y0)
    right = min(own.x1, crop.x1)
    bottom = min(own.y1, crop.y1)

    # What both crops hold of the image, in the frame of the other crop and then in our own.
    rows = slice(top - crop.y0, bottom - crop.y0)
    columns = slice(left - crop.x0, right - crop.x0)
    theirs = shards.mask(other)[rows, columns]
    if not theirs.any():
        return None

    placed = np.zeros((own.height, own.width), np.bool_)
    own_rows = slice(top - own.y0, bottom - own.y0)
    own_columns = slice(left - own.x0, right - own.x0)
    placed[own_rows, own_columns] = theirs
    return placed


def beside_others(annotation: Annotation, others: Sequence[OtherMask]) -> Annotation:
    """The annotation with what its mask shares with the other objects' masks of its crop."""
    area = np.count_nonzero(annotation.mask)
    shared = 0.0
    swallowed = 0.0
    for other in others:
        both = np.count_nonzero(annotation.mask & other.mask)
        of_other = np.count_nonzero(other.mask)
        iou = both / (area + of_other - both)
        shared = max(shared, iou)
        if of_other >= LIKE_SIZE * area:
            unusual = 1 - other.usually_covered
            swallowed = max(swallowed, unusual * both / of_other)
    return replace(annotation, shared=shared, swallowed=swallowed)
