import numpy as np
import torch

from model.colour import _ROUNDS, _STEPS, colour_evidence, settle

TRUST = torch.ones(1)


def _square(apart: int, noise: float = 3) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """A square whose red is `apart` from what is around it, with noise; an answer that is unsure of its place."""
    chance = np.random.default_rng(0)
    mask = np.zeros((60, 80), np.bool_)
    mask[20:40, 25:60] = True
    image = chance.normal(100, noise, (60, 80, 3))
    image[mask, 0] += apart
    logits = np.full(mask.shape, -3.0, np.float32)
    logits[15:45, 20:65] = 0.4
    pixels = torch.from_numpy(image.clip(0, 255).astype(np.uint8)).permute(2, 0, 1)[None]
    return pixels, torch.from_numpy(logits)[None], mask


def test_colours_tell_the_object_from_what_is_beside_it() -> None:
    pixels, logits, mask = _square(apart=80)
    evidence = colour_evidence(pixels, torch.sigmoid(logits))[0]
    assert evidence[mask].min() > 0.5
    assert evidence[~mask].max() < -0.2
    assert np.array_equal(settle(pixels, logits, TRUST)[0].numpy() >= 0, mask)


def test_one_colour_everywhere_says_nothing_but_specks_vanish() -> None:
    pixels, _, mask = _square(apart=0, noise=0)
    logits = torch.from_numpy(np.where(mask, 2.0, -2.0).astype(np.float32))[None]
    assert colour_evidence(pixels, torch.sigmoid(logits)).abs().max() < 1e-4
    logits[0, 5, 5], logits[0, 30, 40] = 2.0, -2.0
    assert np.array_equal(settle(pixels, logits, TRUST)[0].numpy() >= 0, mask)


def test_three_pixels_by_hand() -> None:
    pixels = torch.tensor([[[[0, 0, 255]]]], dtype=torch.uint8).expand(1, 3, 1, 3)
    logits, trust = torch.tensor([[[2.0, -0.5, -1.0]]]), torch.tensor([0.5])
    squares = torch.tensor([0.0, 3 * 255.0**2])
    alike = torch.exp(-squares / (2 * squares.mean()))
    answer = logits[0, 0]
    for number in range(_ROUNDS):
        ours, theirs = torch.sigmoid(answer), torch.sigmoid(-answer)
        dark = (ours[:2].sum() / ours.sum()) / (theirs[:2].sum() / theirs.sum())
        bright = (ours[2] / ours.sum()) / (theirs[2] / theirs.sum())
        evidence = torch.log(torch.stack((dark, dark, bright)))
        if number == 0:
            assert torch.allclose(
                colour_evidence(pixels, ours[None, None])[0, 0], evidence, atol=1e-3
            )
        alone = logits[0, 0] + 0.5 * evidence
        answer = alone
        for _ in range(_STEPS):
            left, middle, right = torch.tanh(answer / 2)
            answer = alone + torch.stack(
                (alike[0] * middle, alike[0] * left + alike[1] * right, alike[1] * middle)
            )
    assert torch.allclose(settle(pixels, logits, trust)[0, 0], answer, atol=1e-3)


def test_each_window_has_its_own_colours_and_no_gradient_flows() -> None:
    pixels, logits, _ = _square(apart=80)
    other = pixels.flip(1)
    logits.requires_grad_()
    evidence = colour_evidence(
        torch.cat((pixels, other)), torch.sigmoid(torch.cat((logits, logits)))
    )
    answer = settle(torch.cat((pixels, other)), torch.cat((logits, logits)), torch.ones(2))
    for number, each in enumerate((pixels, other)):
        assert torch.allclose(
            evidence[number], colour_evidence(each, torch.sigmoid(logits))[0], atol=1e-5
        )
        assert torch.allclose(answer[number], settle(each, logits, TRUST)[0], atol=1e-4)
    assert not evidence.requires_grad
    assert not answer.requires_grad
