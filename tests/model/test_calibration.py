"""Fitting a model's confidence, on answers whose truth is known by how they were made."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from curate.records import Box
from model.calibration import (
    AnswerCounts,
    best_temperature,
    brier,
    count_by_size,
    expected_iou_knots,
    fit_confidence,
    isotonic,
    pixel_shares,
)
from model.confidence import soften

SMALL = Box(2, 2, 12, 12)
LARGE = Box(0, 0, 200, 200)


def sure_answer(
    rng: np.random.Generator, temperature: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Probabilities that come true once they are softened by a temperature, and what came."""
    true = rng.uniform(0.01, 0.99, (80, 80)).astype(np.float32)
    mask = rng.random(true.shape) < true
    return soften(true, 1 / temperature), mask


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_that_was_taken_away_is_found(temperature: float) -> None:
    answer, mask = sure_answer(np.random.default_rng(0), temperature)
    pixels = pixel_shares(answer, mask)
    assert best_temperature(pixels) == pytest.approx(temperature, rel=0.06)


def test_the_brier_score_is_that_of_the_px() -> None:
    answer, mask = sure_answer(np.random.default_rng(1), 2.0)
    plain = ((soften(answer, 1.5) - mask) ** 2).mean()
    assert brier(pixel_shares(answer, mask), 1.5) == pytest.approx(plain, abs=1e-3)


numbers = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(numbers)
def test_isotonic_never_falls_and_keeps_the_mean(values: list[float]) -> None:
    found = isotonic(np.array(values), np.ones(len(values)))
    assert (np.diff(found) >= -1e-12).all()
    assert found.mean() == pytest.approx(np.mean(values))


@given(numbers)
def test_isotonic_is_the_one_of_scikit_learn(values: list[float]) -> None:
    sklearn = pytest.importorskip("sklearn.isotonic")
    theirs = sklearn.IsotonicRegression().fit_transform(
        np.arange(len(values)), np.array(values)
    )
    ours = isotonic(np.array(values), np.ones(len(values)))
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_knots_are_means_of_twenty_or_more() -> None:
    overlaps = np.linspace(0, 1, 65)
    x, y = expected_iou_knots(overlaps, overlaps**2)
    assert len(x) == 3
    assert x[0] == pytest.approx(overlaps[:22].mean())
    assert (np.diff(y) > 0).all()


def test_few_objects_of_a_size_are_fitted_with_all() -> None:
    rng = np.random.default_rng(2)
    answers = []
    for number in range(50):
        answer, mask = sure_answer(rng, 2.0)
        answers.append((answer, mask, SMALL if number < 45 else LARGE))
    counts = count_by_size(answers)
    confidence = fit_confidence(counts)
    objects = {size: each.objects for size, each in confidence.by_size.items()}
    assert objects == {"small": 45, "medium": 0, "large": 5}
    assert confidence.by_size["large"].iou == confidence.by_size["medium"].iou
    assert confidence.by_size["small"].iou != confidence.by_size["medium"].iou


def test_counts_add_up() -> None:
    answer, mask = sure_answer(np.random.default_rng(3), 1.0)
    one, two = AnswerCounts(), AnswerCounts()
    one.add(answer, mask)
    two.add(answer, ~mask)
    both = one.together(two)
    assert both.pixels.sum() == pytest.approx(2)
    assert len(both.ious) == len(both.self_overlaps) == 2
