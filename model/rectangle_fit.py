"""Fitting on the val split when an answer becomes a rectangle: the weights of `Rectangles`.

A weighted logistic regression asks of each object whether the rectangle fits its mask better than
the pixels' answer does; an object counts by how much it matters. A model that begins with fitted
weights stays near them, so that few objects cannot spoil them. Only such a model learns from its
features, too: those of one data set's own kinds would mislead it on others.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from curate.curation_settings import CropSettings
from curate.shards.sample import Sample
from model.batches import pad_edges
from model.box_network import BoxNetwork
from model.large_windows import is_large
from model.rectangles import GENERAL_SIGNS, NEVER, Rectangles
from model.window_answers import padded_side

_LEAST_OBJECTS = 10
_MATTERS = 10.0  # how much an object counts, times the difference of both IoU
_MOST = 3.0  # that an object counts
_LEAST_SPREAD = 0.01  # of a sign
_STEPS = 200


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How weights are fitted."""

    missed: float
    """So many times as much does an object count whose rectangle fits better."""

    ties: float
    """How firmly weights are held where they were."""

    bias_ties: float
    uses_features: bool
    """Whether the network's features count."""


# The pictures of a first fit are the base's, and rectangles are rare among them.
_FIRST = _Recipe(missed=6.0, ties=10.0, bias_ties=0.0, uses_features=False)
_LATER = _Recipe(missed=1.0, ties=100.0, bias_ties=100.0, uses_features=True)


@dataclass(frozen=True, slots=True)
class _Examples:
    """What is known of n objects."""

    signs: Tensor
    """(n, k + OWN_SIGNS)"""

    gains: Tensor
    """(n,) IoU of the rectangle less that of the pixels' answer."""


def fit_rectangles(
    model: BoxNetwork, samples: Iterable[Sample], crop: CropSettings
) -> int:
    """Fit the model's `rectangles` on samples; gives how many counted.

    Large windows are left out: they are answered from a reduced copy. With fewer than ten objects,
    the weights stay as they are.
    """
    rectangles = model.rectangles
    rectangles.slack.fill_(usual_slack(crop))

    rows = []
    for sample in samples:
        height, width, _ = sample.image.shape
        if not is_large(height, width):
            rows.append(_example(model, sample))
    if len(rows) < _LEAST_OBJECTS:
        return 0

    signs = torch.stack([its_signs for its_signs, _ in rows])
    gains = torch.tensor([gain for _, gain in rows], device=signs.device)
    _fit(rectangles, _Examples(signs, gains))
    return len(rows)


def usual_slack(crop: CropSettings) -> float:
    """How far a drawn box reaches beyond its object on each side, as a share of the drawn side.

    >>> round(usual_slack(CropSettings(slack=(0.0, 0.08))), 3)
    0.037
    """
    low, high = crop.slack
    of_own_side = (low + high) / 2
    return of_own_side / (1 + 2 * of_own_side)


def _example(model: BoxNetwork, sample: Sample) -> tuple[Tensor, float]:
    """The signs of a sample, (k + OWN_SIGNS,), and what it gains as a rectangle."""
    height, width, _ = sample.image.shape
    padded = pad_edges(sample.image, padded_side(height), padded_side(width))
    on = model.priors.device
    pixels = torch.from_numpy(padded).permute(2, 0, 1)[None].to(on)
    drawn = torch.tensor([sample.drawn], dtype=torch.float32, device=on)

    with torch.inference_mode():
        by_pixels, overview = model.answer_by_pixels(pixels, drawn)
        signs, rectangle = model.rectangles.signs_and_rectangle(
            by_pixels, pixels, drawn, overview
        )

    mask = torch.from_numpy(sample.mask).to(on)
    own_mask = by_pixels[0, :height, :width] >= 0.5
    own_rectangle = rectangle[0, :height, :width] >= 0.5
    iou_by_pixels = _iou(own_mask, mask)
    iou_as_rectangle = _iou(own_rectangle, mask)
    # An inference tensor cannot take part in what is fitted.
    return signs[0].clone(), iou_as_rectangle - iou_by_pixels


def _iou(answer: Tensor, mask: Tensor) -> float:
    """Two masks, (H, W) bool each, of which the second is not empty."""
    shared = torch.count_nonzero(answer & mask)
    together = torch.count_nonzero(answer | mask)
    return float(shared / together)


def _fit(rectangles: Rectangles, examples: _Examples) -> None:
    """Set weights and bias to those that best tell where the rectangle gains."""
    recipe = _LATER
    if rectangles.bias == NEVER:
        recipe = _FIRST
        rectangles.bias.zero_()

    # All signs in units of their spread, so that the ties are alike for each.
    mean = examples.signs.mean(0)
    spread = examples.signs.std(0) + _LEAST_SPREAD
    signs = (examples.signs - mean) / spread
    if not recipe.uses_features:
        signs[:, :-GENERAL_SIGNS] = 0

    logits_so_far = examples.signs @ rectangles.sign_weights + rectangles.bias
    moved = _moved(signs, logits_so_far, examples.gains, recipe)
    by_sign = moved[:-1] / spread
    rectangles.sign_weights += by_sign
    rectangles.bias += moved[-1] - by_sign @ mean


def _moved(
    signs: Tensor, logits_so_far: Tensor, gains: Tensor, recipe: _Recipe
) -> Tensor:
    """What weights and bias change by, (k + OWN_SIGNS + 1,), for signs in units of their spread.

    Logistic regression with ties (ridge), by L-BFGS.
    """
    is_gain = (gains > 0).float()
    matters = (_MATTERS * gains.abs()).clamp(max=_MOST)
    counts = torch.where(gains > 0, recipe.missed * matters, matters)

    moved = signs.new_zeros(signs.shape[1] + 1, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [moved], max_iter=_STEPS, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        logits = logits_so_far + signs @ moved[:-1] + moved[-1]
        wrong = functional.binary_cross_entropy_with_logits(
            logits, is_gain, weight=counts, reduction="sum"
        )
        held = recipe.ties * moved[:-1].square().sum()
        bias_held = recipe.bias_ties * moved[-1].square()
        total: Tensor = wrong + (held + bias_held) / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return moved.detach()
