"""The network with its prior, its mixing layer and its two looks."""

import numpy as np
import pytest
import torch

from model.box_network import BoxNetwork
from model.colour import colour_evidence, settle
from model.prior import Priors, mixed_prior, prior_logits
from model.rectangles import OWN_SIGNS
from model.u2net import build
from model.window_answers import probabilities
from tests.model.networks import lively, unlearned

DRAWN = torch.tensor([[10.0, 20.0, 50.0, 60.0]])


@pytest.fixture(scope="module")
def priors() -> Priors:
    return Priors(
        logits=torch.randn(8, 64, 64),
        shares=torch.softmax(torch.randn(8), 0),
    )


def noise(count: int, height: int, width: int) -> torch.Tensor:
    return torch.randint(0, 255, (count, 3, height, width), dtype=torch.uint8)


def test_before_it_has_learned_it_answers_with_the_prior_and_the_colours(
    priors: Priors,
) -> None:
    model = BoxNetwork(build("small"), priors, outside=0.5)
    pixels = noise(1, 64, 70)
    with torch.no_grad():
        learning = model.train()(pixels, DRAWN)
        answering = model.eval()(pixels, DRAWN)

    mixed = mixed_prior(priors.logits, priors.shares[None])
    prior = prior_logits(mixed, DRAWN, 64, 70)[:, 0]
    trust = torch.full((1,), float(np.log(2)))
    evidence = colour_evidence(pixels, torch.sigmoid(prior))
    assert torch.allclose(learning[:, 0], prior + trust * evidence, atol=1e-3)
    assert torch.allclose(answering[:, 0], settle(pixels, prior, trust), atol=0.01)
    for maps in (learning, answering):
        assert torch.allclose(maps[:, 1:], prior.expand(6, -1, -1)[None], atol=1e-4)


def test_the_mixing_layer_chooses_shapes_and_trust(priors: Priors) -> None:
    model = BoxNetwork(build("small"), priors).train()
    with torch.no_grad():
        model.gate.bias[2] = 50.0  # the third shape alone
        model.gate.bias[-1] = -50.0  # no trust in colours
        maps = model(noise(1, 64, 64), DRAWN)
    chosen = prior_logits(priors.logits[2:3], DRAWN, 64, 64)[:, 0]
    assert torch.allclose(maps, chosen.expand(7, -1, -1)[None], atol=1e-4)


def test_the_mixing_layer_learns() -> None:
    model = unlearned()
    lively(model.network)
    maps = model.train()(noise(2, 64, 64), DRAWN.repeat(2, 1))
    maps[:, 0].square().sum().backward()
    assert model.gate.weight.grad is not None
    assert (model.gate.weight.grad[-1] != 0).any()


def test_a_window_is_answered_alike_alone_and_in_a_batch() -> None:
    model = unlearned(outside=0.5)
    lively(model.network)
    model.eval()
    rng = np.random.default_rng(0)
    windows = []
    drawn = []
    for height, width in [(70, 90), (64, 96), (20, 30), (80, 65), (96, 96)]:
        windows.append(rng.integers(0, 255, (height, width, 3), dtype=np.uint8))
        drawn.append((3, 3, width - 4, height - 4))

    together = probabilities(model, windows, drawn)
    for window, box, answer in zip(windows, drawn, together, strict=True):
        assert answer.shape == window.shape[:2]
        (alone,) = probabilities(model, [window], [box])
        logit = np.log(answer / (1 - answer))
        logit_alone = np.log(alone / (1 - alone))
        assert np.abs(logit - logit_alone).max() < 1e-3


@pytest.mark.parametrize(("height", "width"), [(160, 224), (90, 128)])
def test_a_window_is_looked_at_twice(height: int, width: int) -> None:
    model = unlearned(outside=0.5).eval()
    pixels = noise(1, height, width)
    drawn = torch.tensor([[20.0, 15.0, width - 25.0, height - 30.0]])
    with torch.no_grad():
        # Before it has learned, both looks give the ellipse in the box: where the window has it.
        once = model(pixels, drawn)[0, 0] >= 0
        twice = model.answer(pixels, drawn)[0] >= 0.5
        assert (once & twice).sum() > 0.97 * (once | twice).sum()

        lively(model.network)
        once = torch.sigmoid(model(pixels, drawn)[:, 0])
        assert not torch.allclose(model.answer(pixels, drawn), once, atol=0.02)


@pytest.mark.parametrize(("side", "share"), [(80, 0.3), (200, 0.7)])
def test_the_look_nearer_to_learnt_sizes_counts_more(
    side: int, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = unlearned(outside=0.5).eval()
    numbers = len(model.rectangles.sign_weights) - OWN_SIGNS
    looks = iter([1.0, 0.0])

    def look(*_: object) -> tuple[torch.Tensor, torch.Tensor]:
        value = next(looks)
        return torch.full((1, side, side), value), torch.full((1, numbers), value)

    monkeypatch.setattr(model, "_look", look)
    monkeypatch.setattr(
        "model.box_network.settle", lambda _pixels, logits, _trust: logits
    )
    by_pixels, overview = model.answer_by_pixels(noise(1, side, side), DRAWN)
    assert torch.logit(by_pixels[0, 0, 0]) == pytest.approx(share, abs=1e-5)
    assert overview[0, 0] == pytest.approx(share)


def test_one_look_may_be_enough() -> None:
    model = unlearned(outside=0.5).eval()
    lively(model.network)
    model.looks = 1
    pixels = noise(1, 160, 224)  # not small, so the first look is at the window itself
    with torch.no_grad():
        once = torch.sigmoid(model(pixels, DRAWN)[:, 0])
        assert torch.equal(model.answer(pixels, DRAWN), once)
