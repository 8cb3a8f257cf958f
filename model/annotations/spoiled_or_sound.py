"""From an annotation's signs to its quality: a regression on spoiled copies of sound masks.

The chance that an annotation is sound, or wrong in each of the ways of `Spoiling`, is a softmax of
weighted sums of its signs and their squares: 2 × signs + 1 weights for each class. They are fitted
to a build's own masks and spoiled copies of some of them, so nobody has to label anything, and what
is usual in a build is not taken for wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SOUND = "sound"

EXPECTED_SPOILED = 0.05
"""Share of wrong annotations that qualities are stated for, all ways alike."""

_MOST_DEVIATIONS = 4.0  # signs further out count as if they were here
_SHRINKAGE = 0.002  # of the weights, beside the mean loss
_LEAST_SCALE = 1e-9  # for a sign that is the same of all masks
_STEPS = 200

Signs = NDArray[np.float64]
"""(n, signs)"""


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """What tells wrong annotations from sound ones."""

    classes: tuple[str, ...]
    """`SOUND`, and the ways of `Spoiling` that were fitted."""

    middle: NDArray[np.float64]
    scale: NDArray[np.float64]
    """(signs,) mean and standard deviation of each sign."""

    weights: NDArray[np.float64]
    """(2 × signs + 1, classes)"""

    def chances(self, signs: Signs) -> NDArray[np.float64]:
        """(n, classes) how likely each class is, if so many are wrong as is expected.

        It was fitted as if all classes were equally frequent.
        """
        number = len(self.classes)
        each_way = EXPECTED_SPOILED / (number - 1)
        priors = np.full(number, each_way)
        priors[0] = 1 - EXPECTED_SPOILED

        inputs = _inputs(signs, self.middle, self.scale)
        logits = inputs @ self.weights
        logits += np.log(priors)

        # A softmax; without the largest logit nothing becomes infinite.
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        total = odds.sum(axis=1, keepdims=True)
        chances: NDArray[np.float64] = odds / total
        return chances


def fit(signs: Signs, labels: Sequence[str]) -> Regression:
    """The regression for signs of n masks and what each mask is: `SOUND`, or a way of `Spoiling`.

    Each class counts alike. There are masks of two classes or more.
    """
    ways = set(labels) - {SOUND}
    classes = (SOUND, *sorted(ways))
    targets = np.array([classes.index(label) for label in labels])
    middle = signs.mean(axis=0)
    scale = signs.std(axis=0) + _LEAST_SCALE
    inputs = torch.from_numpy(_inputs(signs, middle, scale))

    # (n,) how much each mask counts: all masks of a class together as much as another class.
    counts = np.bincount(targets, minlength=len(classes))
    masks_of_class = counts[targets]
    share = torch.from_numpy(1 / (len(classes) * masks_of_class))

    chosen = torch.from_numpy(targets)
    weights = torch.zeros(
        (inputs.shape[1], len(classes)),
        dtype=torch.float64,
        requires_grad=True,
    )
    optimiser = torch.optim.LBFGS(
        [weights],
        max_iter=_STEPS,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        each = torch.nn.functional.cross_entropy(
            inputs @ weights,
            chosen,
            reduction="none",
        )
        # The last row is the intercept, which is not shrunk.
        squares = weights[:-1] ** 2
        total = (each * share).sum() + _SHRINKAGE * squares.sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return Regression(classes, middle, scale, weights.detach().numpy())


def _inputs(
    signs: Signs, middle: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 2 × signs + 1) signs in deviations, their squares, and 1."""
    deviations = (signs - middle) / scale
    clipped = np.clip(deviations, -_MOST_DEVIATIONS, _MOST_DEVIATIONS)
    ones = np.ones((len(signs), 1))
    return np.concatenate([clipped, clipped**2, ones], axis=1)


def rank_area(quality: NDArray[np.float64], is_spoiled: NDArray[np.bool_]) -> float:
    """AUROC: how often a spoiled mask has a lower quality than a sound one; ties count half."""
    # Equal qualities are one group, and each of its members has the group's mean rank.
    _, group, counts = np.unique(quality, return_inverse=True, return_counts=True)
    last_rank = np.cumsum(counts)
    mean_rank = last_rank - (counts - 1) / 2

    # Mann and Whitney's U: the ranks of the sound ones, less those that they have among
    # themselves, count the pairs in which the sound one is better.
    spoiled = int(np.count_nonzero(is_spoiled))
    sound = len(quality) - spoiled
    ranks_of_sound = mean_rank[group][~is_spoiled].sum()
    among_themselves = sound * (sound + 1) / 2
    better_pairs = ranks_of_sound - among_themselves
    return float(better_pairs / (sound * spoiled))
