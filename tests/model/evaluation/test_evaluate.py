"""Evaluation end to end on painted ellipses: the report's contract, its numbers, its cache."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from curate.errors import InputError
from curate.pixels.images import decode_crop, decode_mask_png
from curate.settings import Settings
from curate.shards.reader import EmptySplit, open_shards
from model.evaluation import evaluate as evaluation
from model.evaluation.baselines import ellipse
from model.evaluation.comparison import overlap
from model.evaluation.evaluate import evaluate
from model.evaluation.metrics import METRICS
from model.evaluation.report import read_report
from tests.model.evaluation.checkpoints import write_checkpoint

Make = Callable[..., Settings]
KINDS = {
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
OF_STRATA = [name for name, metric in METRICS.items() if not metric.only_overall]
NUMBERS = [name for name in OF_STRATA if not METRICS[name].is_curve]
METHODS = {"model", "rectangle", "ellipse", "grabcut", "prior", "untuned"}


def scores_of(settings: Settings) -> pd.DataFrame:
    return pq.read_table(
        Path(settings.build) / "evaluate" / "scores.parquet"
    ).to_pandas()


def rows_of(report: dict[str, Any], section: str, kind: str) -> list[dict[str, Any]]:
    return [row for row in report[section] if row["stratum"]["kind"] == kind]


def test_the_report_keeps_its_contract(judged: Settings) -> None:
    path = evaluate(judged, print)
    report = json.loads(path.read_text())
    assert set(report) == {
        "schema_version",
        "model",
        "data",
        "settings_digest",
        "results",
        "paired",
        "gate",
        "confidence",
    }
    assert report["gate"] is None
    assert report["schema_version"] == 1
    assert report["data"]["objects"] == 9
    assert report["data"]["images"] == 5
    assert report["model"]["variant"] == "small"
    assert report["model"]["parameters"] == 559_693

    assert {row["stratum"]["kind"] for row in report["results"]} == KINDS
    assert {row["method"] for row in rows_of(report, "results", "domain")} == METHODS
    assert {
        row["against"] for row in rows_of(report, "paired", "overall")
    } == METHODS - {"model"}
    first = report["results"][0]
    assert set(first) == {"stratum", "method", "objects", "images", "metrics"}
    assert list(first["metrics"]) == list(METRICS)
    assert set(report["paired"][0]) == {
        "stratum",
        "metric",
        "against",
        "mean",
        "low",
        "high",
    }

    read = read_report(path)
    assert read is not None
    assert read.model.digest == report["model"]["digest"]
    assert read.results[0].metrics["iou"].mean == first["metrics"]["iou"]["mean"]


def test_its_means_are_those_of_the_objects(judged: Settings) -> None:
    report = json.loads(evaluate(judged, print).read_text())
    scores = scores_of(judged)
    assert set(scores.method) == METHODS
    for kind in ("overall", "export", "domain", "customer", "concept", "size"):
        for row in rows_of(report, "results", kind):
            own = scores[scores.method == row["method"]]
            if kind != "overall":
                own = own[own[kind] == row["stratum"]["value"]]
            assert (row["objects"], row["images"]) == (len(own), own.image_id.nunique())
            is_overall = row["stratum"]["kind"] == "overall"
            assert list(row["metrics"]) == (list(METRICS) if is_overall else OF_STRATA)
            for name in NUMBERS:
                each = row["metrics"][name]
                assert each["mean"] == pytest.approx(own[name].mean())
                assert each["low"] - 1e-9 <= each["mean"] <= each["high"] + 1e-9

    means = {
        row["method"]: row["metrics"] for row in rows_of(report, "results", "overall")
    }
    for row in rows_of(report, "paired", "overall"):
        metric = row["metric"]
        model, other = means["model"][metric], means[row["against"]][metric]
        assert row["mean"] == pytest.approx(model["mean"] - other["mean"])


def test_scores_are_those_of_the_windows(judged: Settings) -> None:
    evaluate(judged, print)
    shards = open_shards(Path(judged.build) / "shard", "test")
    scores = scores_of(judged)
    assert np.isfinite(scores[NUMBERS]).all().all()

    found = scores[scores.method == "ellipse"].set_index("object_id")
    for number in range(len(shards)):
        sample = shards.sample(number)
        expected = overlap(ellipse(sample.image, sample.drawn), sample.mask)
        row = found.loc[sample.object_id]
        assert row.iou == pytest.approx(expected.iou, abs=1e-9)
        assert row.precision == pytest.approx(expected.precision, abs=1e-9)
        assert row.recall == pytest.approx(expected.recall, abs=1e-9)


def test_cases_are_the_best_and_the_worst_with_their_pictures(judged: Settings) -> None:
    path = evaluate(judged, print)
    cases = pq.read_table(path.parent / "cases.parquet").to_pylist()
    scores = scores_of(judged)
    iou = scores[scores.method == "model"].set_index("object_id").iou
    assert [case["kind"] for case in cases].count("worst") == 3
    assert min(case["iou"] for case in cases) == iou.min()
    assert max(case["iou"] for case in cases) == iou.max()
    worst = {"kind": "domain", "value": "a"}
    of_domain = [case for case in cases if worst in case["worst_of"]]
    assert 1 <= len(of_domain) <= 3
    assert {case["domain"] for case in of_domain} == {"a"}
    of_a = scores[(scores.method == "model") & (scores.domain == "a")]
    assert min(case["iou"] for case in of_domain) == of_a.iou.min()
    assert {(case["customer"], case["label"]) for case in cases} == {("x", "x")}
    for case in cases:
        true = decode_mask_png(case["true"])
        predicted = decode_mask_png(case["predicted"])
        assert decode_crop(case["image"]).shape[:2] == true.shape
        assert case["iou"] == iou[case["object_id"]]
        assert case["iou"] == pytest.approx(overlap(predicted, true).iou, abs=1e-9)


def test_a_report_is_made_once_and_workers_change_nothing(
    judged: Settings, tmp_path: Path
) -> None:
    lines: list[str] = []
    path = evaluate(judged, lines.append)
    first = path.read_bytes()
    changed = path.stat().st_mtime_ns
    assert evaluate(judged, lines.append) == path
    assert "up to date" in lines[-1]
    assert path.stat().st_mtime_ns == changed

    path.write_text("{broken")
    one_worker = judged.dask.model_copy(update={"workers": 1})
    evaluate(judged.model_copy(update={"dask": one_worker}), lines.append)
    assert path.read_bytes() == first

    write_checkpoint(tmp_path / "build/train/model.safetensors", 5)
    evaluate(judged, lines.append)
    assert path.read_bytes() != first


def test_without_a_base_the_rest_is_judged(judged: Settings, tmp_path: Path) -> None:
    (tmp_path / "base.safetensors").unlink()
    lines: list[str] = []
    report = json.loads(evaluate(judged, lines.append).read_text())
    assert {row["method"] for row in report["results"]} == METHODS - {"untuned"}
    assert any("not compared with the base" in line for line in lines)


def test_without_a_model_it_says_so(judged: Settings, tmp_path: Path) -> None:
    (tmp_path / "build/train/model.safetensors").unlink()
    with pytest.raises(InputError, match="no model to judge"):
        evaluate(judged, print)


def test_without_test_objects_it_says_so_by_an_exception_of_its_own(
    build_folder: Make,
) -> None:
    with pytest.raises(EmptySplit, match="'test' holds no object"):
        evaluate(build_folder({}, {"train": 2}), print)


def test_a_killed_evaluation_leaves_the_report_before(
    judged: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = evaluate(judged, print).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(evaluation, "write_report", dies)
    write_checkpoint(tmp_path / "build/train/model.safetensors", 5)
    with pytest.raises(KeyboardInterrupt):
        evaluate(judged, print)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
