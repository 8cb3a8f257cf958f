"""How good the model is while it learns: IoU by domain, on a fixed selection of the val split.

And how sure its answers are when it has learned.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from curate.curation_settings import CropSettings
from curate.shards.reader import Shards
from curate.shards.sample import Sample
from model import ranks
from model.box_network import BoxNetwork
from model.calibration import count_by_size, fit_confidence
from model.confidence import Confidence
from model.evaluation.comparison import as_mask, overlap
from model.looks import looked_at, padded_pixels
from model.rectangle_fit import fit_rectangles
from model.window_answers import Probabilities, sample_probabilities

_TOGETHER = 64  # windows in memory
# That the network sees while rectangles, or the confidence, are fitted.
_MOST_FITTED_PIXELS = 60_000_000


def validation_rows(shards: Shards, pixels: int) -> NDArray[np.int64]:
    """The rows to validate on, until the network sees so many pixels; at least one per domain.

    Domains take turns, and each gives its objects in the order of their ids.
    """
    domains = shards.table["domain"].to_pylist()
    object_ids = shards.table["object_id"].to_numpy(zero_copy_only=False)

    # The first object of each domain, then the second of each, and so on.
    rows_of_domain: dict[str, int] = {}
    turns = []
    for row in np.argsort(object_ids).tolist():
        domain = domains[row]
        turn = rows_of_domain.get(domain, 0)
        turns.append((turn, domain, row))
        rows_of_domain[domain] = turn + 1
    turns.sort()
    rows = np.array([row for _, _, row in turns], np.int64)

    number = max(_affordable(shards, rows, pixels), len(rows_of_domain))
    return rows[:number]


def _affordable(shards: Shards, rows: NDArray[np.int64], pixels: int) -> int:
    """Of how many rows, from the first on, the network sees so many px together."""
    of_windows = padded_pixels(shards.windows[rows])
    seen = looked_at(of_windows)
    pixels_up_to = np.cumsum(seen)
    number = np.searchsorted(pixels_up_to, pixels)
    return int(number)


def validate(
    model: BoxNetwork, shards: Shards, rows: NDArray[np.int64]
) -> dict[str, float]:
    """Mean IoU by domain, on the stored windows of some rows. A mask is probability ≥ 0.5.

    Each rank answers some of the rows, and all have the result.
    """
    model.eval()
    own_rows = rows[ranks.share()]
    own: dict[int, tuple[str, float]] = {}
    for sample, answer in _answered(model, shards, own_rows):
        shared = overlap(as_mask(answer), sample.mask)
        own[sample.row] = (sample.domain, shared.iou)

    judged: dict[int, tuple[str, float]] = {}
    for of_rank in ranks.from_all(own):
        judged |= of_rank

    # In the order of the rows: a mean is the same with any number of ranks.
    ious: dict[str, list[float]] = {}
    for row in rows.tolist():
        domain, iou = judged[row]
        of_domain = ious.setdefault(domain, [])
        of_domain.append(iou)

    means = {}
    for domain in sorted(ious):
        mean = np.mean(ious[domain])
        means[domain] = float(mean)
    return means


def fit_rectangles_on_val(
    model: BoxNetwork, shards: Shards, crop: CropSettings
) -> None:
    """Fit when the model's answers become rectangles, on the stored windows of the val shards.

    Domains come as often as they are, so that rectangles do.
    """
    model.eval()
    object_ids = shards.table["object_id"].to_numpy(zero_copy_only=False)
    by_id = np.argsort(object_ids)
    number = _affordable(shards, by_id, _MOST_FITTED_PIXELS)
    samples = _samples(shards, by_id[:number])
    fit_rectangles(model, samples, crop)


def fitted_confidence(model: BoxNetwork, shards: Shards) -> Confidence:
    """How sure the model's answers are, fitted on the stored windows of the val shards.

    It is fitted on as many rows as a processor answers in a minute or two; domains take turns.
    """
    model.eval()
    rows = validation_rows(shards, _MOST_FITTED_PIXELS)
    answers = (
        (answer, sample.mask, sample.drawn)
        for sample, answer in _answered(model, shards, rows)
    )
    return fit_confidence(count_by_size(answers))


def _answered(
    model: BoxNetwork, shards: Shards, rows: NDArray[np.int64]
) -> Iterator[tuple[Sample, Probabilities]]:
    """The stored windows of some rows, each with the model's answer."""
    for first in range(0, len(rows), _TOGETHER):
        some = rows[first : first + _TOGETHER]
        samples = shards.samples(some)
        answers = sample_probabilities(model, samples)
        yield from zip(samples, answers, strict=True)


def _samples(shards: Shards, rows: NDArray[np.int64]) -> Iterator[Sample]:
    """The stored windows of some rows, few in memory."""
    for first in range(0, len(rows), _TOGETHER):
        some = rows[first : first + _TOGETHER]
        yield from shards.samples(some)
