"""The test objects by stratum, and the report's rows: means, paired differences and their intervals."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.shards import windows
from model.evaluation.intervals import intervals
from model.evaluation.metrics import METRICS

_PAIRED = ("iou", "edge_precision_2", "edge_recall_2", "edge_f_2")


class Stratum(NamedTuple):
    """A part of the test objects that is judged on its own."""

    kind: str
    value: str
    rows: NDArray[np.int64]


class Rows(NamedTuple):
    """A stratum's rows of the report: metrics by method, and the model less each other method."""

    results: list[dict[str, Any]]
    paired: list[dict[str, Any]]


def strata(table: pa.Table, trained: frozenset[str]) -> Iterator[Stratum]:
    """All strata of a table of test objects; `trained`: concepts that training has seen."""
    yield Stratum("overall", "all", np.arange(len(table)))
    for kind, values in _values(table, trained).items():
        for value in np.unique(values).tolist():
            yield Stratum(kind, value, np.flatnonzero(values == value))


def report_rows(
    stratum: Stratum,
    scores: Mapping[str, NDArray[np.float64]],
    images: NDArray[np.int64],
    resamples: int,
    seed: int,
) -> Rows:
    """What the report says of a stratum; `scores` by method, `model` among them, and each object's image number.

    All means of a stratum are taken over the same resampled images.
    """
    rows, compared = stratum.rows, [METRICS.index(name) for name in _PAIRED]
    others = [method for method in scores if method != "model"]
    columns = [values[rows] for values in scores.values()]
    columns += [(scores["model"] - scores[method])[rows][:, compared] for method in others]
    found = iter(intervals(np.concatenate(columns, axis=1), images[rows], resamples, seed))
    place = {"stratum": {"kind": stratum.kind, "value": stratum.value}}
    counts = {"objects": len(rows), "images": len(np.unique(images[rows]))}
    results = [
        {
            **place,
            "method": method,
            **counts,
            "metrics": {name: next(found)._asdict() for name in METRICS},
        }
        for method in scores
    ]
    paired = [
        {**place, "metric": name, "against": method, **next(found)._asdict()}
        for method in others
        for name in _PAIRED
    ]
    return Rows(results, paired)


def _values(table: pa.Table, trained: frozenset[str]) -> dict[str, NDArray[np.str_]]:
    columns = {
        name: np.array(table[name].to_pylist())
        for name in ("export", "domain", "customer", "concept")
    }
    columns["size"] = windows.sizes(windows.box_columns(table, "box"))
    columns["source"] = np.array(table["object_source"].to_pylist())
    at_edge = ["touches_edge" in flags for flags in table["flags"].to_pylist()]
    columns["edge"] = np.where(at_edge, "touches_edge", "inside")
    columns["unseen"] = np.where(np.isin(columns["concept"], list(trained)), "seen", "unseen")
    return columns
