import numpy as np
import pytest

from model.evaluation.intervals import Interval, interval, resampled_means


def intervals(
    values: np.ndarray, images: np.ndarray, resamples: int, seed: int
) -> list[Interval]:
    """The interval of each column."""
    resampled = resampled_means(values, images, resamples, seed)
    means = values.mean(axis=0)
    return [
        interval(mean, column) for mean, column in zip(means, resampled.T, strict=True)
    ]


def test_intervals_are_wider_where_objects_share_an_image() -> None:
    levels = np.random.default_rng(0).normal(size=40)
    values = np.repeat(levels, 25)[:, None]
    each_its_own = np.arange(1000)
    forty = np.repeat(np.arange(40), 25)

    (alone,) = intervals(values, each_its_own, 500, 0)
    (shared,) = intervals(values, forty, 500, 0)
    assert alone.mean == shared.mean == pytest.approx(levels.mean())
    width = shared.high - shared.low
    assert width > 4 * (alone.high - alone.low)
    of_normal_means = 2 * 1.96 * levels.std() / 40**0.5
    assert width == pytest.approx(of_normal_means, rel=0.15)


def test_of_a_single_image_there_is_one_value() -> None:
    values = np.random.default_rng(0).normal(size=(1000, 1))
    (found,) = intervals(values, np.zeros(1000, int), 100, 0)
    mean = pytest.approx(values.mean())
    assert found.mean == mean
    assert found.low == mean
    assert found.high == mean


def test_the_same_seed_gives_the_same_intervals_whatever_the_other_columns() -> None:
    values = np.random.default_rng(0).normal(size=(30, 3))
    images = np.arange(30)
    first, second, third = intervals(values, images, 200, 7)
    assert [first, second, third] == intervals(values, images, 200, 7)
    assert [first, second, third] != intervals(values, images, 200, 8)
    for each in (first, second, third):
        assert each.low < each.mean < each.high

    (alone,) = intervals(values[:, 1:2], images, 200, 7)
    assert alone.mean == pytest.approx(second.mean)
    assert alone.low == pytest.approx(second.low)
    assert alone.high == pytest.approx(second.high)
