"""Runs and trainings without any training: records, and bytes in the place of weights."""

from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
from upath import UPath

from curate.storage import digest, write_bytes, write_json, write_table
from model.evaluation.intervals import Interval
from model.evaluation.metrics import GATED
from model.evaluation.report import (
    Gate,
    JudgedData,
    JudgedModel,
    Report,
    Result,
    Stratum,
    write_report,
)
from model.records import Origin, TrainingRecord
from model.runs import Run, RunRecord

MANIFEST = "of the shards"


def make_origin(manifest: str = MANIFEST) -> Origin:
    return Origin(variant="small", steps=7, manifest_digest=manifest)


def write_training(build: Path, weights: bytes, key: str = "k") -> str:
    """What a finished training leaves in train/; the digest of its checkpoint."""
    write_bytes(UPath(build / "train/model.safetensors"), weights)
    record = TrainingRecord(key=key, crops_per_second=1.0, padding_share=0.0)
    write_json(UPath(build / "train/train.json"), record)
    return digest(weights)


def write_run(
    build: Path,
    number: int,
    weights: bytes,
    *,
    key: str = "k",
    manifest: str = MANIFEST,
) -> Run:
    """A run as a training keeps it."""
    folder = UPath(build / "runs" / str(number))
    record = RunRecord(
        finished="2026-01-02T03:04:05+00:00",
        start="base",
        key=key,
        model=digest(weights),
        origin=make_origin(manifest),
    )
    write_json(folder / "run.json", record)
    write_json(folder / "settings.json", {"train": {"seed": number}})
    write_bytes(folder / "model.safetensors", weights)
    return Run(number, folder, record)


def make_report(
    model: str,
    *,
    manifest: str = MANIFEST,
    iou: float = 0.5,
    objects: int = 1,
    gate: Gate | None = None,
) -> Report:
    """A report that holds the model's IoU over all test objects and nothing else."""
    interval = Interval(iou, iou, iou)
    overall = Result(
        stratum=Stratum("overall", "all"),
        method="model",
        objects=objects,
        images=objects,
        metrics=dict.fromkeys(GATED, interval),
    )
    judged = JudgedModel(
        digest=model,
        **msgspec.structs.asdict(make_origin(manifest)),
        parameters=1,
    )
    return Report(
        model=judged,
        data=JudgedData(
            manifest_digest=manifest,
            objects=objects,
            images=objects,
            grabcut_fallbacks=0,
        ),
        settings_digest="s",
        results=[overall],
        paired=[],
        gate=gate,
    )


def judge_run(run: Run, scores: pd.DataFrame, gate: Gate | None = None) -> None:
    """Write scores and a report into a run."""
    write_table(run.folder / "scores.parquet", pa.Table.from_pandas(scores))
    iou = float(scores["iou"].mean())
    report = make_report(run.record.model, iou=iou, objects=len(scores), gate=gate)
    write_report(run.folder / "report.json", report)


def make_scores(iou: np.ndarray, domains: list[str]) -> pd.DataFrame:
    """Scores of objects, each on an image of its own; edges as good as pixels."""
    number = len(iou)
    columns: dict[str, object] = {
        "object_id": [f"{each:032x}" for each in range(number)],
        "image_id": [f"image {each}" for each in range(number)],
        "truth": ["as it was"] * number,
        "method": ["model"] * number,
        "export": ["e"] * number,
        "domain": [domains[each % len(domains)] for each in range(number)],
        "concept": ["car"] * number,
    }
    columns |= dict.fromkeys(GATED, iou)
    return pd.DataFrame(columns)
