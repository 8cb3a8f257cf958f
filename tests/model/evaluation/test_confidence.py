"""What evaluation says of how well the model knows its answers."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curate.settings import Settings
from curate.shards.reader import open_shards
from model.calibration import pixel_shares
from model.evaluation.confidence import (
    WatchedModel,
    calibration_error,
    iou_bins,
    probability_bins,
    risks,
)
from tests.model.test_confidence import CONFIDENCE


def test_risks_are_means_of_the_surest_answers() -> None:
    confidence = np.array([0.2, 0.9, 0.5])
    risk = np.array([0.6, 0.0, 0.3])
    assert risks(confidence, risk) == pytest.approx([0.0, 0.15, 0.3])


def test_answers_of_one_confidence_share_their_risk() -> None:
    risk = np.array([0.0, 1.0, 0.5, 0.1])
    same = risks(np.zeros(4), risk)
    assert same == pytest.approx([0.4] * 4)
    shuffled = risks(np.array([1, 0, 0, 1.0]), risk[[0, 1, 2, 3]])
    assert shuffled == pytest.approx([0.05, 0.05, 0.85 / 3, 0.4])


def test_no_ranking_is_better_than_that_by_the_risk() -> None:
    rng = np.random.default_rng(0)
    risk = rng.random(200)
    perfect = risks(-risk, risk).mean()
    assert perfect < risks(rng.random(200), risk).mean() < risks(risk, risk).mean()


def test_bins_of_answers_hold_as_many_each() -> None:
    expected = np.linspace(0, 1, 100)
    bins = iou_bins(expected, expected - 0.1)
    assert [each.share for each in bins] == [0.1] * 10
    assert calibration_error(bins) == pytest.approx(0.1)
    assert len(iou_bins(expected[:3], expected[:3])) == 3


def test_probabilities_that_come_true_have_no_error() -> None:
    rng = np.random.default_rng(1)
    probability = rng.random((300, 300)).astype(np.float32)
    pixels = pixel_shares(probability, rng.random((300, 300)) < probability)
    bins = probability_bins(pixels, 1.0)
    assert sum(each.share for each in bins) == pytest.approx(1)
    assert (
        calibration_error(bins)
        < 0.01
        < calibration_error(probability_bins(pixels, 2.0))
    )


@pytest.mark.parametrize("confidence", [None, CONFIDENCE])
def test_a_watched_model_answers_as_ever_and_is_reported(
    build_folder: Callable[..., Settings], confidence: object
) -> None:
    settings = build_folder({}, {"test": 6})
    shards = open_shards(Path(settings.build) / "shard", "test")
    samples = [shards.sample(row) for row in range(6)]
    answers = [0.2 + 0.6 * sample.mask.astype(np.float32) for sample in samples]
    watched = WatchedModel(lambda _: answers, confidence)
    assert watched.answer(samples) is answers

    report = watched.report(np.linspace(0, 1, 6))
    assert report.fitted == (confidence is not None)
    assert report.aurc_perfect <= report.aurc
    assert report.aurc_random == pytest.approx(0.5)
    assert report.risks[-1] == (1, pytest.approx(0.5))
    assert sum(each.objects for each in report.sizes) == 6
    for each in report.sizes:
        assert each.brier_raw == pytest.approx(0.04, abs=1e-3)
