"""How much of what wrong annotations cost a model is gained back when they weigh less.

    python -m benchmarks.spoiled_training [--build build/demo] [--share 0.4] [--steps 200]

Three trainings of the same steps and seed from the same start: on the build's train masks, on the
same with a share of them spoiled by code, and on the spoiled ones with weights by their quality, as
the model of the second training judges them. Nothing but train masks is spoiled, nothing is
validated on, and each model answers the build's own test objects. Only objects of `--images` images
are trained on.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.columns import with_column
from benchmarks.shared.spoiled_builds import make_build, spoil_rows, train_rows
from benchmarks.shared.timing import report
from curate.curation_settings import BalanceSettings
from curate.settings import Settings
from curate.shards.reader import open_shards
from curate.stages.balance import quality_trusts
from curate.storage import read_partitions, read_table
from model.annotations.quality import judge_annotations
from model.checkpoint import load_checkpoint
from model.evaluation.comparison import as_mask, overlap
from model.train import train
from model.window_answers import sample_probabilities

LEAST_REGAINED = 0.5
_TOGETHER = 32
_COPIES = 400

Ious = NDArray[np.float64]
"""(objects,) of the test split."""


def main() -> None:
    """Train three times and compare."""
    parser = argument_parser(__doc__)
    parser.add_argument("--build", default="build/demo")
    parser.add_argument("--share", type=float, default=0.4)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--trust", type=float, default=1.0)
    parser.add_argument("--start", default="base")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.set_num_threads(1)

    build = UPath(asked.build)
    sound = train_rows(build, asked.images)
    spoiled, kinds = spoil_rows(sound, asked.share, asked.seed)
    test = _test_rows(build)
    print(f"{len(sound):,} train masks, {len(kinds):,} spoiled; {len(test):,} judged")

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        settings = _build(root / "sound", [sound, test], asked)
        found["sound"] = _trained_ious(settings)

        settings = _build(root / "spoiled", [spoiled, test], asked)
        found["spoiled"] = _trained_ious(settings)

        judge_annotations(settings, print)
        path = UPath(settings.build) / "quality" / "annotations.parquet"
        judged = read_table(path)
        weighed = _with_trust(spoiled, judged, asked.trust)
        settings = _build(root / "weighed", [weighed, test], asked)
        found["weighed"] = _trained_ious(settings)
    _report(found)


def _test_rows(build: UPath) -> pa.Table:
    """The rows of the test split."""
    parts = read_partitions(build / "balance" / "segments")
    rows = pa.concat_tables(list(parts))
    is_test = pc.equal(rows["split"], "test")
    return rows.filter(is_test)


def _build(folder: Path, rows: list[pa.Table], asked: argparse.Namespace) -> Settings:
    """A build of some rows, and the settings that train on it."""
    folder.mkdir()
    all_rows = pa.concat_tables(rows)
    settings = make_build(folder, all_rows, asked.start, _COPIES)
    (folder / "train" / "model.safetensors").unlink()
    training = {
        "start": asked.start,
        "steps": asked.steps,
        "seed": asked.seed,
    }
    changed = settings.train.model_copy(update=training)
    return settings.model_copy(update={"train": changed})


def _trained_ious(settings: Settings) -> Ious:
    """Train, and the IoU of each object of the test split."""
    checkpoint = train(settings, print)
    model, _ = load_checkpoint(checkpoint)
    shards = open_shards(UPath(settings.build) / "shard", "test")

    ious = []
    for first in range(0, len(shards), _TOGETHER):
        last = min(first + _TOGETHER, len(shards))
        rows = range(first, last)
        samples = [shards.sample(row) for row in rows]
        answers = sample_probabilities(model, samples)
        for sample, answer in zip(samples, answers, strict=True):
            compared = overlap(as_mask(answer), sample.mask)
            ious.append(compared.iou)
    return np.array(ious)


def _with_trust(rows: pa.Table, judged: pa.Table, trust: float) -> pa.Table:
    """The train rows with the weights that `balance.quality_trust` gives."""
    by_id = judged.to_pandas().set_index("object_id")
    balance = BalanceSettings(quality_trust=trust)
    factors = quality_trusts(by_id.annotation_quality, balance)

    # What nobody has judged is trusted.
    object_ids = rows["object_id"].to_pandas()
    own_factors = object_ids.map(factors).fillna(1.0).to_numpy()
    weight = rows["weight"].to_numpy() * own_factors
    weight /= weight.mean()
    return with_column(rows, "weight", weight)


def _report(found: dict[str, Ious]) -> None:
    """Print the three IoUs, what was lost and what of it came back."""
    means = {}
    lines = []
    for name, ious in found.items():
        mean = float(ious.mean())
        means[name] = mean
        lines.append(f"{name}: IoU {mean:.4f} on test")

    lost = found["sound"] - found["spoiled"]
    gained = found["weighed"] - found["spoiled"]
    lines.append(
        f"lost by spoiling: {_with_error(lost)}; gained back: {_with_error(gained)}"
    )

    regained = float(gained.mean() / lost.mean())
    lines.append(f"regained: {regained:.0%} (≥ {LEAST_REGAINED:.0%})")
    report("spoiled_training", lines, {"iou": means, "regained": regained})


def _with_error(differences: Ious) -> str:
    """The mean of differences and its standard error over objects; other seeds would add to it."""
    mean = differences.mean()
    deviation = differences.std(ddof=1)
    error = deviation / np.sqrt(len(differences))
    return f"{mean:+.4f} ± {error:.4f}"


if __name__ == "__main__":
    main()
