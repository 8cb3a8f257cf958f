"""How good the model is while it learns: IoU on a fixed part of the validation split, by domain."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from curate.shards.reader import Shards
from model.box_network import BoxNetwork
from model.evaluation.metrics import pixel_scores
from model.predict import probabilities

_TOGETHER = 64  # windows in memory


def validation_rows(shards: Shards, pixels: int) -> NDArray[np.int64]:
    """Rows to validate on: in turn one of each domain, by object id, until their windows hold so many pixels.

    At least one row of each domain.
    """
    domains = shards.table["domain"].to_pylist()
    ranks: dict[str, int] = defaultdict(int)
    keys = []
    for row in np.argsort(shards.table["object_id"].to_numpy(zero_copy_only=False)).tolist():
        keys.append((ranks[domains[row]], domains[row], row))
        ranks[domains[row]] += 1
    rows = np.array([row for *_, row in sorted(keys)], np.int64)
    sides = (shards.windows[:, 2:] - shards.windows[:, :2]).astype(np.int64)
    spent = np.cumsum(sides.prod(axis=1)[rows])
    return rows[: max(len(ranks), int(np.searchsorted(spent, pixels)))]


def validate(model: BoxNetwork, shards: Shards, rows: NDArray[np.int64]) -> dict[str, float]:
    """Mean IoU by domain of the stored windows, the mask being probability ≥ 0.5."""
    model.eval()
    found = defaultdict(list)
    for first in range(0, len(rows), _TOGETHER):
        samples = [shards.sample(row) for row in rows[first : first + _TOGETHER].tolist()]
        answers = probabilities(
            model, [sample.image for sample in samples], [sample.drawn for sample in samples]
        )
        for sample, answer in zip(samples, answers, strict=True):
            iou, _, _ = pixel_scores(answer >= 0.5, sample.mask)
            found[sample.domain].append(iou)
    return {domain: float(np.mean(each)) for domain, each in sorted(found.items())}


def mean_over_domains(by_domain: dict[str, float]) -> float:
    """Each domain counts alike, however many objects it has."""
    return float(np.mean(list(by_domain.values()))) if by_domain else 0.0
