"""An answer beside the true mask: what the metrics are computed from.

A metric is a function of a `Comparison`. What several metrics need is computed once, the first
time that one asks for it; what follows from the true mask alone is computed once for all methods.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask, OfSides, boundary, dilate

Counts = NDArray[np.int64]
"""(n,) numbers of px."""

LevelCounts = NDArray[np.float64]
"""(256,) numbers of px at each threshold; whole ones, in the type that quotients of them have."""

Map = NDArray[np.float32]
"""(H, W) a number for each px."""

Bytes = NDArray[np.uint8]
"""(H, W) 1 for the px of a region, else 0."""

Derived = TypeVar("Derived")

LEVELS = 256
"""Steps of probability at which curves are computed: 0/255, 1/255, …"""

WIDEST = 10
"""px, the widest radius of the edge bands that are computed together."""

_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of two regions is shared, px."""

    shared: int
    predicted: int
    true: int

    @property
    def iou(self) -> float:
        """Shared px / px of either region; 1 if both are empty."""
        union = self.predicted + self.true - self.shared
        return _share(self.shared, union, other=0)

    @property
    def precision(self) -> float:
        """Share of the predicted region that is true; 1 if both are empty."""
        return _share(self.shared, self.predicted, other=self.true)

    @property
    def recall(self) -> float:
        """Share of the true region that is predicted; 1 if both are empty."""
        return _share(self.shared, self.true, other=self.predicted)

    @property
    def f(self) -> float:
        """Harmonic mean of precision and recall; 1 if both regions are empty."""
        precision, recall = self.precision, self.recall
        if self.shared == 0:
            return precision  # 1 if both regions are empty, else 0
        return 2 * precision * recall / (precision + recall)


def _share(shared: int, region: int, other: int) -> float:
    """shared / region; of an empty region 1 if the other one is empty, too, else 0."""
    if region == 0:
        return float(other == 0)
    return shared / region


def overlap(predicted: Mask, true: Mask) -> Overlap:
    """The overlap of two masks (H, W)."""
    return Overlap(
        shared=int(np.count_nonzero(predicted & true)),
        predicted=int(np.count_nonzero(predicted)),
        true=int(np.count_nonzero(true)),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window lies in its image."""

    at_edge: OfSides
    """Whether the window's left, top, right and bottom side is the image's own edge."""

    image_height: int
    """px"""

    image_width: int
    """px"""

    @property
    def diagonal(self) -> float:
        """Length of the image's diagonal, px."""
        return float(np.hypot(self.image_height, self.image_width))


def as_mask(answer: NDArray[np.floating] | Mask) -> Mask:
    """(H, W) the px whose probability is ≥ 0.5; a mask as it is."""
    mask: Mask = answer >= _THRESHOLD
    return mask


class Truth:
    """A true mask, against which the answers of several methods are compared.

    `mask`: (H, W) bool.
    """

    def __init__(self, mask: Mask, place: Place) -> None:
        self.mask = mask
        self.place = place
        self._derived: dict[Hashable, Any] = {}

    @cached_property
    def area(self) -> int:
        """Px of the mask."""
        return int(np.count_nonzero(self.mask))

    @cached_property
    def bytes(self) -> Bytes:
        """The mask as OpenCV takes it."""
        return self.mask.astype(np.uint8)

    def derived(
        self, function: Callable[..., Derived], *arguments: Hashable
    ) -> Derived:
        """`function(truth, *arguments)`, computed once for all methods."""
        key = (function, arguments)
        if key not in self._derived:
            self._derived[key] = function(self, *arguments)
        found: Derived = self._derived[key]
        return found


class Comparison:
    """An answer beside the true mask.

    `answer`: (H, W) probabilities from 0 to 1, or a mask. A mask is probability ≥ 0.5;
    probabilities are taken as they come, never stretched.
    """

    def __init__(self, answer: NDArray[np.floating] | Mask, truth: Truth) -> None:
        self.answer = answer
        self.truth = truth
        self._edges: dict[int, Overlap] = {}

    @cached_property
    def predicted(self) -> Mask:
        """The answer as a mask."""
        return as_mask(self.answer)

    @cached_property
    def pixels(self) -> Overlap:
        """The overlap of the masks."""
        return overlap(self.predicted, self.truth.mask)

    @cached_property
    def probability(self) -> Map:
        """(H, W) the answer as numbers from 0 to 1."""
        return np.ascontiguousarray(self.answer, np.float32)

    @cached_property
    def error(self) -> Map:
        """(H, W) by how much probability and truth differ."""
        truth = self.truth.bytes.astype(np.float32)
        return np.asarray(cv2.absdiff(self.probability, truth), np.float32)

    def edges(self, radius: int) -> Overlap:
        """The overlap of the masks' edge bands.

        A band is the px within `radius` px of a mask's boundary, clipped to the window. The
        boundary is the mask px with a 4-neighbour that is not mask. Outside the window counts as
        not mask, outside the image as mask.
        """
        if radius not in self._edges:
            predicted = dilate(self._outline, radius)
            true = self.truth.derived(_true_band, radius)
            self._edges[radius] = overlap(predicted, true)
        return self._edges[radius]

    @cached_property
    def edges_by_radius(self) -> list[Overlap]:
        """The overlaps of the edge bands at radii from 0 to `WIDEST` px; see `edges`.

        The band of a radius is all px no farther from the boundary, so two maps of distances
        give the bands of all radii.
        """
        predicted = _least_radii(self._outline)
        true = self.truth.derived(_true_least_radii)
        both = np.maximum(predicted, true)
        counts = [_px_by_radius(each) for each in (both, predicted, true)]
        return [
            Overlap(*(int(number) for number in numbers))
            for numbers in zip(*counts, strict=True)
        ]

    @cached_property
    def _outline(self) -> Mask:
        return boundary(self.predicted, self.truth.place.at_edge)

    @cached_property
    def passing(self) -> tuple[LevelCounts, LevelCounts]:
        """How many px have probability ≥ 255/255, 254/255, … 0/255: in the true mask, and outside.

        Probabilities are cut down to whole 255ths first.
        """
        steps = self.answer * (LEVELS - 1)
        levels = steps.astype(np.uint8)
        # OpenCV counts in whole numbers and gives them as float32, exact up to 2^24.
        counts = cv2.calcHist(
            [levels, self.truth.bytes], [0, 1], None, [LEVELS, 2], [0, LEVELS, 0, 2]
        )
        falling = counts[::-1].T
        outside, inside = np.cumsum(falling, axis=1, dtype=np.float64)
        return inside, outside


def _least_radii(outline: Mask) -> Bytes:
    """(H, W) the smallest radius whose band around an outline holds each px; 255: none does."""
    apart = (~outline).astype(np.uint8)
    distance = cv2.distanceTransform(apart, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    radii: Bytes = np.ceil(distance).clip(0, 255).astype(np.uint8)
    return radii


def _true_least_radii(truth: Truth) -> Bytes:
    return _least_radii(truth.derived(_true_outline))


def _px_by_radius(radii: Bytes) -> Counts:
    """(WIDEST + 1,) how many px the band of each radius has."""
    counts = np.bincount(radii.ravel(), minlength=WIDEST + 1)
    px: Counts = counts[: WIDEST + 1].cumsum()
    return px


def _true_band(truth: Truth, radius: int) -> Mask:
    return dilate(truth.derived(_true_outline), radius)


def _true_outline(truth: Truth) -> Mask:
    return boundary(truth.mask, truth.place.at_edge)
