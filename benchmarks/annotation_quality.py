"""How many wrong annotations are found: masks of a build, some spoiled by code, are judged.

    python -m benchmarks.annotation_quality [--build build/demo] [--model base] [--share 0.05]

The train masks of a build are spoiled in their whole images, `--share` of them, each way in turn.
Then they go through the same code as ever: crops are cut, the model is asked, and judging learns
from spoiled copies of what it is given, without knowing what is spoiled already. That is done for
`--seeds` choices of masks; what was answered to a mask is remembered, so the first takes longest.
A choice holds few masks of each way. The copies are many more, and each is judged by a regression
that has seen none of its image's masks: how they rank among the sound masks is printed, too.
Intervals are of a bootstrap over images. Only objects of `--images` images are taken, and at most
`--objects` of an export.
"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.deliveries import at_most
from benchmarks.shared.spoiled_builds import make_build, spoil_rows, train_rows
from benchmarks.shared.timing import report
from curate.seeded import generator
from curate.shards.reader import open_shards
from model.annotations.asking import Annotation, Answers, Asking, asking
from model.annotations.covers import Covers
from model.annotations.judging import judge, own_looks, spoiled_copies
from model.annotations.spoiled_or_sound import rank_area
from model.annotations.spoiling import Spoiling
from model.checkpoint import checkpoint_path, load_checkpoint
from model.evaluation.intervals import Interval, interval

LEAST_RANK_AREA = 0.9
LEAST_TRUE = 0.8
_TOP = 0.01
_RESAMPLES = 200
_EVERYTHING = "all kinds"
_HEAD = "head"


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What judging said of n masks, some of them spoiled."""

    quality: NDArray[np.float64]
    """(n,)"""

    kinds: NDArray[np.str_]
    """(n,) how each is spoiled; empty: it is not."""

    images: NDArray[np.str_]
    """(n,)"""

    is_copy: NDArray[np.bool_]
    """(n,) whether it is a copy that judging spoiled to learn from, and no mask of the build."""


def main() -> None:
    """Spoil, judge, and compare with what was spoiled."""
    parser = argument_parser(__doc__)
    parser.add_argument("--build", default="build/demo")
    parser.add_argument("--model", default="base")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(1)

    some = train_rows(UPath(asked.build), asked.images)
    rows = at_most(some, "export", asked.objects)
    found = []
    with tempfile.TemporaryDirectory() as answers:
        for number in range(asked.seeds):
            seed = asked.first_seed + number
            spoiled, kinds = spoil_rows(rows, asked.share, seed)
            folder = Path(answers)
            each = _judge(spoiled, kinds, asked.model, asked.copies, folder)
            found.append(each)
            _print_figures(f"seed {seed}", figures(each))
    _report(found, asked.share)


def _judge(
    rows: pa.Table, kinds: dict[str, Spoiling], model: str, copies: int, answers: Path
) -> Judged:
    """Judge rows as `quality` does. `answers`: the folder of what the model has answered."""
    network, _ = load_checkpoint(checkpoint_path(model))
    with tempfile.TemporaryDirectory() as folder:
        settings = make_build(Path(folder), rows, model, copies)
        shards = open_shards(UPath(folder) / "shard", "train")
        every = range(len(shards))
        covers = Covers(shards, every)

        asks = remembering(asking(network, settings), answers)
        looks = own_looks(asks, covers, every, print)
        seed = settings.quality.seed
        made = spoiled_copies(asks, covers, every, copies, seed, print)
        qualities = judge(shards, looks.signs, made, seed)

        object_ids = shards.table["object_id"].to_pylist()
        images = np.array(shards.table["image_id"].to_pylist())
        of_rows = np.array([str(kinds.get(each, "")) for each in object_ids])

        # A copy of a mask that is spoiled already would be wrong in two ways.
        is_of_sound = of_rows[made.rows] == ""
        copied = made.rows[is_of_sound]
        of_copies = np.array([str(kind) for kind in made.kinds])[is_of_sound]
        return Judged(
            quality=np.concatenate([qualities.own, qualities.copies[is_of_sound]]),
            kinds=np.concatenate([of_rows, of_copies]),
            images=np.concatenate([images, images[copied]]),
            is_copy=np.arange(len(of_rows) + len(of_copies)) >= len(of_rows),
        )


def remembering(asks: Asking, folder: Path) -> Asking:
    """The same, but nothing is asked twice: the answers to each mask of an object are kept."""

    def ask(annotations: Sequence[Annotation]) -> list[Answers]:
        paths = [folder / _name(annotation) for annotation in annotations]
        new = []
        new_paths = []
        for annotation, path in zip(annotations, paths, strict=True):
            if not path.exists():
                new.append(annotation)
                new_paths.append(path)

        if new:
            for answers, path in zip(asks(new), new_paths, strict=True):
                maps = [*answers.redrawn, answers.wider]
                np.save(path, np.stack(maps))

        known = []
        for path in paths:
            *redrawn, wider = np.load(path)
            known.append(Answers(redrawn, wider))
        return known

    return ask


def _name(annotation: Annotation) -> str:
    """A file name of an object's mask, spoiled or not."""
    mask = sha256(annotation.mask.tobytes()).hexdigest()
    return f"{annotation.object_id}-{mask}.npy"


def figures(found: Judged) -> dict[str, float]:
    """The AUROC of each group of spoiled masks, and the share at the head that is spoiled.

    A group that has no masks, as in some resamples, is left out.
    """
    is_of_build = ~found.is_copy
    is_sound = is_of_build & (found.kinds == "")
    areas = {}
    for title, is_spoiled in _groups(found).items():
        if is_spoiled.any():
            taken = is_spoiled | is_sound
            areas[title] = rank_area(found.quality[taken], is_spoiled[taken])

    listed = found.quality[is_of_build]
    areas[_HEAD] = _share_at_head(listed, found.kinds[is_of_build] != "")
    return areas


def _groups(found: Judged) -> dict[str, NDArray[np.bool_]]:
    """(n,) which masks are spoiled in one way, those of the build and the copies, and in any."""
    is_of_build = ~found.is_copy
    groups = {}
    for kind in Spoiling:
        is_kind = found.kinds == kind
        groups[str(kind)] = is_kind & is_of_build
        groups[f"{kind}, copies"] = is_kind & found.is_copy
    groups[_EVERYTHING] = is_of_build & (found.kinds != "")
    return groups


def _share_at_head(
    quality: NDArray[np.float64], is_spoiled: NDArray[np.bool_]
) -> float:
    """The share of spoiled masks among the worst hundredth."""
    number = max(1, round(_TOP * len(quality)))
    worst = np.argsort(quality, kind="stable")[:number]
    return float(is_spoiled[worst].mean())


def intervals(found: Sequence[Judged]) -> dict[str, Interval]:
    """The means of `figures` over seeds, with 95% intervals.

    The seeds share their images, and so what is taken for wrong though it is sound: whole images
    are drawn for all of them together.
    """
    names = np.unique(np.concatenate([each.images for each in found]))
    equal_chance = np.full(len(names), 1 / len(names))
    rng = generator(0)
    resampled: dict[str, list[float]] = {}
    for _ in range(_RESAMPLES):
        counts = rng.multinomial(len(names), equal_chance)
        drawn = [_drawn(each, names, counts) for each in found]
        for name, value in _means(drawn).items():
            resampled.setdefault(name, []).append(value)

    limits = {}
    for name, mean in _means(found).items():
        limits[name] = interval(mean, np.array(resampled[name]))
    return limits


def _drawn(found: Judged, names: NDArray[np.str_], counts: NDArray[np.int64]) -> Judged:
    """The masks of images that are taken so many times each."""
    times = counts[np.searchsorted(names, found.images)]
    taken = np.repeat(np.arange(len(times)), times)
    return Judged(
        quality=found.quality[taken],
        kinds=found.kinds[taken],
        images=found.images[taken],
        is_copy=found.is_copy[taken],
    )


def _means(found: Sequence[Judged]) -> dict[str, float]:
    """The mean of each figure over the seeds that have it."""
    values: dict[str, list[float]] = {}
    for each in found:
        for name, value in figures(each).items():
            values.setdefault(name, []).append(value)
    return {name: float(np.mean(of_seeds)) for name, of_seeds in values.items()}


def _print_figures(title: str, found: dict[str, float]) -> None:
    """A line of what one seed gave, before the others have ended."""
    words = [f"{name} {value:.3f}" for name, value in found.items()]
    print(f"{title}: {', '.join(words)}", flush=True)


def _report(found: Sequence[Judged], share: float) -> None:
    """Print how many are found, by kind and at the head of the list."""
    numbers: Counter[str] = Counter()
    for each in found:
        for name, is_spoiled in _groups(each).items():
            numbers[name] += int(np.count_nonzero(is_spoiled))

    known = intervals(found)
    head = known.pop(_HEAD)
    listed = np.count_nonzero(~found[0].is_copy)
    lines = [f"{len(found)} seeds, {listed:,} masks each; 95% intervals"]
    for name, area in known.items():
        lines.append(
            f"{name}: {numbers[name]} masks, AUROC {area.mean:.3f} ({area.low:.3f} to "
            f"{area.high:.3f}; ≥ {LEAST_RANK_AREA})"
        )
    lines.append(
        f"the worst {_TOP:.0%} of the list: {head.mean:.0%} are spoiled ({head.low:.0%} to "
        f"{head.high:.0%}; ≥ {LEAST_TRUE:.0%}), of {share:.0%} in all"
    )
    report("annotation_quality", lines, {"rank_area": known, "true_at_head": head})


if __name__ == "__main__":
    main()
