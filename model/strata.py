"""The test objects by stratum, and the report's rows: means, paired differences and their intervals."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from model.intervals import intervals
from model.metrics import METRICS

_SMALL, _LARGE = 32**2, 96**2  # px of box area, as COCO has it
_PAIRED = ("iou", "edge_precision_2", "edge_recall_2", "edge_f_2")


class Stratum(NamedTuple):
    """A part of the test objects that is judged on its own."""

    kind: str
    value: str
    rows: NDArray[np.int64]


def strata(table: pa.Table, trained: frozenset[str]) -> Iterator[Stratum]:
    """All strata of a table of test objects; `trained`: concepts that training has seen."""
    yield Stratum("overall", "all", np.arange(len(table)))
    for kind, values in _values(table, trained).items():
        for value in np.unique(values).tolist():
            yield Stratum(kind, value, np.flatnonzero(values == value))


def results(
    stratum: Stratum, scores: Mapping[str, NDArray[np.float64]], images: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[dict[str, Any]]:
    """A row for each method: its metrics on a stratum."""
    rows = stratum.rows
    for method, values in scores.items():
        found = intervals(values[rows], images[rows], resamples, seed)
        yield {
            "stratum": {"kind": stratum.kind, "value": stratum.value},
            "method": method,
            "objects": len(rows),
            "images": len(np.unique(images[rows])),
            "metrics": {name: each._asdict() for name, each in zip(METRICS, found, strict=True)},
        }


def paired(
    stratum: Stratum, scores: Mapping[str, NDArray[np.float64]], images: NDArray[np.int64], resamples: int, seed: int
) -> Iterator[dict[str, Any]]:
    """The model less each other method, object by object, with the interval of the mean difference."""
    rows, columns = stratum.rows, [METRICS.index(name) for name in _PAIRED]
    for method in scores.keys() - {"model"}:
        difference = (scores["model"] - scores[method])[rows][:, columns]
        for name, each in zip(_PAIRED, intervals(difference, images[rows], resamples, seed), strict=True):
            place = {"kind": stratum.kind, "value": stratum.value}
            yield {"stratum": place, "metric": name, "against": method, **each._asdict()}


def _values(table: pa.Table, trained: frozenset[str]) -> dict[str, NDArray[np.str_]]:
    columns = {name: np.array(table[name].to_pylist()) for name in ("export", "domain", "customer", "concept")}
    width, height = (
        table[f"box_{side}1"].to_numpy().astype(np.int64) - table[f"box_{side}0"].to_numpy() for side in "xy"
    )
    area = width * height
    columns["size"] = np.select([area < _SMALL, area < _LARGE], ["small", "medium"], "large")
    columns["source"] = np.array(table["object_source"].to_pylist())
    at_edge = ["touches_edge" in flags for flags in table["flags"].to_pylist()]
    columns["edge"] = np.where(at_edge, "touches_edge", "inside")
    columns["unseen"] = np.where(np.isin(columns["concept"], list(trained)), "seen", "unseen")
    return columns
