"""One round of the loop on rows of a build: ask, correct, learn, judge.

The model answers the drawn boxes of new images, annotators correct the answers, and a training from
the last model learns from what they submit, mixed with earlier rounds as `loop` mixes them. Test
objects, which never train, judge each model.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from upath import UPath

from benchmarks.annotation_quality import make_build, mask_of, with_masks
from benchmarks.shared.annotators import Corrected, correct, shifted
from curate.curation_settings import BalanceSettings
from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.shards.reader import Sample, Shards, open_shards
from curate.stages.balance import quality_trusts
from curate.storage import read_table
from model.annotations.judged_deliveries import judge_new_deliveries
from model.annotations.quality import judge_annotations
from model.annotations.report import DeliveryQuality
from model.checkpoint import load_checkpoint
from model.evaluation.comparison import Place, Truth, as_mask
from model.evaluation.gate import GateFindings, find_falls
from model.evaluation.intervals import Interval, interval, resampled_means
from model.evaluation.judging import batches
from model.evaluation.strata import Resampling, strata
from model.predict import sample_probabilities
from model.train import train

_RESAMPLES = 500
_LEAST_FALL = 0.01  # of IoU, as `evaluate.least_fall` has it
_NO_COPIES = 50  # the fewest; builds that judge nothing make none
_TRUST = BalanceSettings(quality_trust=1.0)

Values = NDArray[np.float64]
"""(n,) a number for each of n objects."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much a simulation does."""

    rounds: int = 5
    objects: int = 60
    """Of each domain in a round, at most."""

    test_objects: int = 2
    """Of each test image, at most."""

    steps: int = 300
    """Of the optimiser in a round."""

    batch_pixels: int = 65_536
    copies: int = 200
    """Spoiled copies, from which the judging of annotations learns."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A customer whose tool moves every mask right and down by a share of its sides."""

    customer: str
    share: float


@dataclass(frozen=True, slots=True)
class Effort:
    """What some answers cost their annotators, object by object."""

    domains: NDArray[np.str_]
    clicks: Values
    iou: Values
    edge_f: Values
    untouched: NDArray[np.bool_]


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


def shards_of(
    folder: Path, rows: pa.Table, model: Path, split: str = "train"
) -> Shards:
    """Shards of rows, as their objects are asked about."""
    folder.mkdir(parents=True)
    settings = make_build(folder, rows, str(model), _NO_COPIES)
    return open_shards(UPath(settings.build) / "shard", split)


def answers(model: Path, shards: Shards) -> Iterator[tuple[int, Sample, Mask]]:
    """What a model answers to each row of the shards."""
    network, _ = load_checkpoint(model)
    for batch in batches(shards):
        samples = [shards.sample(row) for row in batch]
        found = sample_probabilities(network, samples)
        for row, sample, answer in zip(batch, samples, found, strict=True):
            yield row, sample, as_mask(answer)


def effort_on(model: Path, shards: Shards) -> Effort:
    """What a model's answers would cost annotators on objects whose masks are true."""
    corrected = []
    for _, sample, answer in answers(model, shards):
        corrected.append(_corrected(answer, sample))
    return _effort(shards, corrected)


def submit(
    loop: Loop, name: str, model: Path, rows: pa.Table, shift: Shift | None
) -> tuple[pa.Table, Effort]:
    """The rows with the masks that annotators submit, and what it cost them."""
    shards = shards_of(loop.folder / f"{name}-asked", rows, model)
    place_of = {each: row for row, each in enumerate(rows["object_id"].to_pylist())}
    submitted: dict[int, Mask] = {}
    corrected = []
    for row, sample, answer in answers(model, shards):
        given = _corrected(answer, sample)
        corrected.append(given)
        own = place_of[sample.object_id]
        if shift is not None and sample.customer == shift.customer:
            submitted[own] = shifted(mask_of(rows, own), shift.share)
        else:
            submitted[own] = _in_image(given.mask, sample, shards, row)
    return with_masks(rows, submitted), _effort(shards, corrected)


def learn(loop: Loop, name: str, state: State, new: pa.Table) -> Path:
    """Train from the model in use on new and earlier rows; the checkpoint."""
    rows = pa.concat_tables([new, _earlier(state, new)])
    folder = loop.folder / name
    folder.mkdir()
    # Without a val split the last weights are kept: the gate judges them.
    settings = make_build(folder, rows, str(state.model), _NO_COPIES)
    (folder / "train" / "model.safetensors").unlink()
    changed = settings.train.model_copy(
        update={
            "start": str(state.model),
            "steps": loop.scale.steps,
            "batch_pixels": loop.scale.batch_pixels,
        }
    )
    settings = settings.model_copy(update={"train": changed})
    return train(settings, loop.log, new["object_id"].to_pylist())


def gate(loop: Loop, candidate: Effort, current: Effort) -> GateFindings:
    """Where the candidate is surely worse than the model in use, on the test objects."""
    table = loop.test.table
    return find_falls(
        {
            "iou": candidate.iou - current.iou,
            "edge_f_2": candidate.edge_f - current.edge_f,
        },
        list(strata(table, frozenset(table["concept"].to_pylist()))),
        Resampling(_images(loop), _RESAMPLES, seed=0),
        _LEAST_FALL,
    )


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
    _, images = np.unique(loop.test.table["image_id"].to_pylist(), return_inverse=True)
    return images


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
    rows = pa.concat_tables([new, _earlier(state, new).slice(0, len(new))])
    settings = make_build(folder, rows, str(state.model), loop.scale.copies)
    judge_annotations(settings, loop.log)
    judged = read_table(UPath(folder) / "quality" / "annotations.parquet").to_pandas()
    qualities = judged.set_index("object_id").annotation_quality
    factors = quality_trusts(qualities, _TRUST)
    by_row = new["object_id"].to_pandas().map(factors).fillna(1.0)
    values: Values = by_row.to_numpy(np.float64)
    return values


def weighed(rows: pa.Table, factors: Values) -> pa.Table:
    """The rows with their weights times (n,) factors."""
    place = rows.schema.get_field_index("weight")
    weights = rows["weight"].to_numpy() * factors
    return rows.set_column(
        place, rows.schema.field("weight"), pa.array(weights, pa.float32())
    )


def _earlier(state: State, new: pa.Table) -> pa.Table:
    """The rows of earlier rounds; an object that comes again counts as it comes now."""
    comes_again = pc.is_in(
        state.learned["object_id"], new["object_id"].combine_chunks()
    )
    return state.learned.filter(pc.invert(comes_again))


def _in_image(mask: Mask, sample: Sample, shards: Shards, row: int) -> Mask:
    """The mask of a window in its whole image."""
    crop = shards.crops[row]
    x = int(crop[0]) + sample.window.x0
    y = int(crop[1]) + sample.window.y0
    runs = masks.place(mask, x, y, sample.image_height, sample.image_width)
    return masks.decode(runs)


def _corrected(answer: Mask, sample: Sample) -> Corrected:
    """What the annotator of an object makes of an answer; whoever answers, by the same chance."""
    place = Place(sample.at_edge, sample.image_height, sample.image_width)
    chance = np.random.default_rng(int(sample.object_id[:16], 16))
    return correct(answer, Truth(sample.mask, place), chance)


def _effort(shards: Shards, corrected: list[Corrected]) -> Effort:
    return Effort(
        domains=np.array(shards.table["domain"].to_pylist()),
        clicks=np.array([each.clicks for each in corrected]),
        iou=np.array([each.iou for each in corrected]),
        edge_f=np.array([each.edge_f for each in corrected]),
        untouched=np.array([each.is_untouched for each in corrected]),
    )
