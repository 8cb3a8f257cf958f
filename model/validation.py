"""How good the model is while it learns: IoU by domain, on a fixed selection of the val split."""

import numpy as np
from numpy.typing import NDArray

from curate.shards.reader import Shards
from model.box_network import BoxNetwork
from model.evaluation.comparison import as_mask, overlap
from model.predict import sample_probabilities

_TOGETHER = 64  # windows in memory


def validation_rows(shards: Shards, pixels: int) -> NDArray[np.int64]:
    """The rows to validate on, until their windows hold so many pixels; at least one per domain.

    Domains take turns, and each gives its objects in the order of their ids.
    """
    domains = shards.table["domain"].to_pylist()
    object_ids = shards.table["object_id"].to_numpy(zero_copy_only=False)

    rows_of_domain: dict[str, int] = {}
    turns = []
    for row in np.argsort(object_ids).tolist():
        domain = domains[row]
        turn = rows_of_domain.get(domain, 0)
        turns.append((turn, domain, row))
        rows_of_domain[domain] = turn + 1
    turns.sort()
    rows = np.array([row for _, _, row in turns], np.int64)

    sides = shards.windows[:, 2:] - shards.windows[:, :2]
    areas = sides.prod(axis=1, dtype=np.int64)
    pixels_up_to = np.cumsum(areas[rows])
    affordable = int(np.searchsorted(pixels_up_to, pixels))
    number = max(affordable, len(rows_of_domain))
    return rows[:number]


def validate(
    model: BoxNetwork, shards: Shards, rows: NDArray[np.int64]
) -> dict[str, float]:
    """Mean IoU by domain, on the stored windows of some rows. A mask is probability ≥ 0.5."""
    model.eval()
    found: dict[str, list[float]] = {}
    for first in range(0, len(rows), _TOGETHER):
        some = rows[first : first + _TOGETHER]
        samples = [shards.sample(row) for row in some.tolist()]
        answers = sample_probabilities(model, samples)
        for sample, answer in zip(samples, answers, strict=True):
            shared = overlap(as_mask(answer), sample.mask)
            of_domain = found.setdefault(sample.domain, [])
            of_domain.append(shared.iou)

    by_domain = {}
    for domain in sorted(found):
        by_domain[domain] = float(np.mean(found[domain]))
    return by_domain
