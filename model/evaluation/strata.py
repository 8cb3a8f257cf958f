"""The test objects by stratum, and what the report says of each: means, differences, intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.shards import windows
from curate.shards.reader import EmptySplit, Shards, open_shards
from model.evaluation.intervals import Interval, interval, resampled_means
from model.evaluation.metrics import METRICS, Scores, column_slices
from model.evaluation.report import Difference, Result, Stratum

_COLUMNS = ("export", "domain", "customer", "concept")  # of the shards

KINDS = (*_COLUMNS, "size", "source", "edge", "unseen")
"""The kinds of strata, besides the one of all objects."""


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
    return strata_of_values(strata_values(table, trained), len(table))


def strata_of_values(
    by_kind: Mapping[str, NDArray[np.str_]], objects: int
) -> Iterator[StratumObjects]:
    """All strata of so many objects. `by_kind`: the value of each, as from `strata_values`."""
    yield StratumObjects(Stratum("overall", "all"), np.arange(objects))
    for kind, values in by_kind.items():
        for value in np.unique(values).tolist():
            rows = np.flatnonzero(values == value)
            yield StratumObjects(Stratum(kind, value), rows)


def strata_values(
    table: pa.Table, trained: frozenset[str]
) -> dict[str, NDArray[np.str_]]:
    """By kind of stratum: the value of each test object, (n,)."""
    values = {}
    for name in _COLUMNS:
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
    scores: Mapping[str, Scores],
    resampling: Resampling,
) -> StratumReport:
    """What the report says of a stratum.

    `scores`: by method, `model` included, of all test objects. All means of a stratum are taken
    over the same resampled images.
    """
    rows = objects.rows
    images = resampling.images[rows]
    own = {method: values[rows] for method, values in scores.items()}
    resampled = {}
    for method, values in own.items():
        resampled[method] = resampled_means(
            values, images, resampling.resamples, resampling.seed
        )

    results = []
    for method, values in own.items():
        result = Result(
            stratum=objects.stratum,
            method=method,
            objects=len(rows),
            images=len(np.unique(images)),
            metrics=_intervals(objects.stratum, values.mean(axis=0), resampled[method]),
        )
        results.append(result)

    paired = []
    for method in own:
        if method == "model":
            continue
        mean = own["model"].mean(axis=0) - own[method].mean(axis=0)
        by_resample = resampled["model"] - resampled[method]
        paired += _differences(objects.stratum, method, mean, by_resample)
    return StratumReport(results, paired)


def _intervals(
    stratum: Stratum, means: NDArray[np.float64], resampled: NDArray[np.float64]
) -> dict[str, Interval]:
    """The metrics of a stratum by name. `means`: (columns,). `resampled`: (resamples, columns)."""
    found = {}
    for name, columns in column_slices().items():
        metric = METRICS[name]
        if metric.only_overall and stratum.kind != "overall":
            continue
        (mean,) = metric.values(means[None, columns])
        found[name] = interval(mean, metric.values(resampled[:, columns]))
    return found


def _differences(
    stratum: Stratum,
    against: str,
    mean: NDArray[np.float64],
    by_resample: NDArray[np.float64],
) -> list[Difference]:
    """The differences between the model and a method, in each metric that is paired.

    `mean`: (columns,) of the objects. `by_resample`: (resamples, columns).
    """
    differences = []
    for name, columns in column_slices().items():
        if not METRICS[name].paired:
            continue
        place = columns.start
        found = interval(mean[place], by_resample[:, place])
        difference = Difference(
            stratum=stratum,
            metric=name,
            against=against,
            mean=found.mean,
            low=found.low,
            high=found.high,
        )
        differences.append(difference)
    return differences


def image_numbers(table: pa.Table) -> NDArray[np.int64]:
    """(n,) a number for each object's source image, from 0 on."""
    image_ids = np.array(table["image_id"].to_pylist())
    _, numbers = np.unique(image_ids, return_inverse=True)
    return numbers


def trained_concepts(shards: Shards) -> frozenset[str]:
    """The concepts of the train split."""
    try:
        train = open_shards(shards.folder, "train")
    except EmptySplit:  # nothing to train on in this build, so every concept is unseen
        return frozenset()
    return frozenset(train.table["concept"].to_pylist())
