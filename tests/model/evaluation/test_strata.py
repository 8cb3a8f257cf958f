import numpy as np
import pyarrow as pa
import pytest

from model.evaluation.metrics import METRICS, column_slices
from model.evaluation.report import Stratum
from model.evaluation.strata import Resampling, StratumObjects, strata, stratum_report

COLUMNS = sum(metric.columns for metric in METRICS.values())


def objects_table(sides: list[int]) -> pa.Table:
    """Four objects with square boxes; the first two are alike but for their size."""
    columns: dict[str, object] = {}
    for axis in "xy":
        columns[f"box_{axis}0"] = pa.array([3] * 4, pa.int32())
        columns[f"box_{axis}1"] = pa.array([3 + side for side in sides], pa.int32())
    for name in ("export", "domain", "customer", "concept", "object_source"):
        columns[name] = ["x", "x", "y", "y"]
    columns["flags"] = [["touches_edge"], [], [], []]
    return pa.table(columns)


def test_each_object_is_in_one_stratum_of_each_kind() -> None:
    table = objects_table([31, 32, 95, 96])
    found = {}
    for each in strata(table, trained=frozenset("y")):
        found[each.stratum.kind, each.stratum.value] = each.rows.tolist()
    assert found["overall", "all"] == [0, 1, 2, 3]
    assert found["domain", "x"] == [0, 1]
    assert found["size", "small"] == [0]
    assert found["size", "medium"] == [1, 2]
    assert found["size", "large"] == [3]
    assert found["edge", "touches_edge"] == [0]
    assert found["edge", "inside"] == [1, 2, 3]
    assert found["unseen", "unseen"] == [0, 1]
    assert found["unseen", "seen"] == [2, 3]
    kinds = {kind for kind, _ in found}
    assert kinds == {
        "overall",
        "export",
        "domain",
        "customer",
        "concept",
        "size",
        "source",
        "edge",
        "unseen",
    }


def test_means_and_differences_are_those_of_the_objects() -> None:
    rng = np.random.default_rng(0)
    scores = {
        method: rng.uniform(0, 1, (6, COLUMNS)) for method in ("model", "ellipse")
    }
    objects = StratumObjects(Stratum("domain", "x"), np.array([0, 2, 3]))
    resampling = Resampling(images=np.array([0, 0, 1, 1, 2, 2]), resamples=100, seed=0)
    report = stratum_report(objects, scores, resampling)

    model, ellipse = report.results
    assert (model.method, model.objects, model.images) == ("model", 3, 2)
    assert ellipse.stratum == objects.stratum
    means = scores["model"][objects.rows].mean(axis=0)
    for name, columns in column_slices().items():
        if METRICS[name].only_overall:
            assert name not in model.metrics
            continue
        found = model.metrics[name]
        assert found.mean == pytest.approx(means[columns].max())
        assert found.low <= found.high

    named = {each.metric: each for each in report.paired}
    assert list(named) == ["iou", "edge_precision_2", "edge_recall_2", "edge_f_2"]
    for name, each in named.items():
        assert each.against == "ellipse"
        expected = model.metrics[name].mean - ellipse.metrics[name].mean
        assert each.mean == pytest.approx(expected)
        assert each.low <= each.mean <= each.high
