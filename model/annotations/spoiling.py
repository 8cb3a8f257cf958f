"""Masks spoiled on purpose, in the ways in which annotations go wrong.

Judging learns from them what a wrong annotation looks like, and the benchmark measures with them
how many it finds.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

import cv2
import numpy as np

from curate.pixels.masks import Mask, tight_box

_SHIFT_PX = (3.0, 8.0)
# How far a coarse outline may miss, as a share of the box's side.
_COARSENESS = (0.03, 0.07)
_LEAST_MISS_PX = 3.0
_LEAST_CHANGE = 0.05  # of the px of both masks: less is no wrong outline
_HALF = (0.3, 0.7)  # share of the px that a half keeps
_LEAST_PART = 0.2  # px of another object that become a part, beside the object's own px
_LEAST_SECOND = 0.4  # the same of an object that becomes one with it
_REACH = 0.25  # how far from the box another object is taken for a part, as a share of its sides


class Spoiling(StrEnum):
    """A way in which a mask is wrong."""

    SHIFTED = "shifted"
    SWAPPED = "swapped"
    HALF = "half"
    COARSE = "coarse"
    MERGED = "merged"

    @property
    def meaning(self) -> str:
        """It in words, for readers of a page."""
        return _MEANINGS[self]


_MEANINGS = {
    Spoiling.SHIFTED: "the outline lies beside the object",
    Spoiling.SWAPPED: "a part belongs to another object",
    Spoiling.HALF: "a part of the object is missing",
    Spoiling.COARSE: "the outline is coarse",
    Spoiling.MERGED: "two objects are one",
}

Rng = np.random.Generator


def spoil(kind: Spoiling, mask: Mask, others: Sequence[Mask], rng: Rng) -> Mask | None:
    """A mask (H, W) that is wrong in a way; None if this mask cannot be wrong in this way.

    `mask` is not empty. `others`: masks of other objects in the same frame.
    """
    spoiled = _FUNCTIONS[kind](mask, others, rng)
    if spoiled is None or not spoiled.any() or (spoiled == mask).all():
        return None
    return spoiled


def _shift(mask: Mask, _: Sequence[Mask], rng: Rng) -> Mask | None:
    """The mask moved by 3 to 8 px in any direction; what leaves the frame is cut off."""
    distance = rng.uniform(*_SHIFT_PX)
    angle = rng.uniform(0, 2 * np.pi)
    dx = round(distance * np.cos(angle))
    dy = round(distance * np.sin(angle))
    height, width = mask.shape
    to_place = [
        [1, 0, dx],
        [0, 1, dy],
    ]
    moved = cv2.warpAffine(
        mask.astype(np.uint8),
        np.array(to_place, np.float64),
        (width, height),
        flags=cv2.INTER_NEAREST,
    )
    return moved.astype(np.bool_)


def _swap(mask: Mask, others: Sequence[Mask], rng: Rng) -> Mask | None:
    """A half of the object, and what lies near it of another object."""
    reach = _near(mask)
    candidates = [other & reach & ~mask for other in others]
    other = _any_large(candidates, mask, _LEAST_PART, rng)
    half = _halve(mask, others, rng)
    if other is None or half is None:
        return None
    return half | other


def _halve(mask: Mask, _: Sequence[Mask], rng: Rng) -> Mask | None:
    """The part of the mask on one side of a straight line."""
    # How far each px lies in a random direction; the line is at right angles to it.
    rows, columns = np.nonzero(mask)
    angle = rng.uniform(0, 2 * np.pi)
    across = columns * np.cos(angle) + rows * np.sin(angle)
    share = rng.uniform(*_HALF)
    limit = np.quantile(across, share)
    is_kept = across <= limit

    half = np.zeros_like(mask)
    half[rows[is_kept], columns[is_kept]] = True
    return half


def _coarsen(mask: Mask, _: Sequence[Mask], rng: Rng) -> Mask | None:
    """The mask with few points along its outline.

    None if it is nearly the same, as that of a door is.
    """
    box = tight_box(mask)
    side = np.sqrt(box.width * box.height)
    coarseness = rng.uniform(*_COARSENESS)
    miss = max(_LEAST_MISS_PX, coarseness * side)
    contours, _hierarchy = cv2.findContours(
        mask.astype(np.uint8),
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_NONE,
    )
    filled = np.zeros(mask.shape, np.uint8)
    for contour in contours:
        ring = cv2.approxPolyDP(contour, miss, closed=True)
        if len(ring) >= 3:
            cv2.fillPoly(filled, [ring], 1)

    coarse = filled.astype(np.bool_)
    changed = np.count_nonzero(coarse != mask)
    either = np.count_nonzero(coarse | mask)
    if changed < _LEAST_CHANGE * either:
        return None
    return coarse


def _merge(mask: Mask, others: Sequence[Mask], rng: Rng) -> Mask | None:
    """The object and another one near it as one mask."""
    reach = _near(mask)
    near = [other for other in others if (other & reach).any()]
    candidates = [other & ~mask for other in near]
    second = _any_large(candidates, mask, _LEAST_SECOND, rng)
    if second is None:
        return None
    return mask | second


def _near(mask: Mask) -> Mask:
    """The box of a mask and what lies around it."""
    box = tight_box(mask)
    across = round(_REACH * box.width)
    down = round(_REACH * box.height)
    rows = slice(max(0, box.y0 - down), box.y1 + down)
    columns = slice(max(0, box.x0 - across), box.x1 + across)
    near = np.zeros_like(mask)
    near[rows, columns] = True
    return near


def _any_large(
    candidates: Sequence[Mask], mask: Mask, share: float, rng: Rng
) -> Mask | None:
    """One of the masks that have at least a share of an object's px, chosen at random."""
    least = share * np.count_nonzero(mask)
    large = [each for each in candidates if np.count_nonzero(each) >= least]
    if not large:
        return None
    number = int(rng.integers(len(large)))
    return large[number]


_Spoil = Callable[[Mask, Sequence[Mask], Rng], Mask | None]
"""Spoils a mask; None if it cannot. It is given the masks of the other objects in the frame."""

_FUNCTIONS: dict[Spoiling, _Spoil] = {
    Spoiling.SHIFTED: _shift,
    Spoiling.SWAPPED: _swap,
    Spoiling.HALF: _halve,
    Spoiling.COARSE: _coarsen,
    Spoiling.MERGED: _merge,
}
