"""Stand-ins of training and judging, which leave what the real ones leave, in no time."""

from collections.abc import Callable, Collection
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from upath import UPath

from curate.settings import Settings
from curate.shards.reader import open_shards
from curate.storage import digest, write_table
from model.evaluation.report import Gate, GateCheck, Stratum, write_report
from model.keep_runs import keep_report, keep_training
from model.records import Origin
from model.runs import CHECKPOINT, trained_model
from tests.model.made_runs import make_report, make_scores, write_training


class Killed(BaseException):
    """Stands for a signal that ends the process."""


class MadeModel:
    """What the stand-ins were asked, and what the gate is to say."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passes = True
        self.judges = True
        self.trained: list[tuple[str, int]] = []
        """The start of each training that was not up to date, and its number of new objects."""

        monkeypatch.setattr("model.train.train", self.train)
        monkeypatch.setattr("model.evaluation.evaluate.evaluate", self.evaluate)
        for page in (
            "verbs.train.write_evaluation_page",
            "rounds.course.write_evaluation_page",
            "rounds.course.write_curation_page",
        ):
            monkeypatch.setattr(f"pipelines.{page}", _no_page)

    def train(
        self,
        settings: Settings,
        log: Callable[[str], None],
        new: Collection[str] | None = None,
    ) -> Path:
        build = Path(settings.build)
        shards = open_shards(UPath(build) / "shard", "train")
        start = settings.train.start
        weights = digest(shards.digest, start, sorted(new or [])).encode()
        key = digest(weights)
        model = digest(weights)
        if trained_model(UPath(build)) != model:
            self.trained.append((start, len(new or [])))
            write_training(build, weights, key)
        keep_training(settings, Origin(variant="small"), key, log)
        return build / "train" / CHECKPOINT

    def evaluate(self, settings: Settings, log: Callable[[str], None]) -> UPath:
        del log
        build = UPath(settings.build)
        report = make_report(trained_model(build) or "", iou=0.7)
        gate = self._gate(settings.evaluate.baseline or "")
        path = build / "evaluate" / "report.json"
        write_table(path.with_name("scores.parquet"), _no_scores())
        write_report(path, msgspec.structs.replace(report, gate=gate))
        keep_report(build)
        return path

    def _gate(self, baseline: str) -> Gate:
        check = GateCheck(
            stratum=Stratum("overall", "all"),
            metric="iou",
            objects=100,
            images=50,
            mean=0.04 if self.passes else -0.04,
            low=-0.06,
            high=0.06,
            by_chance=0.0,
            fell=not self.passes,
        )
        return Gate(
            baseline=baseline,
            digest="d",
            objects=100,
            left_out=0,
            passed=self.passes,
            checks=[check] if self.judges else [],
            too_small=[],
        )


def _no_page(settings: Settings) -> None:
    del settings


def _no_scores() -> pa.Table:
    return pa.Table.from_pandas(make_scores(np.array([0.7]), ["street"]))
