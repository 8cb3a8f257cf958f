import numpy as np
import pytest

from model.evaluation.intervals import Interval, intervals


def test_intervals_are_wider_where_objects_share_an_image() -> None:
    levels = np.random.default_rng(0).normal(size=40)
    values = np.repeat(levels, 25)[:, None]
    each_its_own = np.arange(1000)
    forty = np.repeat(np.arange(40), 25)

    (alone,) = intervals(values, each_its_own, 500, 0)
    (shared,) = intervals(values, forty, 500, 0)
    assert alone.mean == shared.mean == pytest.approx(levels.mean())
    assert shared.high - shared.low > 4 * (alone.high - alone.low)
    assert shared.high - shared.low == pytest.approx(3.92 * levels.std() / 40**0.5, rel=0.15)


def test_of_a_single_image_there_is_one_value() -> None:
    values = np.random.default_rng(0).normal(size=(1000, 1))
    (found,) = intervals(values, np.zeros(1000, int), 100, 0)
    assert (found.mean, found.low, found.high) == pytest.approx((values.mean(),) * 3)


def test_the_same_seed_gives_the_same_intervals_whatever_the_other_columns() -> None:
    values = np.random.default_rng(0).normal(size=(30, 3))
    images = np.arange(30)
    together = intervals(values, images, 200, 7)
    assert together == intervals(values, images, 200, 7)
    (alone,) = intervals(values[:, 1:2], images, 200, 7)
    assert (alone.mean, alone.low, alone.high) == pytest.approx(
        (together[1].mean, together[1].low, together[1].high)
    )
    assert together != intervals(values, images, 200, 8)
    assert all(isinstance(each, Interval) and each.low < each.mean < each.high for each in together)
