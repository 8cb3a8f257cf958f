"""Scores of all methods on the test objects: each answers the same windows."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from curate.pixels.masks import Mask
from curate.shards.reader import Shards
from curate.shards.sample import Sample
from curate.storage import digest
from model import ranks
from model.box_network import BoxNetwork
from model.evaluation.baselines import rectangle
from model.evaluation.comparison import Place, Truth
from model.evaluation.methods import METHODS
from model.evaluation.metrics import Scores, score
from model.hardware import one_thread
from model.pace import Every, time_in_words
from model.prior import mixed_prior, prior_logits
from model.window_answers import Probabilities, sample_probabilities

_TOGETHER = 64  # windows in memory, at most
_ASKED_TOGETHER = 8  # windows that a thread takes at a time
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

    Each rank judges some batches, and all have the result. A window is decoded once for all
    methods. Each thread answers and scores a few objects at a time, and works on its own: threads
    of torch that share a network wait for each other, on a busy machine for most of the time. The
    number of threads changes no score.
    """
    own: dict[int, list[Judgement]] = {}
    progress = _Progress(shards, log)
    # Each thread of the pool says for itself that torch shall not start threads of its own.
    with (
        one_thread(),
        ThreadPoolExecutor(
            threads, initializer=torch.set_num_threads, initargs=(1,)
        ) as pool,
    ):
        for batch in list(batches(shards))[ranks.share()]:
            samples = shards.samples(batch)
            parts = [
                samples[first : first + _ASKED_TOGETHER]
                for first in range(0, len(samples), _ASKED_TOGETHER)
            ]
            own[batch.start] = list(pool.map(partial(_judge_some, trained), parts))
            progress.show(batch.stop)

    judged: dict[int, list[Judgement]] = {}
    for of_rank in ranks.from_all(own):
        judged |= of_rank
    in_order = [part for first in sorted(judged) for part in judged[first]]
    judgement = _joined(in_order)
    _log_failures(judgement.failures, log)
    return judgement


def _joined(parts: Sequence[Judgement]) -> Judgement:
    """Judgements of some rows each as one of all of them."""
    truths = []
    failures: Counter[str] = Counter()
    for part in parts:
        truths += part.truths
        failures.update(part.failures)

    scores = {}
    for name in parts[0].scores:
        scores[name] = np.concatenate([part.scores[name] for part in parts])
    return Judgement(scores, truths, dict(failures))


class _Progress:
    """How far judging is, and how long the rest takes. Its cost is that of its px."""

    def __init__(self, shards: Shards, log: Callable[[str], None]) -> None:
        self._done = np.concatenate(([0], _window_areas(shards).cumsum()))
        self._log = log
        self._due = Every(_LOG_SECONDS)
        self._began = time.monotonic()

    def show(self, objects: int) -> None:
        """Log a line if one is due. `objects`: judged so far."""
        total = len(self._done) - 1
        if objects == total or not self._due.is_due():
            return
        seconds = time.monotonic() - self._began
        share = self._done[objects] / self._done[-1]
        left = seconds * (1 - share) / share
        self._log(
            f"evaluate: {objects:,} of {total:,} objects, {time_in_words(left)} left"
        )


def _log_failures(failures: Mapping[str, int], log: Callable[[str], None]) -> None:
    for name, count in failures.items():
        if count:
            title = METHODS[name].title
            log(
                f"evaluate: {title} failed on {count:,} objects; the drawn box stands in there"
            )


def batches(shards: Shards) -> Iterator[range]:
    """All rows in order, as many at a time as may lie in memory together."""
    areas = _window_areas(shards)
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


def _window_areas(shards: Shards) -> NDArray[np.int64]:
    """(n,) px of each object's window."""
    sides = shards.windows[:, 2:] - shards.windows[:, :2]
    areas: NDArray[np.int64] = sides.prod(axis=1, dtype=np.int64)
    return areas


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


def _judge_some(trained: Mapping[str, Answers], samples: list[Sample]) -> Judgement:
    """What all methods answer to some samples."""
    truths = [_truth(sample) for sample in samples]
    answers: dict[str, list[Probabilities] | list[Mask]] = {}
    failures = {}
    for name, method in METHODS.items():
        if method.baseline is not None:
            masks = [method.baseline(each.image, each.drawn) for each in samples]
            failures[name] = sum(mask is None for mask in masks)
            answers[name] = _with_boxes(masks, samples)
        elif name in trained:
            answers[name] = trained[name](samples)

    scores = {}
    for name, given in answers.items():
        rows = [score(given[place], truth) for place, truth in enumerate(truths)]
        scores[name] = np.stack(rows)
    return Judgement(scores, [_identity(sample) for sample in samples], failures)


def _with_boxes(masks: list[Mask | None], samples: list[Sample]) -> list[Mask]:
    """The answers of a baseline, with the drawn box in the place of those that failed."""
    answers = []
    for mask, sample in zip(masks, samples, strict=True):
        if mask is None:
            mask = rectangle(sample.image, sample.drawn)
        answers.append(mask)
    return answers
