"""All that answer the test boxes, the model and what it must beat, each scored on the same windows."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from curate.reader import Sample, Shards
from model.baselines import ellipse, grabcut, rectangle
from model.metrics import METRICS, score
from model.predict import probabilities
from model.prior import BoxNetwork, prior_logits

BASELINES = ("rectangle", "ellipse", "grabcut")
_TOGETHER = 64  # windows in memory

Scores = NDArray[np.float64]
"""(n, len(METRICS)): one row for each object."""


class BaselineScores(NamedTuple):
    """Scores of `BASELINES`, (3, n, metrics), and how often GrabCut fell back on the drawn box."""

    scores: NDArray[np.float64]
    fallbacks: int


def baseline_scores(shards: Shards, rows: Sequence[int]) -> BaselineScores:
    """The untrained baselines on some rows; needs no network."""
    scores = np.empty((len(BASELINES), len(rows), len(METRICS)))
    fallbacks = 0
    for place, row in enumerate(rows):
        sample = shards.sample(row)
        cut, worked = grabcut(sample.image, sample.drawn)
        fallbacks += not worked
        height, width = sample.mask.shape
        masks = (rectangle(height, width, sample.drawn), ellipse(height, width, sample.drawn), cut)
        scores[:, place] = [score(mask, sample.mask, sample.at_edge) for mask in masks]
    return BaselineScores(scores, fallbacks)


def network_scores(model: BoxNetwork, shards: Shards) -> Scores:
    """A network on all rows."""
    found = []
    for first in range(0, len(shards), _TOGETHER):
        samples = [shards.sample(row) for row in range(first, min(first + _TOGETHER, len(shards)))]
        answers = probabilities(model, [sample.image for sample in samples], [sample.drawn for sample in samples])
        found += [_score(answer, sample) for answer, sample in zip(answers, samples, strict=True)]
    return np.stack(found)


def prior_scores(model: BoxNetwork, shards: Shards) -> Scores:
    """The model's prior alone, without a look at any pixel, on all rows."""
    found = []
    for row in range(len(shards)):
        sample = shards.sample(row)
        logits = prior_logits(model.prior, torch.tensor([sample.drawn], dtype=torch.float32), *sample.mask.shape)
        found.append(_score(torch.sigmoid(logits)[0, 0].numpy(), sample))
    return np.stack(found)


def _score(answer: NDArray[np.float32], sample: Sample) -> Scores:
    return score(answer, sample.mask, sample.at_edge)
