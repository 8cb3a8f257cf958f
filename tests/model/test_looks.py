"""The sizes at which the network looks at windows."""

import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional

from model.looks import COPY_PIXELS, SMALL_PIXELS, look_sizes, looked_at, resampled

WINDOW = np.random.default_rng(0).integers(0, 255, (60, 84, 3), dtype=np.uint8)


def as_tensor(
    window: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]",
) -> torch.Tensor:
    return torch.from_numpy(window).permute(2, 0, 1)[None]


def test_a_small_window_is_enlarged_and_another_reduced() -> None:
    small = look_sizes(100, SMALL_PIXELS // 100)
    assert small == [(150, 300), (200, 400)]
    own, (rows, columns) = look_sizes(200, 400)
    assert own == (200, 400)
    assert rows * columns == pytest.approx(COPY_PIXELS, rel=0.01)
    assert columns / rows == pytest.approx(2, rel=0.01)


def test_an_answer_to_a_window_of_320_px_costs_more_than_any_small_one() -> None:
    small, large = looked_at(np.array([SMALL_PIXELS, 352 * 352]))
    assert small < large


def test_a_window_is_reduced_by_means_and_enlarged_by_lines() -> None:
    drawn = torch.tensor([[21.0, 12.0, 63.0, 48.0]])
    reduced, its_drawn = resampled(as_tensor(WINDOW), drawn, (25, 30))
    means = cv2.resize(WINDOW, (30, 25), interpolation=cv2.INTER_AREA)
    difference = reduced.float() - as_tensor(means.astype(np.uint8)).float()
    assert difference.abs().max() <= 1  # both round
    assert torch.allclose(its_drawn, torch.tensor([[7.5, 5.0, 22.5, 20.0]]))

    enlarged, _ = resampled(as_tensor(WINDOW), drawn, (90, 168))
    lines = functional.interpolate(
        as_tensor(WINDOW).float(), (90, 168), mode="bilinear"
    )
    assert (enlarged.float() - lines).abs().max() <= 0.51


def test_a_window_at_its_own_size_is_itself() -> None:
    drawn = torch.tensor([[21.0, 12.0, 63.0, 48.0]])
    same, its_drawn = resampled(as_tensor(WINDOW), drawn, (60, 84))
    assert torch.equal(same, as_tensor(WINDOW))
    assert torch.equal(its_drawn, drawn)
