"""How much of what wrong annotations cost a model is gained back when they weigh less.

    python -m benchmarks.spoiled_training [--build build/demo] [--share 0.3] [--steps 400]

Three trainings of the same steps and seed from the same start: on the build's train masks, on the
same with a share of them spoiled by code, and on the spoiled ones with weights by their quality, as
the model of the second training judges them. Each is judged on the build's own test masks.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from upath import UPath

from benchmarks.annotation_quality import make_build, spoil_rows
from benchmarks.shared.timing import report
from curate.curation_settings import BalanceSettings
from curate.settings import Settings
from curate.shards.reader import open_shards
from curate.stages.balance import quality_trusts
from curate.storage import read_partitions, read_table
from model.annotations.quality import judge_annotations
from model.checkpoint import load_checkpoint
from model.evaluation.comparison import as_mask, overlap
from model.predict import sample_probabilities
from model.train import train

LEAST_REGAINED = 0.5
_TOGETHER = 32
_COPIES = 600


def main() -> None:
    """Train three times and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/demo")
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--trust", type=float, default=1.0)
    parser.add_argument("--start", default="base")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.set_num_threads(1)

    build = UPath(asked.build)
    sound = pa.concat_tables(list(read_partitions(build / "balance" / "segments")))
    is_train = pc.equal(sound["split"], "train")
    spoiled_train, _ = spoil_rows(sound.filter(is_train), asked.share, asked.seed)
    others = sound.filter(pc.invert(is_train))
    spoiled = pa.concat_tables([spoiled_train, others])

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        settings = _build(root / "sound", sound, asked)
        found["sound"] = _trained_iou(settings)
        settings = _build(root / "spoiled", spoiled, asked)
        found["spoiled"] = _trained_iou(settings)

        judge_annotations(settings, print)
        judged = read_table(UPath(settings.build) / "quality" / "annotations.parquet")
        weighed = _with_trust(spoiled, judged, asked.trust)
        settings = _build(root / "weighed", weighed, asked)
        found["weighed"] = _trained_iou(settings)

    lost = found["sound"] - found["spoiled"]
    regained = (found["weighed"] - found["spoiled"]) / lost
    lines = [f"{name}: IoU {iou:.4f} on test" for name, iou in found.items()]
    lines.append(f"regained: {regained:.0%} of {lost:.4f} (≥ {LEAST_REGAINED:.0%})")
    report("spoiled_training", lines, {"iou": found, "regained": regained})


def _build(folder: Path, rows: pa.Table, asked: argparse.Namespace) -> Settings:
    """A build of some rows, and the settings that train on it."""
    folder.mkdir()
    settings = make_build(folder, rows, asked.start, _COPIES)
    (folder / "train" / "model.safetensors").unlink()
    training = {"start": asked.start, "steps": asked.steps, "seed": asked.seed}
    changed = settings.train.model_copy(update=training)
    return settings.model_copy(update={"train": changed})


def _trained_iou(settings: Settings) -> float:
    """Train, and the mean IoU on the test split."""
    model, _ = load_checkpoint(train(settings, print))
    shards = open_shards(UPath(settings.build) / "shard", "test")
    ious = []
    for first in range(0, len(shards), _TOGETHER):
        rows = range(first, min(first + _TOGETHER, len(shards)))
        samples = [shards.sample(row) for row in rows]
        answers = sample_probabilities(model, samples)
        for sample, answer in zip(samples, answers, strict=True):
            ious.append(overlap(as_mask(answer), sample.mask).iou)
    return float(np.mean(ious))


def _with_trust(rows: pa.Table, judged: pa.Table, trust: float) -> pa.Table:
    """The rows with the weights that `balance.quality_trust` gives."""
    quality = judged.to_pandas().set_index("object_id").annotation_quality
    factors = quality_trusts(quality, BalanceSettings(quality_trust=trust))
    own = rows["object_id"].to_pandas().map(factors).fillna(1.0).to_numpy()
    is_train = np.array(rows["split"].to_pylist()) == "train"
    weight = rows["weight"].to_numpy() * own
    weight[is_train] /= weight[is_train].mean()

    place = rows.schema.get_field_index("weight")
    return rows.set_column(place, "weight", pa.array(weight, pa.float32()))


if __name__ == "__main__":
    main()
