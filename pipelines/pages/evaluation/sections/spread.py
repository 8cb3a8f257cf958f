"""The spread of IoU over the test objects: means hide failures."""

import numpy as np
from pandas import DataFrame
from upath import UPath

from curate.storage import read_table
from pipelines.pages.evaluation.evaluated_build import MODEL, EvaluatedBuild
from pipelines.pages.evaluation.plots import plot_spread
from pipelines.pages.page import Values

_QUANTILES = (0.1, 0.5, 0.9)
_REACHED = (0.5, 0.75, 0.9)  # IoU from which on objects are counted


def show_spread(build: EvaluatedBuild) -> Values:
    """A histogram of the model and the best baseline, and a table of all methods."""
    scores = _read_iou(build.folder)
    of_model = scores.loc[scores["method"] == MODEL.name, "iou"]
    of_best = scores.loc[scores["method"] == build.best.name, "iou"]
    return {
        "chart": plot_spread(of_model.to_numpy(), of_best.to_numpy(), build.best),
        "methods": build.methods,
        "model": MODEL,
        "best": build.best,
        "quantiles": tabulate_quantiles(scores),
        "reached": tabulate_reached(scores),
    }


def tabulate_quantiles(scores: DataFrame) -> DataFrame:
    """The IoU below which a share of the objects is, by method and share
    (`_QUANTILES`).

    `scores`: method and iou of each object.
    """
    quantiles = scores.groupby("method")["iou"].quantile(np.array(_QUANTILES))
    return quantiles.unstack()


def tabulate_reached(scores: DataFrame) -> DataFrame:
    """The share of objects that reach an IoU, by method and IoU (`_REACHED`)."""
    table = scores[["method"]].copy()
    for iou in _REACHED:
        table[iou] = scores["iou"] >= iou
    return table.groupby("method").mean()


def _read_iou(folder: UPath) -> DataFrame:
    """Method and IoU of each test object."""
    table = read_table(folder / "evaluate" / "scores.parquet", ["method", "iou"])
    scores: DataFrame = table.to_pandas()
    return scores
