"""Mask pictures and masks of another size than their image."""

import numpy as np
import pytest

from curate.pixels.mask_scaling import fit_mask
from curate.reasons import Refusal


def test_a_mask_of_the_images_size_stays_as_it_is() -> None:
    mask = np.eye(5, dtype=bool)
    fitted, flags = fit_mask(mask, 5, 5)
    assert fitted is mask
    assert flags == []


def test_a_mask_of_the_images_proportions_is_scaled() -> None:
    mask = np.zeros((10, 20), bool)
    mask[2:4, 6:12] = True
    larger, flags = fit_mask(mask, 30, 60)
    assert larger.sum() == 9 * mask.sum()
    assert larger[6:12, 18:36].all()
    assert flags == ["scaled_mask"]
    smaller, _ = fit_mask(larger, 10, 20)
    assert np.array_equal(smaller, mask)


def test_sizes_that_were_rounded_have_one_proportion() -> None:
    fitted, _ = fit_mask(np.ones((333, 500), bool), 667, 1000)
    assert fitted.shape == (667, 1000)


def test_other_proportions_are_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        fit_mask(np.ones((30, 60), bool), 60, 30)
    assert refusal.value.reason == "mask_size_mismatch"
