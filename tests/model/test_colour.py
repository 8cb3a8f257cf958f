"""What colours and neighbours say: on a square, and on three pixels by hand."""

import numpy as np
import torch

from model.colour import _FIRMNESS, _ROUNDS, _STEPS, colour_evidence, settle

TRUST = torch.ones(1)


def square(
    apart: int, noise: float = 3
) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """Pixels, logits of a first answer, and the mask of a square.

    The square's red is `apart` from that of its surroundings; the first answer is unsure of where
    the square ends.
    """
    rng = np.random.default_rng(0)
    mask = np.zeros((60, 80), np.bool_)
    mask[20:40, 25:60] = True
    image = rng.normal(100, noise, (60, 80, 3))
    image[mask, 0] += apart

    logits = np.full(mask.shape, -3.0, np.float32)
    logits[15:45, 20:65] = 0.4
    pixels = torch.from_numpy(image.clip(0, 255).astype(np.uint8))
    return pixels.permute(2, 0, 1)[None], torch.from_numpy(logits)[None], mask


def test_colours_tell_the_object_from_what_is_around_it() -> None:
    pixels, logits, mask = square(apart=80)
    evidence = colour_evidence(pixels, torch.sigmoid(logits))[0]
    assert evidence[mask].min() > 0.5
    assert evidence[~mask].max() < -0.2
    assert np.array_equal(settled_mask(pixels, logits), mask)


def settled_mask(pixels: torch.Tensor, logits: torch.Tensor) -> np.ndarray:
    settled = settle(pixels, logits, TRUST)
    return settled[0].numpy() >= 0


def test_one_colour_everywhere_says_nothing_but_specks_vanish() -> None:
    pixels, _, mask = square(apart=0, noise=0)
    answer = np.where(mask, np.float32(2.0), np.float32(-2.0))
    logits = torch.from_numpy(answer)[None]
    evidence = colour_evidence(pixels, torch.sigmoid(logits))
    assert evidence.abs().max() < 1e-4
    logits[0, 5, 5] = 2.0
    logits[0, 30, 40] = -2.0
    assert np.array_equal(settled_mask(pixels, logits), mask)


def test_three_pixels_by_hand() -> None:
    """Two black pixels and a white one, in a row."""
    pixels = torch.tensor([[[[0, 0, 255]]]], dtype=torch.uint8).expand(1, 3, 1, 3)
    logits = torch.tensor([[[2.0, -0.5, -1.0]]])
    trust = torch.tensor([0.5])
    squares = torch.tensor([0.0, 3 * 255.0**2])  # of the differences of neighbours
    alike = torch.exp(-squares / (2 * squares.mean()))

    first_answer = _FIRMNESS * logits[0, 0]
    answer = first_answer
    for number in range(_ROUNDS):
        inside = torch.sigmoid(answer)
        outside = torch.sigmoid(-answer)
        on_object = inside / inside.sum()
        around_it = outside / outside.sum()
        black = on_object[:2].sum() / around_it[:2].sum()
        white = on_object[2] / around_it[2]
        evidence = torch.log(torch.stack((black, black, white)))
        if number == 0:
            found = colour_evidence(pixels, inside[None, None])[0, 0]
            assert torch.allclose(found, evidence, atol=1e-3)

        by_itself = first_answer + 0.5 * evidence
        answer = by_itself
        for _ in range(_STEPS):
            left, middle, right = torch.tanh(answer / 2)
            on_left = alike[0] * middle
            on_middle = alike[0] * left + alike[1] * right
            on_right = alike[1] * middle
            answer = by_itself + torch.stack((on_left, on_middle, on_right))
    assert torch.allclose(settle(pixels, logits, trust)[0, 0], answer, atol=1e-3)


def test_each_window_has_its_own_colours_and_no_gradient_flows() -> None:
    pixels, logits, _ = square(apart=80)
    other = pixels.flip(1)
    logits.requires_grad_()
    both = torch.cat((pixels, other))
    both_logits = torch.cat((logits, logits))
    evidence = colour_evidence(both, torch.sigmoid(both_logits))
    answer = settle(both, both_logits, torch.ones(2))
    for number, each in enumerate((pixels, other)):
        evidence_alone = colour_evidence(each, torch.sigmoid(logits))[0]
        answer_alone = settle(each, logits, TRUST)[0]
        assert torch.allclose(evidence[number], evidence_alone, atol=1e-5)
        assert torch.allclose(answer[number], answer_alone, atol=1e-4)
    assert not evidence.requires_grad
    assert not answer.requires_grad
