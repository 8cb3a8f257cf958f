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
from benchmarks.shared.columns import with_column
from curate.curation_settings import BalanceSettings
from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.shards.reader import Shards, open_shards
from curate.shards.sample import Sample
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
from model.train import train
from model.window_answers import sample_probabilities

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
    """The most objects of each domain in a round."""

    test_objects: int = 2
    """The most objects of each test image."""

    steps: int = 300
    """Steps of the optimiser in a round."""

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
    object_ids = rows["object_id"].to_pylist()
    row_of = {object_id: row for row, object_id in enumerate(object_ids)}

    submitted: dict[int, Mask] = {}
    corrected = []
    for shard_row, sample, answer in answers(model, shards):
        given = _corrected(answer, sample)
        corrected.append(given)
        row = row_of[sample.object_id]
        if shift is not None and sample.customer == shift.customer:
            true = mask_of(rows, row)
            submitted[row] = shifted(true, shift.share)
        else:
            submitted[row] = _in_image(given.mask, sample, shards, shard_row)
    return with_masks(rows, submitted), _effort(shards, corrected)


def learn(loop: Loop, name: str, state: State, new: pa.Table) -> Path:
    """Train from the model in use on new and earlier rows; the checkpoint."""
    rows = pa.concat_tables([new, _earlier(state, new)])
    folder = loop.folder / name
    folder.mkdir()
    # Without a val split the last weights are kept: the gate judges them.
    settings = make_build(folder, rows, str(state.model), _NO_COPIES)
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


def _in_image(mask: Mask, sample: Sample, shards: Shards, row: int) -> Mask:
    """The mask of a window in its whole image."""
    crop_x0, crop_y0, _, _ = shards.crops[row].tolist()
    x = crop_x0 + sample.window.x0
    y = crop_y0 + sample.window.y0
    runs = masks.place(mask, x, y, sample.image_height, sample.image_width)
    return masks.decode(runs)


def _corrected(answer: Mask, sample: Sample) -> Corrected:
    """What the annotator of an object makes of an answer; whoever answers, by the same chance."""
    place = Place(sample.at_edge, sample.image_height, sample.image_width)
    truth = Truth(sample.mask, place)
    first_digits = sample.object_id[:16]
    rng = np.random.default_rng(int(first_digits, 16))
    return correct(answer, truth, rng)


def _effort(shards: Shards, corrected: list[Corrected]) -> Effort:
    return Effort(
        domains=np.array(shards.table["domain"].to_pylist()),
        clicks=np.array([each.clicks for each in corrected]),
        iou=np.array([each.iou for each in corrected]),
        edge_f=np.array([each.edge_f for each in corrected]),
        untouched=np.array([each.is_untouched for each in corrected]),
    )
