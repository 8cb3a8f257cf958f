"""Does a network that trains on more concepts cut out concepts better that it never saw?

    python -m benchmarks.unseen examples/demo.yaml [--counts 1,2,4,8] [--steps 300] [--repeats 3]

From the shards of a build some concepts are held out by a hash of their ids. Of the others, so many
concepts as `--counts` says are trained on, always on the same number of objects and for the same
number of steps, from random weights: only the number of concepts differs. Each model answers the
test objects of the held-out concepts. Each repeat takes the concepts in another order. The result
is a curve: build/bench/unseen.svg, and unseen.json beside it.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.columns import with_column
from curate.curation_settings import SplitSettings
from curate.formats import options_by_name
from curate.settings import Settings
from curate.settings_file import load_settings
from curate.shards.layout import shard_files, split_of
from curate.shards.manifest import ShardFile, make_manifest
from curate.shards.reader import Shards, open_shards
from curate.stages.split import is_held_out
from model.box_network import BoxNetwork
from model.checkpoint import load_checkpoint
from model.evaluation.comparison import as_mask, overlap
from model.evaluation.judging import batches
from model.hardware import device, one_thread
from model.train import train
from model.window_answers import sample_probabilities
from pipelines.pages.evaluation.plots import plot_curve

OUT = Path("build/bench")
_ROWS_OF_A_GROUP = 128


@dataclass(frozen=True, slots=True)
class Point:
    """What one training gave."""

    concepts: int
    """That it trained on."""

    objects: int
    repeat: int
    iou: float
    """Mean over the test objects of the held-out concepts."""

    judged: int
    """How many those are."""


def main() -> None:
    """Train and judge for each number of concepts, and print and write the curve."""
    parser = argument_parser(__doc__)
    parser.add_argument("settings", type=Path)
    parser.add_argument("--counts", default="1,2,4,8")
    parser.add_argument("--held-out", type=float, default=0.3)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--most-objects", type=int, default=2000)
    chosen = parser.parse_args()
    settings = load_settings(chosen.settings, options_by_name())
    counts = [int(each) for each in chosen.counts.split(",")]

    points = []
    for repeat in range(chosen.repeats):
        points += measure(
            settings,
            counts,
            held_out=chosen.held_out,
            steps=chosen.steps,
            repeat=repeat,
            most_objects=chosen.most_objects,
        )
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "unseen.json").write_text(json.dumps([asdict(point) for point in points]))
    (OUT / "unseen.svg").write_text(paint(points))
    _say(f"{OUT / 'unseen.svg'} and {OUT / 'unseen.json'} are written")


def measure(
    settings: Settings,
    counts: Sequence[int],
    held_out: float,
    steps: int,
    repeat: int,
    most_objects: int,
) -> list[Point]:
    """A point for each number of concepts."""
    folder = UPath(settings.build) / "shard"
    test = open_shards(folder, "test")
    concepts_of_test = set(test.table["concept"].to_pylist())
    trained = open_shards(folder, "train").table["concept"].to_pylist()
    # The held-out concepts are the same in all repeats, so the points are of the same objects.
    rule = SplitSettings(hold_out_concepts=held_out)
    unseen = {each for each in concepts_of_test if is_held_out(each, rule)}
    if not unseen:
        raise SystemExit("no concept of the test split is held out: raise --held-out")

    rng = np.random.default_rng(repeat)
    order: list[str] = rng.permutation(sorted(set(trained) - unseen)).tolist()
    objects = min(most_objects, _fewest_objects(trained, order, counts))
    points = []
    for count in counts:
        if count > len(order):
            _say(f"{count} concepts: there are only {len(order)}")
            continue
        kept = set(order[:count])
        with tempfile.TemporaryDirectory() as scratch:
            build = Path(scratch) / "build"
            write_subset(Path(str(folder)), build / "shard", kept, unseen, objects)
            iou = _train_and_judge(settings, build, steps, repeat)
        point = Point(count, objects, repeat, float(iou.mean()), len(iou))
        _say(
            f"{count} concepts, {objects} objects: IoU {point.iou:.3f} on {point.judged} objects "
            f"of {len(unseen)} unseen concepts"
        )
        points.append(point)
    return points


def _fewest_objects(
    concepts: Sequence[str], order: Sequence[str], counts: Sequence[int]
) -> int:
    """The objects of the smallest set of concepts that is trained on."""
    kept = set(order[: min(counts)])
    return sum(each in kept for each in concepts)


def write_subset(
    shards: Path, folder: Path, trained: set[str], judged: set[str], objects: int
) -> None:
    """Write shards with some objects of others.

    Train has `objects` objects of the concepts `trained`, as evenly of each as there are; test all
    of the concepts `judged`.
    """
    wanted = {"train": trained, "test": judged}
    files = []
    for split, concepts in wanted.items():
        tables = []
        for name in shard_files(UPath(shards)):
            path = shards / name
            if split_of(UPath(path)) == split:
                tables.append(_rows_of(path, concepts))
        table = pa.concat_tables(tables)
        if split == "train":
            table = _evenly(table, objects)
        files.append(_write(folder, split, table))
    manifest = make_manifest(files, Settings.model_fields["crop"].default, "")
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))


def _rows_of(path: Path, concepts: set[str]) -> pa.Table:
    """The rows of a shard that are of some concepts."""
    table = pq.read_table(path, partitioning=None)
    is_wanted = [concept in concepts for concept in table["concept"].to_pylist()]
    return table.take(np.flatnonzero(is_wanted))


def _evenly(table: pa.Table, objects: int) -> pa.Table:
    """So many rows, taken from each concept in turn, all of the same weight."""
    # The turn of each row: how many rows of its concept stand above it.
    taken: Counter[str] = Counter()
    turns = []
    for concept in table["concept"].to_pylist():
        turns.append(taken[concept])
        taken[concept] += 1

    by_turn = np.argsort(turns, kind="stable")
    rows = np.sort(by_turn[:objects])
    chosen = table.take(rows)
    ones = np.ones(len(chosen), np.float32)
    return with_column(chosen, "weight", ones)


def _write(folder: Path, split: str, table: pa.Table) -> ShardFile:
    path = folder / "shards" / f"split={split}" / "part-00000.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(table, path, row_group_size=_ROWS_OF_A_GROUP)
    return ShardFile(
        path=str(path.relative_to(folder)),
        split=split,
        rows=len(table),
        bytes=path.stat().st_size,
        sha256="",
        licences={},
    )


def _train_and_judge(
    settings: Settings, build: Path, steps: int, seed: int
) -> NDArray[np.float64]:
    """(n,) IoU of each test object, by a model that is trained from random weights."""
    plan = settings.train.model_copy(
        update={
            "start": "random",
            "variant": "small",
            "steps": steps,
            "seed": seed,
        }
    )
    own = settings.model_copy(update={"build": str(build), "train": plan})
    checkpoint = train(own, _ignore)
    model, _ = load_checkpoint(checkpoint)
    return _iou(model.to(device()), open_shards(UPath(build) / "shard", "test"))


def _iou(model: BoxNetwork, shards: Shards) -> NDArray[np.float64]:
    found = []
    with one_thread():
        for batch in batches(shards):
            samples = [shards.sample(row) for row in batch]
            answers = sample_probabilities(model, samples)
            for sample, answer in zip(samples, answers, strict=True):
                found.append(overlap(as_mask(answer), sample.mask).iou)
    return np.array(found)


def paint(points: Sequence[Point]) -> str:
    """The curve as SVG: thin for each repeat, thick for their mean."""
    by_repeat: dict[int, list[tuple[float, float]]] = {}
    by_count: dict[int, list[float]] = {}
    for point in points:
        by_repeat.setdefault(point.repeat, []).append((point.concepts, point.iou))
        by_count.setdefault(point.concepts, []).append(point.iou)
    means = [(count, float(np.mean(each))) for count, each in sorted(by_count.items())]
    return str(
        plot_curve(
            "IoU on unseen concepts", "concepts trained on", means, by_repeat.values()
        )
    )


def _ignore(line: str) -> None:
    """A training's own lines; there are many trainings."""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
