"""What simulated annotators make of a model's answers, and what that costs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.annotators import Corrected, correct, shifted
from benchmarks.shared.spoiled_builds import make_build, mask_of, with_masks
from curate.pixels import masks
from curate.pixels.masks import Mask
from curate.shards.reader import Shards, open_shards
from curate.shards.sample import Sample
from model.checkpoint import load_checkpoint
from model.evaluation.comparison import Place, Truth, as_mask
from model.evaluation.judging import batches
from model.window_answers import sample_probabilities

NO_COPIES = 50
"""The fewest spoiled copies that the settings allow; builds that judge nothing make none."""

Values = NDArray[np.float64]
"""(n,) a number for each of n objects."""


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


def shards_of(
    folder: Path, rows: pa.Table, model: Path, split: str = "train"
) -> Shards:
    """Shards of rows, as their objects are asked about."""
    folder.mkdir(parents=True)
    settings = make_build(folder, rows, str(model), NO_COPIES)
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
    folder: Path, model: Path, rows: pa.Table, shift: Shift | None
) -> tuple[pa.Table, Effort]:
    """The rows with the masks that annotators submit, and what it cost them.

    `folder`: where their build is made.
    """
    shards = shards_of(folder, rows, model)
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
