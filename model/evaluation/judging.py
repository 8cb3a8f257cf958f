"""Scores of all methods on the test objects: each answers the same windows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from curate.shards.reader import Sample, Shards
from curate.storage import digest
from model.box_network import BoxNetwork
from model.evaluation.baselines import rectangle
from model.evaluation.comparison import Place, Truth
from model.evaluation.methods import METHODS
from model.evaluation.metrics import Scores, score
from model.pace import Every
from model.predict import Probabilities, sample_probabilities
from model.prior import mixed_prior, prior_logits

_TOGETHER = 64  # windows in memory, at most
_PIXELS = 16_000_000  # of all windows in memory, unless one alone has more
_LOG_SECONDS = 20.0

Answers = Callable[[Sequence[Sample]], list[Probabilities]]
"""A trained method: gives the probabilities of each sample's window."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What judging found."""

    scores: dict[str, Scores]
    """Scores by method, in the order of `METHODS`."""

    truths: list[str]
    """What identifies each object's true mask and drawn box."""

    failures: dict[str, int]
    """By baseline: for how many objects it failed, so that the drawn box stands in."""


@dataclass(frozen=True, slots=True)
class _BaselineScores:
    """Scores of all baselines on one object."""

    scores: dict[str, NDArray[np.float64]]
    failed: list[str]


def trained_methods(networks: Mapping[str, BoxNetwork]) -> dict[str, Answers]:
    """The methods that need a trained model, by name.

    `networks`: `model`, and any others by the name of their method.
    """
    methods: dict[str, Answers] = {}
    for name, network in networks.items():
        methods[name] = partial(sample_probabilities, network)
    methods["prior"] = partial(_prior_answers, networks["model"])
    return methods


def judge(
    shards: Shards,
    trained: Mapping[str, Answers],
    threads: int,
    log: Callable[[str], None],
) -> Judgement:
    """Score all baselines and the trained methods on all rows of the shards.

    A window is decoded once for all of them. The baselines run on threads while the networks run:
    nearly all their time is OpenCV's, which lets other threads run. The number of threads changes
    no score.
    """
    found: dict[str, list[Scores]] = {}
    identities: list[str] = []
    failures: dict[str, int] = {}
    for name, method in METHODS.items():
        if not method.needs_model:
            found[name] = []
            failures[name] = 0
        elif name in trained:
            found[name] = []

    to_log = Every(_LOG_SECONDS)
    with ThreadPoolExecutor(threads) as pool:
        for batch in batches(shards):
            samples = [shards.sample(row) for row in batch]
            truths = [_truth(sample) for sample in samples]
            identities += [_identity(sample) for sample in samples]
            baseline_scores = pool.map(_baseline_scores, samples, truths)
            for name, answers in trained.items():
                rows = pool.map(score, answers(samples), truths)
                found[name].append(np.stack(list(rows)))

            for baselines in baseline_scores:
                for name, scores in baselines.scores.items():
                    found[name].append(scores[None])
                for name in baselines.failed:
                    failures[name] += 1
            if to_log.is_due():
                log(f"evaluate: {batch.stop:,} of {len(shards):,} objects")

    _log_failures(failures, log)
    scores_by_method = {name: np.concatenate(each) for name, each in found.items()}
    return Judgement(scores_by_method, identities, failures)


def _log_failures(failures: Mapping[str, int], log: Callable[[str], None]) -> None:
    for name, count in failures.items():
        if count:
            title = METHODS[name].title
            log(
                f"evaluate: {title} failed on {count:,} objects; the drawn box stands in there"
            )


def batches(shards: Shards) -> Iterator[range]:
    """All rows in order, as many at a time as may lie in memory together."""
    sides = shards.windows[:, 2:] - shards.windows[:, :2]
    areas = sides.prod(axis=1, dtype=np.int64)

    first = 0
    pixels = 0
    for row, area in enumerate(areas.tolist()):
        is_full = row - first == _TOGETHER or pixels + area > _PIXELS
        if row > first and is_full:
            yield range(first, row)
            first = row
            pixels = 0
        pixels += area
    yield range(first, len(areas))


def _prior_answers(model: BoxNetwork, samples: Sequence[Sample]) -> list[Probabilities]:
    """The usual shapes as often as each comes, without a look at any pixel."""
    prior = mixed_prior(model.priors, model.shares[None]).cpu()
    answers = []
    for sample in samples:
        drawn = torch.tensor([sample.drawn], dtype=torch.float32)
        height, width = sample.mask.shape
        logits = prior_logits(prior, drawn, height, width)
        answers.append(torch.sigmoid(logits)[0, 0].numpy())
    return answers


def _truth(sample: Sample) -> Truth:
    """The true mask of a sample."""
    place = Place(sample.at_edge, sample.image_height, sample.image_width)
    return Truth(sample.mask, place)


def _identity(sample: Sample) -> str:
    """A digest of what was asked, and of the right answer: the same question has the same."""
    height, width = sample.mask.shape
    question = [height, width, *sample.drawn]
    return digest(question, np.packbits(sample.mask).tobytes())[:16]


def _baseline_scores(sample: Sample, truth: Truth) -> _BaselineScores:
    """Scores of all baselines on a sample."""
    scores = {}
    failed = []
    for name, method in METHODS.items():
        if method.baseline is None:
            continue
        mask = method.baseline(sample.image, sample.drawn)
        if mask is None:
            failed.append(name)
            mask = rectangle(sample.image, sample.drawn)
        scores[name] = score(mask, truth)
    return _BaselineScores(scores, failed)
