"""All that answer the test boxes, the model and what it must beat, each scored on the same windows."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from curate.shards.reader import Sample, Shards
from model.box_network import BoxNetwork
from model.evaluation.baselines import ellipse, grabcut, rectangle
from model.evaluation.metrics import score
from model.predict import probabilities
from model.prior import mixed_prior, prior_logits

BASELINES = ("rectangle", "ellipse", "grabcut")
_TOGETHER = 64  # windows in memory, at most
_PIXELS = 16_000_000  # of all windows in memory, where there is more than one
_LOG_SECONDS = 20.0

Scores = NDArray[np.float64]
"""(n, metrics): one row for each object, columns as in `metrics.METRICS`."""


class Judged(NamedTuple):
    """Scores by method, and how often GrabCut fell back on the drawn box."""

    scores: dict[str, Scores]
    fallbacks: int


def judge(
    shards: Shards, networks: Mapping[str, BoxNetwork], workers: int, log: Callable[[str], None]
) -> Judged:
    """Score networks, the prior of the one named `model` and the untrained baselines on all rows.

    A window is decoded once for all of them. The baselines run on threads beside the networks: nearly all their
    time is OpenCV's, which lets other threads run. The scores do not depend on `workers`.
    """
    found: dict[str, list[Scores]] = {
        name: [] for name in (*networks, "prior", *reversed(BASELINES))
    }
    fallbacks, done, told = 0, 0, time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        for rows in batches(shards):
            samples = [shards.sample(row) for row in rows]
            waiting = [pool.submit(_baseline_scores, sample) for sample in samples]
            for name, network in networks.items():
                found[name].append(network_scores(network, samples))
            found["prior"].append(_prior_scores(networks["model"], samples))
            answers = [each.result() for each in waiting]
            for number, name in enumerate(BASELINES):
                found[name].append(np.stack([scores[number] for scores, _ in answers]))
            fallbacks += sum(not worked for _, worked in answers)
            done += len(rows)
            if time.monotonic() - told > _LOG_SECONDS:
                told = time.monotonic()
                log(f"evaluate: {done:,} of {len(shards):,} objects")
    return Judged({name: np.concatenate(each) for name, each in found.items()}, fallbacks)


def batches(shards: Shards) -> Iterator[range]:
    """All rows in order, so many at a time as may lie in memory together."""
    pixels = (shards.windows[:, 2:] - shards.windows[:, :2]).astype(np.int64).prod(axis=1)
    first, held = 0, 0
    for row, size in enumerate(pixels.tolist()):
        if row > first and (row - first == _TOGETHER or held + size > _PIXELS):
            yield range(first, row)
            first, held = row, 0
        held += size
    yield range(first, len(pixels))


def network_scores(network: BoxNetwork, samples: Sequence[Sample]) -> Scores:
    """A network's scores on some samples."""
    answers = probabilities(
        network, [sample.image for sample in samples], [sample.drawn for sample in samples]
    )
    return np.stack(
        [_score(answer, sample) for answer, sample in zip(answers, samples, strict=True)]
    )


def _prior_scores(model: BoxNetwork, samples: Sequence[Sample]) -> Scores:
    """The model's usual shapes as often as each comes, without a look at any pixel."""
    prior, found = mixed_prior(model.priors, model.shares[None]).cpu(), []
    for sample in samples:
        logits = prior_logits(
            prior, torch.tensor([sample.drawn], dtype=torch.float32), *sample.mask.shape
        )
        found.append(_score(torch.sigmoid(logits)[0, 0].numpy(), sample))
    return np.stack(found)


def _baseline_scores(sample: Sample) -> tuple[Scores, bool]:
    """Scores of `BASELINES` on a sample, (3, metrics), and whether GrabCut worked."""
    cut, worked = grabcut(sample.image, sample.drawn)
    height, width = sample.mask.shape
    masks = (rectangle(height, width, sample.drawn), ellipse(height, width, sample.drawn), cut)
    return np.stack([score(mask, sample.mask, sample.at_edge) for mask in masks]), worked


def _score(answer: NDArray[np.float32], sample: Sample) -> Scores:
    return score(answer, sample.mask, sample.at_edge)
