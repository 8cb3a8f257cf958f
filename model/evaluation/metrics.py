"""The table of metrics: how well an answer fits the true mask, on pixels and on edges.

A new metric is one function of a `Comparison` and one line of `METRICS`. Nothing here imports
torch, so pages may read the table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask
from model.evaluation.boundaries import boundary_iou, davis_f, relaxed_f
from model.evaluation.comparison import LEVELS, WIDEST, Comparison, Truth
from model.evaluation.correction_effort import correction_effort
from model.evaluation.saliency import Curve, f_curve, mean_e, mean_f, structure
from model.evaluation.weighted_f import weighted_f

_DIGITS = 9
EDGE_RADII = range(1, WIDEST + 1)
"""px, at which the report of all objects has edge precision and recall."""

_HEADLINE_RADIUS = 2  # px
_WIDER_RADIUS = 5  # px

Scores = NDArray[np.float64]
"""(n, columns): one row for each object. Each metric has one column, or 256 if it is a curve."""


def iou(comparison: Comparison) -> float:
    """Intersection over union of the masks."""
    return comparison.pixels.iou


def dice(comparison: Comparison) -> float:
    """Dice (1945): twice the shared px, of the px of both masks; 1 if both are empty."""
    return comparison.pixels.f


def precision(comparison: Comparison) -> float:
    """Share of the predicted mask that is true."""
    return comparison.pixels.precision


def recall(comparison: Comparison) -> float:
    """Share of the true mask that is found."""
    return comparison.pixels.recall


def mean_absolute_error(comparison: Comparison) -> float:
    """Mean difference of probability and truth, over the px of the window."""
    mean, *_ = cv2.mean(comparison.error)  # summed as float64
    return mean


def edge_precision(comparison: Comparison, radius: int) -> float:
    """Share of the predicted edge band that lies on the true one."""
    return comparison.edges(radius).precision


def edge_recall(comparison: Comparison, radius: int) -> float:
    """Share of the true edge band that is found."""
    return comparison.edges(radius).recall


def edge_f(comparison: Comparison, radius: int) -> float:
    """Harmonic mean of edge precision and edge recall."""
    return comparison.edges(radius).f


def edge_precision_of_curve(comparison: Comparison, radius: int) -> float:
    """`edge_precision`, computed together with that at the other radii of the curve."""
    return comparison.edges_by_radius[radius].precision


def edge_recall_of_curve(comparison: Comparison, radius: int) -> float:
    """`edge_recall`, computed together with that at the other radii of the curve."""
    return comparison.edges_by_radius[radius].recall


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that compares an answer with the true mask, from 0 to 1 but for the effort."""

    name: str
    """In report.json and scores.parquet."""

    title: str
    """On pages."""

    of: Callable[[Comparison], float | Curve]
    higher_is_better: bool = True
    tabled: bool = False
    """Whether the tables of strata show it; the table of all objects has all metrics."""

    gated: bool = False
    """Whether the gate stops a model that falls in it. Higher must be better."""

    paired: bool = False
    """Whether the report also gives the differences between the model and each other method."""

    only_overall: bool = False
    """Whether the report gives it for all objects alone: a point of a curve over radii."""

    is_curve: bool = False
    """Whether `of` gives a value at each threshold. The metric is the highest mean of a threshold
    over many objects."""

    @property
    def columns(self) -> int:
        """How many columns it has among the scores."""
        if self.is_curve:
            return LEVELS
        return 1

    def values(self, means: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) the metric of n sets of objects, from the (n, columns) means over them."""
        best: NDArray[np.float64] = means.max(axis=1)
        return best


def _at_radius(radius: int, paired: bool) -> tuple[Metric, ...]:
    """The three edge metrics at a radius in px."""
    kinds = (
        ("precision", "precision", edge_precision),
        ("recall", "recall", edge_recall),
        ("f", "F", edge_f),
    )
    return tuple(
        Metric(
            f"edge_{name}_{radius}",
            f"edge {title}, {radius} px",
            partial(function, radius=radius),
            tabled=paired or name == "f",
            gated=paired and name == "f",
            paired=paired,
        )
        for name, title, function in kinds
    )


def _at_other_radii() -> tuple[Metric, ...]:
    """Edge precision and recall at the radii that have no metrics of their own."""
    metrics = []
    for radius in EDGE_RADII:
        if radius in (_HEADLINE_RADIUS, _WIDER_RADIUS):
            continue
        precision_at = partial(edge_precision_of_curve, radius=radius)
        recall_at = partial(edge_recall_of_curve, radius=radius)
        name = f"edge_precision_{radius}"
        title = f"edge precision, {radius} px"
        metrics.append(Metric(name, title, precision_at, only_overall=True))
        name = f"edge_recall_{radius}"
        title = f"edge recall, {radius} px"
        metrics.append(Metric(name, title, recall_at, only_overall=True))
    return tuple(metrics)


_TABLE = (
    Metric("iou", "IoU", iou, tabled=True, gated=True, paired=True),
    Metric("precision", "precision", precision, tabled=True),
    Metric("recall", "recall", recall, tabled=True),
    Metric(
        "mae",
        "MAE",
        mean_absolute_error,
        higher_is_better=False,
        tabled=True,
    ),
    *_at_radius(_HEADLINE_RADIUS, paired=True),
    *_at_radius(_WIDER_RADIUS, paired=False),
    Metric("dice", "Dice", dice),
    Metric("max_f", "max F", f_curve, is_curve=True),
    Metric("mean_f", "mean F", mean_f),
    Metric("weighted_f", "weighted F", weighted_f),
    Metric("structure", "S", structure),
    Metric("mean_e", "mean E", mean_e),
    Metric("boundary_iou", "Boundary IoU", boundary_iou),
    Metric("davis_f", "boundary F (DAVIS)", davis_f),
    Metric("relaxed_f", "relaxed boundary F", relaxed_f),
    Metric(
        "correction_effort",
        "correction effort, clicks",
        correction_effort,
        higher_is_better=False,
    ),
    *_at_other_radii(),
)

METRICS = {metric.name: metric for metric in _TABLE}
"""All metrics by name, in the order of the report. Radii are px at native resolution."""


GATED = [metric.name for metric in METRICS.values() if metric.gated]
"""The metrics that the gate looks at."""


def column_slices() -> dict[str, slice]:
    """Where each metric's columns are among the scores, by name."""
    slices = {}
    first = 0
    for name, metric in METRICS.items():
        slices[name] = slice(first, first + metric.columns)
        first += metric.columns
    return slices


def column(scores: Scores, name: str) -> NDArray[np.float64]:
    """(n,) the scores of a metric that is no curve."""
    return scores[:, column_slices()[name].start]


def score(answer: NDArray[np.floating] | Mask, truth: Truth) -> NDArray[np.float64]:
    """(columns,) all metrics of one object, in the order of `METRICS`; see `Comparison`."""
    comparison = Comparison(answer, truth)
    values = [np.atleast_1d(metric.of(comparison)) for metric in METRICS.values()]
    # Behind these digits sums depend on where arrays lie in memory; the same answers shall give the
    # same bytes.
    return np.round(np.concatenate(values), _DIGITS)
