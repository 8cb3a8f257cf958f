"""The straight sides of a mask's outline, and what lies along each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask
from model.annotations.outlines import Outline

_MISS_PX = 1.0  # how far px of the outline may lie off a straight side
_LEAST_LENGTH = 8.0  # px
# A side's middle half is within this share of its length from its middle.
_MIDDLE = 0.25


@dataclass(frozen=True, slots=True)
class StraightSide:
    """A side of at least 8 px, not on the image's edge."""

    length: float
    """px"""

    means: dict[str, float]
    """Of what is read along the outline, by name."""

    middle: dict[str, float]
    """The same over the middle half."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The outline as straight sides."""

    corners: int
    length: float
    """Of the whole outline, px."""

    straight: list[StraightSide]


def straight_sides(
    mask: Mask, outline: Outline, along: Mapping[str, NDArray[np.floating]]
) -> Sides:
    """The sides of a mask. `along`: by name, (n,) numbers of the outline's points."""
    columns, rows = outline.points.astype(int).T
    maps = {}
    for name, values in along.items():
        placed = np.full(mask.shape, np.nan, np.float32)
        placed[rows, columns] = values
        maps[name] = placed

    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    corners = 0
    length = 0
    found: list[StraightSide] = []
    for contour in contours:
        ring = cv2.approxPolyDP(contour, _MISS_PX, closed=True)[:, 0].astype(np.int32)
        corners += len(ring)
        length += len(contour)
        found += _of_ring(ring, maps)
    return Sides(corners, float(length), found)


def _of_ring(
    ring: NDArray[np.int32], maps: Mapping[str, NDArray[np.float32]]
) -> Iterator[StraightSide]:
    """The straight sides of a ring of corners, (n, 2)."""
    following = np.roll(ring, -1, axis=0)
    lengths = np.hypot(*(following - ring).T)
    for start, end, length in zip(ring, following, lengths.tolist(), strict=True):
        if length < _LEAST_LENGTH:
            continue
        px = np.linspace(start, end, int(length)).round().astype(int)
        columns, rows = px.T
        values = {name: each[rows, columns] for name, each in maps.items()}
        is_known = ~np.isnan(next(iter(values.values())))
        if not is_known.any():
            continue

        place = np.linspace(-0.5, 0.5, len(px))
        is_middle = is_known & (np.abs(place) < _MIDDLE)
        if not is_middle.any():
            is_middle = is_known
        yield StraightSide(
            length=length,
            means=_means(values, is_known),
            middle=_means(values, is_middle),
        )


def _means(
    values: Mapping[str, NDArray[np.float32]], where: NDArray[np.bool_]
) -> dict[str, float]:
    return {name: float(each[where].mean()) for name, each in values.items()}
