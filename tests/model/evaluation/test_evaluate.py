"""Evaluation end to end on drawn ellipses: the report's contract, its means recomputed, its strata, its cache."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from curate.errors import InputError
from curate.pixels.images import decode_crop, decode_mask_png
from curate.settings import Settings
from curate.shards.reader import open_shards
from model.box_network import BoxNetwork
from model.checkpoint import Origin, save_checkpoint
from model.evaluation import evaluate as evaluation
from model.evaluation.baselines import ellipse
from model.evaluation.evaluate import evaluate
from model.evaluation.metrics import METRICS, pixel_scores
from model.evaluation.strata import strata
from model.prior import learn_priors
from model.u2net import build

Make = Callable[..., Settings]
KINDS = {"overall", "export", "domain", "customer", "concept", "size", "source", "edge", "unseen"}


def checkpoint(path: Path, seed: int) -> None:
    torch.manual_seed(seed)
    save_checkpoint(
        path,
        BoxNetwork(build("small"), *learn_priors([])),
        Origin(variant="small", licences=["CC0-1.0"]),
    )


@pytest.fixture
def judged(build_folder: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A build with a model that has learned nothing, and a base beside it."""
    settings = build_folder({}, {"train": 2, "test": 9})
    checkpoint(tmp_path / "build/train/model.safetensors", 0)
    checkpoint(tmp_path / "base.safetensors", 1)
    monkeypatch.setattr(evaluation, "BASE", tmp_path / "base.safetensors")
    return settings


def test_the_report_keeps_its_contract_and_its_means_are_those_of_the_objects(
    judged: Settings,
) -> None:
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
    }
    assert report["data"]["objects"] == 9
    assert {row["stratum"]["kind"] for row in report["results"]} == KINDS
    methods = {"model", "rectangle", "ellipse", "grabcut", "prior", "untuned"}
    scores = pq.read_table(path.parent / "scores.parquet").to_pandas()
    assert set(scores.method) == methods
    for row in report["results"]:
        kind, value = row["stratum"]["kind"], row["stratum"]["value"]
        mine = scores[
            (scores.method == row["method"]) & ((scores[kind] == value) if kind in scores else True)
        ]
        if kind in scores or kind == "overall":
            assert (row["objects"], row["images"]) == (len(mine), mine.image_id.nunique())
            for name, each in row["metrics"].items():
                assert each["mean"] == pytest.approx(mine[name].mean())
                assert each["low"] - 1e-9 <= each["mean"] <= each["high"] + 1e-9
    assert {
        row["method"] for row in report["results"] if row["stratum"]["kind"] == "domain"
    } == methods
    means = {
        row["method"]: row["metrics"]
        for row in report["results"]
        if row["stratum"]["kind"] == "overall"
    }
    differences = [row for row in report["paired"] if row["stratum"]["kind"] == "overall"]
    assert {row["against"] for row in differences} == methods - {"model"}
    for row in differences:
        name = row["metric"]
        assert row["mean"] == pytest.approx(
            means["model"][name]["mean"] - means[row["against"]][name]["mean"]
        )


def test_scores_are_those_of_the_windows(judged: Settings) -> None:
    path = evaluate(judged, print)
    shards = open_shards(Path(judged.build) / "shard", "test")
    scores = pq.read_table(path.parent / "scores.parquet").to_pandas()
    found = scores[scores.method == "ellipse"].set_index("object_id")
    for row in range(len(shards)):
        sample = shards.sample(row)
        answer = ellipse(*sample.mask.shape, sample.drawn)
        iou, precision, recall = pixel_scores(answer, sample.mask)
        assert tuple(found.loc[sample.object_id, ["iou", "precision", "recall"]]) == (
            iou,
            precision,
            recall,
        )
    assert np.isfinite(scores[list(METRICS)]).all().all()
    model = scores[scores.method == "model"].set_index("object_id")
    cases = pq.read_table(path.parent / "cases.parquet").to_pylist()
    assert [case["kind"] for case in cases].count("worst") == 3
    assert min(cases, key=lambda case: case["iou"])["iou"] == model.iou.min()
    for case in cases:
        true, predicted = decode_mask_png(case["true"]), decode_mask_png(case["predicted"])
        assert decode_crop(case["image"]).shape[:2] == true.shape
        assert pixel_scores(predicted, true)[0] == case["iou"] == model.iou[case["object_id"]]


def test_a_report_is_made_once_and_workers_change_nothing(judged: Settings, tmp_path: Path) -> None:
    lines: list[str] = []
    path = evaluate(judged, lines.append)
    first = path.read_bytes()
    changed = path.stat().st_mtime_ns
    assert evaluate(judged, lines.append) == path
    assert "up to date" in lines[-1]
    assert path.stat().st_mtime_ns == changed
    path.write_text("{broken")
    alone = judged.model_copy(update={"dask": judged.dask.model_copy(update={"workers": 1})})
    evaluate(alone, lines.append)
    assert path.read_bytes() == first
    checkpoint(tmp_path / "build/train/model.safetensors", 5)
    evaluate(judged, lines.append)
    assert path.read_bytes() != first


def test_without_a_base_the_rest_is_judged(judged: Settings, tmp_path: Path) -> None:
    (tmp_path / "base.safetensors").unlink()
    lines: list[str] = []
    report = json.loads(evaluate(judged, lines.append).read_text())
    assert "untuned" not in {row["method"] for row in report["results"]}
    assert any("without the base" in line for line in lines)


def test_no_test_object_or_no_model_is_said(judged: Settings, tmp_path: Path) -> None:
    (tmp_path / "build/train/model.safetensors").unlink()
    with pytest.raises(InputError, match="no model to judge"):
        evaluate(judged, print)
    manifest = tmp_path / "build/shard/manifest.json"
    listed = json.loads(manifest.read_text())
    listed["files"] = [file for file in listed["files"] if file["split"] != "test"]
    manifest.write_text(json.dumps(listed))
    with pytest.raises(InputError, match="'test' holds no object"):
        evaluate(judged, print)


def test_sizes_go_by_the_box() -> None:
    sides = [31, 32, 95, 96]
    table = pa.table(
        {f"box_{axis}0": pa.array([3] * 4, pa.int32()) for axis in "xy"}
        | {f"box_{axis}1": pa.array([3 + side for side in sides], pa.int32()) for axis in "xy"}
        | {
            name: ["x", "x", "y", "y"]
            for name in ("export", "domain", "customer", "concept", "object_source")
        }
        | {"flags": [["touches_edge"], [], [], []]}
    )
    found = {(each.kind, each.value): each.rows.tolist() for each in strata(table, frozenset("y"))}
    assert found["size", "small"] == [0]
    assert found["size", "medium"] == [1, 2]
    assert found["size", "large"] == [3]
    assert found["edge", "touches_edge"] == [0]
    assert found["unseen", "unseen"] == [0, 1]
