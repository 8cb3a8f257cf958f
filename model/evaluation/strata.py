"""The test objects by stratum, and what the report says of each: means, differences, intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.shards import windows
from model.evaluation.intervals import Interval, intervals
from model.evaluation.metrics import METRICS
from model.evaluation.report import Difference, Result, Stratum


@dataclass(frozen=True, slots=True)
class StratumObjects:
    """A stratum and the test objects in it."""

    stratum: Stratum
    rows: NDArray[np.int64]
    """Their rows in the table of test objects."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals come about."""

    images: NDArray[np.int64]
    """(n,) a number for each test object's source image."""

    resamples: int
    seed: int


@dataclass(frozen=True, slots=True)
class StratumReport:
    """What the report says of a stratum."""

    results: list[Result]
    """One for each method."""

    paired: list[Difference]
    """One for each paired metric and each method but the model."""


def strata(table: pa.Table, trained: frozenset[str]) -> Iterator[StratumObjects]:
    """All strata of a table of test objects. `trained`: concepts that training has seen."""
    yield StratumObjects(Stratum("overall", "all"), np.arange(len(table)))
    for kind, values in _values(table, trained).items():
        for value in np.unique(values).tolist():
            rows = np.flatnonzero(values == value)
            yield StratumObjects(Stratum(kind, value), rows)


def _values(table: pa.Table, trained: frozenset[str]) -> dict[str, NDArray[np.str_]]:
    """By kind of stratum: the value of each test object, (n,)."""
    values = {}
    for name in ("export", "domain", "customer", "concept"):
        values[name] = np.array(table[name].to_pylist())
    values["size"] = windows.sizes(windows.box_columns(table, "box"))
    values["source"] = np.array(table["object_source"].to_pylist())

    at_edge = ["touches_edge" in flags for flags in table["flags"].to_pylist()]
    values["edge"] = np.where(at_edge, "touches_edge", "inside")
    seen = np.isin(values["concept"], list(trained))
    values["unseen"] = np.where(seen, "seen", "unseen")
    return values


def stratum_report(
    objects: StratumObjects,
    scores: Mapping[str, NDArray[np.float64]],
    resampling: Resampling,
) -> StratumReport:
    """What the report says of a stratum.

    `scores`: by method, `model` included, (n, metrics) of all test objects. All means of a stratum
    are taken over the same resampled images.
    """
    rows = objects.rows
    own = {method: values[rows] for method, values in scores.items()}
    others = [method for method in own if method != "model"]
    paired = [index for index, metric in enumerate(METRICS.values()) if metric.paired]

    # One bootstrap for all columns: first the metrics by method, then the differences.
    columns = list(own.values())
    for method in others:
        difference = own["model"] - own[method]
        columns.append(difference[:, paired])
    images = resampling.images[rows]
    found = iter(
        intervals(
            np.concatenate(columns, axis=1),
            images,
            resampling.resamples,
            resampling.seed,
        )
    )

    number_of_images = len(np.unique(images))
    results = []
    for method in own:
        result = Result(
            stratum=objects.stratum,
            method=method,
            objects=len(rows),
            images=number_of_images,
            metrics={name: next(found) for name in METRICS},
        )
        results.append(result)
    differences = []
    for method in others:
        differences += _differences(objects.stratum, method, found)
    return StratumReport(results, differences)


def _differences(
    stratum: Stratum,
    against: str,
    found: Iterator[Interval],
) -> list[Difference]:
    """The next intervals as differences between the model and a method."""
    differences = []
    for metric in METRICS.values():
        if not metric.paired:
            continue
        interval = next(found)
        difference = Difference(
            stratum=stratum,
            metric=metric.name,
            against=against,
            mean=interval.mean,
            low=interval.low,
            high=interval.high,
        )
        differences.append(difference)
    return differences
