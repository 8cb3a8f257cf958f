"""From signs to qualities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from model.annotations.spoiled_or_sound import (
    EXPECTED_SPOILED,
    SOUND,
    fit,
    rank_area,
)


def drawn(number: int, shift: float, seed: int) -> np.ndarray:
    """Signs of which the first is moved."""
    signs = np.random.default_rng(seed).normal(size=(number, 3))
    signs[:, 0] += shift
    return signs


def test_what_differs_in_a_sign_is_told_apart() -> None:
    signs = np.concatenate([drawn(400, 0, 0), drawn(60, 5, 1), drawn(60, -5, 2)])
    labels = [SOUND] * 400 + ["half"] * 60 + ["shifted"] * 60
    regression = fit(signs, labels)
    assert regression.classes == (SOUND, "half", "shifted")
    chances = regression.chances(np.array([[0, 0, 0], [5, 0, 0], [-5, 0, 0.0]]))
    assert chances.sum(axis=1) == pytest.approx(1)
    assert chances.argmax(axis=1).tolist() == [0, 1, 2]
    assert chances[0, 0] > 0.99


def test_signs_that_say_nothing_leave_the_expected_share() -> None:
    signs = drawn(600, 0, 3)
    labels = [SOUND] * 400 + ["half"] * 100 + ["shifted"] * 100
    quality = fit(signs, labels).chances(signs)[:, 0]
    assert quality.mean() == pytest.approx(1 - EXPECTED_SPOILED, abs=0.02)


def test_a_sign_far_out_is_a_number_still() -> None:
    signs = np.concatenate([drawn(100, 0, 0), drawn(100, 5, 1)])
    regression = fit(signs, [SOUND] * 100 + ["half"] * 100)
    assert regression.chances(np.array([[1e9, 0, 0]]))[0, 1] > 0.9


pairs = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40)


@given(pairs)
def test_the_rank_area_is_the_auroc(found: list[tuple[int, bool]]) -> None:
    quality = np.array([each for each, _ in found], np.float64)
    is_spoiled = np.array([spoiled for _, spoiled in found])
    if is_spoiled.all() or not is_spoiled.any():
        return
    expected = roc_auc_score(is_spoiled, -quality)
    assert rank_area(quality, is_spoiled) == pytest.approx(expected)
