import numpy as np
import pytest
import torch

from model.box_network import BoxNetwork
from model.colour import colour_evidence, settle
from model.predict import probabilities
from model.prior import Priors, learn_priors, mixed_prior, prior_logits
from model.u2net import build
from tests.model.test_u2net import lively


@pytest.fixture(scope="module")
def priors() -> Priors:
    return Priors(torch.randn(8, 64, 64), torch.softmax(torch.randn(8), 0))


def test_before_it_has_learned_it_answers_with_the_prior_and_the_colours(priors: Priors) -> None:
    model = BoxNetwork(build("small"), *priors, outside=0.5)
    drawn = torch.tensor([[10.0, 20.0, 50.0, 60.0]])
    pixels = torch.randint(0, 255, (1, 3, 64, 70), dtype=torch.uint8)
    with torch.no_grad():
        learning, answering = model.train()(pixels, drawn), model.eval()(pixels, drawn)
    prior = prior_logits(mixed_prior(priors.logits, priors.shares[None]), drawn, 64, 70)[:, 0]
    trust = torch.full((1,), float(np.log(2)))
    evidence = colour_evidence(pixels, torch.sigmoid(prior))
    assert torch.allclose(learning[:, 0], prior + trust * evidence, atol=1e-3)
    assert torch.allclose(answering[:, 0], settle(pixels, prior, trust), atol=0.01)
    for maps in (learning, answering):
        assert torch.allclose(maps[:, 1:], prior.expand(6, -1, -1)[None], atol=1e-4)


def test_the_gate_chooses_shapes_and_trust(priors: Priors) -> None:
    model = BoxNetwork(build("small"), *priors).train()
    drawn = torch.tensor([[10.0, 20.0, 50.0, 60.0]])
    with torch.no_grad():
        model.gate.bias[2], model.gate.bias[-1] = 50.0, -50.0
        maps = model(torch.randint(0, 255, (1, 3, 64, 64), dtype=torch.uint8), drawn)
    chosen = prior_logits(priors.logits[2:3], drawn, 64, 64)[:, 0]
    assert torch.allclose(maps, chosen.expand(7, -1, -1)[None], atol=1e-4)


def test_the_gate_learns() -> None:
    model = BoxNetwork(lively(build("small")), *learn_priors([])).train()
    maps = model(
        torch.randint(0, 255, (2, 3, 64, 64), dtype=torch.uint8),
        torch.tensor([[10.0, 20.0, 50.0, 60.0]] * 2),
    )
    maps[:, 0].square().sum().backward()
    assert model.gate.weight.grad is not None
    assert (model.gate.weight.grad[-1] != 0).any()


def test_a_crop_is_answered_alike_alone_and_in_a_batch() -> None:
    model = BoxNetwork(lively(build("small")), *learn_priors([]), outside=0.5).eval()
    chance = np.random.default_rng(0)
    sizes = [(70, 90), (64, 96), (20, 30), (80, 65), (96, 96)]
    windows = [chance.integers(0, 255, (*size, 3), dtype=np.uint8) for size in sizes]
    drawn = [(3, 3, size[1] - 4, size[0] - 4) for size in sizes]
    together = probabilities(model, windows, drawn)
    for window, box, answer in zip(windows, drawn, together, strict=True):
        assert answer.shape == window.shape[:2]
        (alone,) = probabilities(model, [window], [box])
        logit = np.log(answer / (1 - answer)) - np.log(alone / (1 - alone))
        assert np.abs(logit).max() < 1e-4
