"""The prior of the box: where it lies, its usual shapes, and how they are mixed."""

import numpy as np
import pytest
import torch

from model.prior import SHAPES, Priors, learn_priors, mixed_prior, prior_logits

Pair = tuple[np.ndarray, np.ndarray]


def alone(priors: Priors) -> torch.Tensor:
    """The prior alone, (1, CELLS, CELLS) logits."""
    return mixed_prior(priors.logits, priors.shares[None])


def test_the_prior_is_placed_where_the_box_is() -> None:
    mask = np.zeros((40, 60), np.bool_)
    mask[10:20, 20:50] = True
    box = np.array([20, 10, 50, 30], np.int32)
    prior = alone(learn_priors([(mask, box)]))

    drawn = torch.tensor([[20.0, 10.0, 50.0, 30.0]])
    logits = prior_logits(prior, drawn, 40, 60)[0, 0]
    assert logits[12:18, 22:48].min() > 4
    assert logits[22:28, 22:48].max() < -4
    assert logits[:8].max() < -4
    assert logits[:, :18].max() < -4

    scaled = prior_logits(prior, 10 * drawn, 400, 600)[0, 0]
    every_tenth = scaled[5::10, 5::10]
    assert torch.allclose(every_tenth, logits, atol=1.0)


def test_without_masks_it_is_the_ellipse() -> None:
    probability = torch.sigmoid(alone(learn_priors([])))
    in_box = probability[0, 16:48, 16:48]
    covered = (in_box >= 0.5).float().mean()
    assert float(covered) == pytest.approx(np.pi / 4, abs=0.02)


def upright_and_lying() -> list[Pair]:
    """Bars in the middle of a box, one upright for each two that lie."""
    upright = np.zeros((40, 40), np.bool_)
    upright[:, 15:25] = True
    lying = np.zeros((40, 40), np.bool_)
    lying[15:25] = True
    box = np.array([0, 0, 40, 40], np.int32)
    return [(upright, box), (lying, box), (lying, box)] * 100


def test_usual_shapes_are_told_apart_and_counted() -> None:
    priors = learn_priors(upright_and_lying())
    box = torch.sigmoid(priors.logits)[:, 16:48, 16:48]
    upright = box[:, 2, 16] > 0.5
    lying = box[:, 16, 2] > 0.5
    assert not (upright & lying).any()
    shares = priors.shares
    assert float(shares[upright].sum()) == pytest.approx(1 / 3, abs=0.03)
    assert float(shares[lying].sum()) == pytest.approx(2 / 3, abs=0.03)
    assert float(shares.sum()) == pytest.approx(1)


def test_a_mixture_is_one_of_probabilities() -> None:
    logits = torch.randn(SHAPES, 64, 64)
    shares = torch.softmax(torch.randn(2, SHAPES), 1)
    probabilities = torch.sigmoid(logits)
    expected = torch.einsum("nk,kyx->nyx", shares, probabilities)
    mixed = torch.sigmoid(mixed_prior(logits, shares))
    assert torch.allclose(mixed, expected, atol=1e-5)


def test_other_masks_join_the_shapes_that_they_are_like() -> None:
    first = learn_priors(upright_and_lying())
    only_upright = upright_and_lying()[::3]
    again = learn_priors(only_upright, first.logits)
    upright = torch.sigmoid(first.logits)[:, 18, 32] > 0.5
    assert again.shares[upright].sum() > 0.9
