"""Answers that become rectangles, beside plain definitions of their signs."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.colour import colour_evidence
from model.rectangles import OWN_SIGNS, Rectangles

DRAWN = torch.tensor([[10.0, 20.0, 70.0, 60.0]])
NO_OVERVIEW = torch.zeros(1, 0)


def an_answer(height: int = 80, width: int = 90) -> torch.Tensor:
    """A blob from (14, 23) to before (64, 57), with one cut corner, sure inside."""
    answer = torch.full((1, height, width), 0.1)
    answer[0, 23:57, 14:64] = 0.9
    answer[0, 23:33, 14:24] = 0.3
    return answer


def noise(height: int = 80, width: int = 90) -> torch.Tensor:
    rng = torch.Generator().manual_seed(0)
    return torch.randint(
        0, 255, (1, 3, height, width), dtype=torch.uint8, generator=rng
    )


def rectangle_of(rectangles: Rectangles, answer: torch.Tensor) -> torch.Tensor:
    _, rectangle = rectangles.signs_and_rectangle(answer, noise(), DRAWN, NO_OVERVIEW)
    return rectangle


def mean_at_end(line: NDArray[np.float32]) -> float:
    end = max(1, len(line) // 6)
    return float(min(line[:end].mean(), line[-end:].mean()))


def plain_signs(
    answer: NDArray[np.float32],
    grey: NDArray[np.float32],
    evidence: NDArray[np.float32],
) -> list[float]:
    """The five signs of a mask whose box is known, one after the other."""
    x0, y0, x1, y1 = 14, 23, 64, 57
    inside = answer[y0:y1, x0:x1]
    mask = inside >= 0.5
    height, width = mask.shape
    a, b = height // 8, width // 8
    its_evidence = evidence[y0:y1, x0:x1]
    corners = [
        its_evidence[rows, columns]
        for rows in (slice(a), slice(-a, None))
        for columns in (slice(b), slice(-b, None))
    ]
    middle = its_evidence[8:26, 12:38]  # of 34 rows and 50 columns
    a, b = max(1, height // 24), max(1, width // 24)
    touched = [
        mask[:, :b].any(1).mean(),
        mask[:, -b:].any(1).mean(),
        mask[:a].any(0).mean(),
        mask[-a:].any(0).mean(),
    ]
    down = np.abs(np.diff(grey, axis=0, append=grey[-1:]))
    across = np.abs(np.diff(grey, axis=1, append=grey[:, -1:]))
    usual = (down.mean() + across.mean()) / 2 + 1e-3
    edges = [
        mean_at_end(down[y - 2 : y + 2, x0:x1].max(axis=0)) / usual for y in (y0, y1)
    ]
    edges += [
        mean_at_end(across[y0:y1, x - 2 : x + 2].max(axis=1)) / usual for x in (x0, x1)
    ]
    return [
        float(mask.mean()),
        float(np.mean([corner.mean() for corner in corners]) - middle.mean()),
        float(min(touched)),
        float(np.log1p(edges).mean()),
        height * width / (60 * 40),
    ]


def test_signs_are_as_defined() -> None:
    overview = torch.tensor([[3.0, 4.0]])
    signs, _ = Rectangles(2).signs_and_rectangle(an_answer(), noise(), DRAWN, overview)
    grey = noise().float().mean(1)[0].numpy()
    in_box = torch.zeros(1, 80, 90)
    in_box[:, 23:57, 14:64] = 1
    evidence = colour_evidence(noise(), in_box)[0].numpy()
    expected = [3.0, 4.0, *plain_signs(an_answer()[0].numpy(), grey, evidence)]
    assert signs[0].tolist() == pytest.approx(expected, abs=1e-4)


def test_a_rectangle_lies_between_the_answer_and_the_drawn_box_without_slack() -> None:
    rectangles = Rectangles(0)
    rectangles.slack.fill_(0.05)
    rectangle = rectangle_of(rectangles, an_answer())[0]
    rows, columns = np.nonzero(rectangle.numpy())
    # Tight, the drawn box would be 13 to 67 and 22 to 58.
    assert (columns.min(), columns.max() + 1) == (13, 66)
    assert (rows.min(), rows.max() + 1) == (22, 58)
    assert rectangle.sum() == (66 - 13) * (58 - 22)

    # An empty answer has no box, so the drawn one counts in its place.
    empty = torch.full((1, 80, 90), 0.2)
    rectangle = rectangle_of(rectangles, empty)[0]
    assert rectangle.sum() == (68 - 12) * (59 - 21)


def test_an_answer_becomes_a_rectangle_by_how_sure_it_is() -> None:
    rectangles = Rectangles(0)
    unfitted = rectangles(an_answer(), noise(), DRAWN, NO_OVERVIEW)
    assert torch.allclose(unfitted, an_answer(), atol=1e-6)

    rectangle = rectangle_of(rectangles, an_answer())
    rectangles.bias.fill_(np.log(3))  # sure by three quarters
    answer = rectangles(an_answer(), noise(), DRAWN, NO_OVERVIEW)
    assert torch.allclose(answer, 0.25 * an_answer() + 0.75 * rectangle, atol=1e-5)


def test_answers_in_a_batch_do_not_see_each_other() -> None:
    rectangles = Rectangles(0)
    rectangles.sign_weights.copy_(torch.linspace(-1, 1, OWN_SIGNS))
    rectangles.bias.zero_()
    other = an_answer().flip(1)
    together = rectangles(
        torch.cat((an_answer(), other)),
        noise().repeat(2, 1, 1, 1),
        DRAWN.repeat(2, 1),
        NO_OVERVIEW.repeat(2, 1),
    )
    for row, answer in enumerate((an_answer(), other)):
        alone = rectangles(answer, noise(), DRAWN, NO_OVERVIEW)
        assert torch.allclose(together[row], alone[0], atol=1e-6)
