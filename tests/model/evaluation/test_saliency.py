"""F, E, S, weighted F and the correction effort against pysodmetrics."""

import cv2
import numpy as np
import py_sod_metrics as published
import pytest
from numpy.typing import NDArray

from model.evaluation.comparison import Comparison, Place, Truth
from model.evaluation.correction_effort import correction_effort
from model.evaluation.saliency import e_curve, f_curve, structure
from model.evaluation.weighted_f import weighted_f

CASES = 120


def compared(answer: NDArray, true: NDArray) -> Comparison:
    height, width = true.shape
    return Comparison(answer, Truth(true, Place((False,) * 4, height, width)))


def blobs(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Smooth noise around 0."""
    smoothness = float(rng.choice([0.5, 1, 2, 4, 8]))
    noise = cv2.GaussianBlur(rng.normal(size=(height, width)), (0, 0), smoothness)
    return noise / np.abs(noise).max() + 0.3 * rng.normal()


def cases() -> list[tuple[NDArray, NDArray]]:
    """Answers and true masks of many sizes; some of them empty, full, sharp or perfect."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(CASES):
        height, width = rng.integers(2, 70, 2)
        true = blobs(rng, height, width) > 0
        steepness = rng.choice([2.0, 10.0, 100.0])
        answer = 1 / (1 + np.exp(-steepness * blobs(rng, height, width)))
        answer = answer.astype(np.float32)
        if number % 8 == 0:
            true[:] = False
        if number % 8 == 1:
            true[:] = True
        if number % 8 == 2:
            answer = answer >= 0.5
        if number % 8 == 3:
            answer[:] = 0
        if number % 8 == 4:
            answer[:] = 1
        if number % 8 == 5:
            answer = true.copy()
        found.append((answer, true))
    return found


@pytest.fixture(scope="module")
def examples() -> list[tuple[NDArray, NDArray]]:
    return cases()


def published_result(metric: object, answer: NDArray, true: NDArray) -> dict:
    """What pysodmetrics says of probabilities that are not stretched."""
    metric.step(answer.astype(np.float32), true, normalize=False)  # type: ignore[attr-defined]
    return metric.get_results()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.filterwarnings("ignore:This class will be removed")
def test_f_is_the_published_one(examples: list[tuple[NDArray, NDArray]]) -> None:
    for answer, true in examples:
        expected = published_result(published.Fmeasure(), answer, true)["fm"]["curve"]
        found = f_curve(compared(answer, true))
        assert found == pytest.approx(expected, abs=1e-6)


def test_e_is_the_published_one(examples: list[tuple[NDArray, NDArray]]) -> None:
    for answer, true in examples:
        expected = published_result(published.Emeasure(), answer, true)["em"]["curve"]
        found = e_curve(compared(answer, true))
        assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_s_is_the_published_one(examples: list[tuple[NDArray, NDArray]]) -> None:
    for answer, true in examples:
        expected = published_result(published.Smeasure(), answer, true)["sm"]
        if np.isnan(expected):  # a quadrant without px, which theirs averages
            continue
        assert structure(compared(answer, true)) == pytest.approx(expected, abs=1e-6)


def test_weighted_f_is_the_published_one(
    examples: list[tuple[NDArray, NDArray]],
) -> None:
    for answer, true in examples:
        expected = published_result(published.WeightedFmeasure(), answer, true)["wfm"]
        assert weighted_f(compared(answer, true)) == pytest.approx(expected, abs=1e-6)


def test_the_correction_effort_is_the_published_one(
    examples: list[tuple[NDArray, NDArray]],
) -> None:
    for answer, true in examples:
        # Theirs takes probabilities above .5 for the mask, ours from .5 on.
        mask = answer >= 0.5
        reference = published.HumanCorrectionEffortMeasure()
        expected = published_result(reference, mask, true)["hce"]
        assert correction_effort(compared(mask, true)) == expected


def test_a_quadrant_without_px_counts_nothing() -> None:
    true = np.zeros((6, 8), np.bool_)
    true[:, -1] = True
    assert structure(compared(true.copy(), true)) == pytest.approx(1)
