"""How well an answer fits the true mask: on pixels, and on edges at two radii.

A new metric is one function of a `Comparison` and one line of `METRICS`. Nothing here imports
torch, so pages may read the table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask, boundary, dilate

AtEdge = tuple[bool, bool, bool, bool]
"""Whether the window's left, top, right and bottom side is the image's own edge."""


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


def edge_overlap(predicted: Mask, true: Mask, at_edge: AtEdge, radius: int) -> Overlap:
    """The overlap of the edge bands of two masks (H, W).

    A band is the mask's boundary dilated by a disk of `radius` px and clipped to the window. The
    boundary is the mask px with a 4-neighbour that is not mask; outside the window counts as not
    mask, outside the image as mask.
    """
    return overlap(
        dilate(boundary(predicted, at_edge), radius),
        dilate(boundary(true, at_edge), radius),
    )


class Comparison:
    """An answer beside the true mask. What several metrics need is computed once.

    `answer`: (H, W) probabilities, or a mask. `true`: (H, W) bool. A mask is probability ≥ 0.5;
    probabilities are taken as they come, never stretched.
    """

    def __init__(
        self, answer: NDArray[np.floating] | Mask, true: Mask, at_edge: AtEdge
    ) -> None:
        self.answer = answer
        self.true = true
        self.at_edge = at_edge
        self._edges: dict[int, Overlap] = {}

    @cached_property
    def predicted(self) -> Mask:
        """The answer as a mask."""
        predicted: Mask = self.answer >= 0.5
        return predicted

    @cached_property
    def pixels(self) -> Overlap:
        """The overlap of the masks."""
        return overlap(self.predicted, self.true)

    def edges(self, radius: int) -> Overlap:
        """The overlap of the masks' edge bands."""
        if radius not in self._edges:
            bands = edge_overlap(self.predicted, self.true, self.at_edge, radius)
            self._edges[radius] = bands
        return self._edges[radius]


def iou(comparison: Comparison) -> float:
    """Intersection over union of the masks."""
    return comparison.pixels.iou


def precision(comparison: Comparison) -> float:
    """Share of the predicted mask that is true."""
    return comparison.pixels.precision


def recall(comparison: Comparison) -> float:
    """Share of the true mask that is found."""
    return comparison.pixels.recall


def mean_absolute_error(comparison: Comparison) -> float:
    """Mean difference of probability and truth, over the px of the window."""
    truth = comparison.true.astype(np.float32)
    return float(np.abs(comparison.answer - truth).mean())


def edge_precision(comparison: Comparison, radius: int) -> float:
    """Share of the predicted edge band that lies on the true one."""
    return comparison.edges(radius).precision


def edge_recall(comparison: Comparison, radius: int) -> float:
    """Share of the true edge band that is found."""
    return comparison.edges(radius).recall


def edge_f(comparison: Comparison, radius: int) -> float:
    """Harmonic mean of edge precision and edge recall."""
    return comparison.edges(radius).f


@dataclass(frozen=True, slots=True)
class Metric:
    """A number from 0 to 1 that compares an answer with the true mask."""

    name: str
    """In report.json and scores.parquet."""

    title: str
    """On pages."""

    of: Callable[[Comparison], float]
    higher_is_better: bool = True
    paired: bool = False
    """Whether the report also gives the differences between the model and each other method."""


_TABLE = (
    Metric("iou", "IoU", iou, paired=True),
    Metric("precision", "precision", precision),
    Metric("recall", "recall", recall),
    Metric("mae", "MAE", mean_absolute_error, higher_is_better=False),
    Metric(
        "edge_precision_2",
        "edge precision, 2 px",
        partial(edge_precision, radius=2),
        paired=True,
    ),
    Metric(
        "edge_recall_2",
        "edge recall, 2 px",
        partial(edge_recall, radius=2),
        paired=True,
    ),
    Metric("edge_f_2", "edge F, 2 px", partial(edge_f, radius=2), paired=True),
    Metric(
        "edge_precision_5", "edge precision, 5 px", partial(edge_precision, radius=5)
    ),
    Metric("edge_recall_5", "edge recall, 5 px", partial(edge_recall, radius=5)),
    Metric("edge_f_5", "edge F, 5 px", partial(edge_f, radius=5)),
)

METRICS = {metric.name: metric for metric in _TABLE}
"""All metrics by name, in the order of the report. Radii are px at native resolution."""


def score(
    answer: NDArray[np.floating] | Mask,
    true: Mask,
    at_edge: AtEdge,
) -> NDArray[np.float64]:
    """(metrics,) all metrics of one object, in the order of `METRICS`; see `Comparison`."""
    comparison = Comparison(answer, true, at_edge)
    return np.array([metric.of(comparison) for metric in METRICS.values()])
