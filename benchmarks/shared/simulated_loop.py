"""One round of the simulated loop: learn from what annotators submit, judge, hold back.

A training from the last model learns from it (`simulated_answers`), mixed with earlier rounds as
`loop` mixes them. Test objects, which never train, judge each model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.columns import with_column
from benchmarks.shared.simulated_answers import NO_COPIES, Effort, Values
from benchmarks.shared.spoiled_builds import make_build
from curate.curation_settings import BalanceSettings
from curate.shards.reader import Shards
from curate.stages.balance import quality_trusts
from curate.storage import read_table
from model.annotations.judged_deliveries import judge_new_deliveries
from model.annotations.quality import judge_annotations
from model.annotations.report import DeliveryQuality
from model.evaluation.gate import GateFindings, find_falls
from model.evaluation.intervals import Interval, interval, resampled_means
from model.evaluation.strata import Resampling, strata
from model.train import train

_RESAMPLES = 500
_LEAST_FALL = 0.01  # of IoU, as `evaluate.least_fall` has it
_TRUST = BalanceSettings(quality_trust=1.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much a simulation does."""

    rounds: int = 5
    objects: int = 60
    """The most objects of each domain in a round."""

    test_objects: int = 2
    """The most objects of each test image."""

    steps: int = 300
    """Steps of the optimiser in a round."""

    batch_pixels: int = 65_536
    copies: int = 200
    """Spoiled copies, from which the judging of annotations learns."""


@dataclass(frozen=True, slots=True)
class Loop:
    """What stays the same in all rounds."""

    folder: Path
    """Where builds are made; each has a name of its own."""

    test: Shards
    scale: Scale
    log: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """Where the loop is: the model in use, how it does on test, and all that was submitted."""

    model: Path
    effort: Effort
    learned: pa.Table
    """Rows with the masks of annotators; none at first."""


def learn(loop: Loop, name: str, state: State, new: pa.Table) -> Path:
    """Train from the model in use on new and earlier rows; the checkpoint."""
    rows = pa.concat_tables([new, _earlier(state, new)])
    folder = loop.folder / name
    folder.mkdir()
    # Without a val split the last weights are kept: the gate judges them.
    settings = make_build(folder, rows, str(state.model), NO_COPIES)
    (folder / "train" / "model.safetensors").unlink()
    changes = {
        "start": str(state.model),
        "steps": loop.scale.steps,
        "batch_pixels": loop.scale.batch_pixels,
    }
    changed = settings.train.model_copy(update=changes)
    settings = settings.model_copy(update={"train": changed})

    new_ids = new["object_id"].to_pylist()
    return train(settings, loop.log, new_ids)


def gate(loop: Loop, candidate: Effort, current: Effort) -> GateFindings:
    """Where the candidate is surely worse than the model in use, on the test objects."""
    differences = {
        "iou": candidate.iou - current.iou,
        "edge_f_2": candidate.edge_f - current.edge_f,
    }
    table = loop.test.table
    all_concepts = frozenset(table["concept"].to_pylist())
    judged = list(strata(table, all_concepts))
    resampling = Resampling(_images(loop), _RESAMPLES, seed=0)
    return find_falls(differences, judged, resampling, _LEAST_FALL)


def clicks_saved(loop: Loop, before: Effort, after: Effort) -> dict[str, Interval]:
    """How many clicks an answer needs less than before, on test; by domain, `all` first."""
    saved = before.clicks - after.clicks
    images = _images(loop)
    found = {"all": _interval(saved, images)}
    for domain in np.unique(before.domains).tolist():
        chosen = before.domains == domain
        found[domain] = _interval(saved[chosen], images[chosen])
    return found


def iou_gained(loop: Loop, before: Effort, after: Effort) -> Interval:
    """By how much the IoU of some answers is above that of others, on test."""
    return _interval(after.iou - before.iou, _images(loop))


def _interval(values: Values, images: NDArray[np.int64]) -> Interval:
    means = resampled_means(values[:, None], images, _RESAMPLES, seed=0)
    return interval(float(values.mean()), means[:, 0])


def _images(loop: Loop) -> NDArray[np.int64]:
    """(n,) a number for the image of each test object."""
    image_ids = loop.test.table["image_id"].to_pylist()
    _, numbers = np.unique(image_ids, return_inverse=True)
    return numbers


def judged_deliveries(
    loop: Loop, name: str, state: State, new: pa.Table
) -> list[DeliveryQuality]:
    """The deliveries of new rows, judged by the model in use beside what it has learned."""
    folder = loop.folder / f"{name}-delivered"
    folder.mkdir()
    rows = pa.concat_tables([new, _earlier(state, new)])
    settings = make_build(folder, rows, str(state.model), loop.scale.copies)
    ids = new["object_id"].to_pylist()
    return judge_new_deliveries(settings, str(state.model), ids, loop.log)


def without(rows: pa.Table, held: Sequence[DeliveryQuality]) -> pa.Table:
    """The rows but those of deliveries that are held back."""
    for each in held:
        is_held = pc.and_(
            pc.equal(rows["customer"], each.customer),
            pc.equal(rows["export"], each.export),
        )
        rows = rows.filter(pc.invert(is_held))
    return rows


def trust(loop: Loop, name: str, state: State, new: pa.Table) -> Values:
    """(n,) how far the new rows are trusted, by how sound the model in use finds their masks."""
    folder = loop.folder / f"{name}-judged"
    folder.mkdir()
    # What is usual is learned from earlier rows, too: at most as many as there are new ones.
    earlier = _earlier(state, new).slice(0, len(new))
    rows = pa.concat_tables([new, earlier])
    settings = make_build(folder, rows, str(state.model), loop.scale.copies)
    judge_annotations(settings, loop.log)

    path = UPath(folder) / "quality" / "annotations.parquet"
    judged = read_table(path).to_pandas().set_index("object_id")
    factors = quality_trusts(judged.annotation_quality, _TRUST)

    # What nobody has judged is trusted.
    object_ids = new["object_id"].to_pandas()
    by_row = object_ids.map(factors).fillna(1.0)
    values: Values = by_row.to_numpy(np.float64)
    return values


def weighed(rows: pa.Table, factors: Values) -> pa.Table:
    """The rows with their weights times (n,) factors."""
    weights = rows["weight"].to_numpy() * factors
    return with_column(rows, "weight", weights)


def _earlier(state: State, new: pa.Table) -> pa.Table:
    """The rows of earlier rounds; an object that comes again counts as it comes now."""
    new_ids = new["object_id"].combine_chunks()
    comes_again = pc.is_in(state.learned["object_id"], new_ids)
    stays = pc.invert(comes_again)
    return state.learned.filter(stays)
