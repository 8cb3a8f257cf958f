"""Plans of an epoch: every sample once, in sizes of the grid, with its drawn box whole."""

from dataclasses import dataclass

import numpy as np
import pytest

from curate.curation_settings import CropSettings
from curate.model_settings import TrainSettings
from curate.shards import windows
from model.batch_plans import BatchPlan, batch_sides, plan_epoch
from model.large_windows import COARSE_PIXELS, coarse_scale
from model.looks import COPY_PIXELS, ENLARGED, SMALL_PIXELS

COUNT = 3000
HEIGHT, WIDTH = 480, 640


@dataclass(frozen=True, slots=True)
class Planned:
    """An epoch of objects of 16 to 400 px."""

    plans: list[BatchPlan]
    drawn: np.ndarray
    crop_sides: np.ndarray


def planned(max_side: int = 256, epoch: int = 1) -> Planned:
    rng = np.random.default_rng(5)
    side = np.exp(rng.uniform(np.log(16), np.log(400), (COUNT, 1)))
    sides = side * rng.uniform(0.7, 1.0, (COUNT, 2))
    room = np.array([WIDTH, HEIGHT]) - sides
    corners = room * rng.uniform(0, 1, (COUNT, 2))
    boxes = np.concatenate((corners, corners + sides), axis=1)
    boxes = boxes.astype(np.int32)

    heights = np.full(COUNT, HEIGHT)
    widths = np.full(COUNT, WIDTH)
    crop = CropSettings()
    crops = windows.largest(boxes, heights, widths, crop)
    object_ids = [f"{number:032x}" for number in range(COUNT)]
    drawn, window = windows.random_windows(
        object_ids, boxes, heights, widths, crop, epoch
    )
    drawn = windows.shift(drawn, crops, -1)
    window = windows.shift(window, crops, -1)

    crop_sides = crops[:, 2:] - crops[:, :2]
    settings = TrainSettings(max_side=max_side)
    plans = plan_epoch(np.arange(COUNT), drawn, window, crop_sides, settings, epoch)
    return Planned(plans, drawn, crop_sides)


def test_every_sample_is_in_one_batch_of_one_size() -> None:
    epoch = planned()
    rows = np.concatenate([plan.rows for plan in epoch.plans])
    assert sorted(rows.tolist()) == list(range(COUNT))
    for plan in epoch.plans:
        assert plan.height in batch_sides(256)
        assert plan.width in batch_sides(256)
        assert plan.pixels <= TrainSettings().batch_pixels

        low, high = plan.windows[:, :2], plan.windows[:, 2:]
        assert (high - low <= [plan.width, plan.height]).all()
        assert (low >= 0).all()
        crop_sides = epoch.crop_sides[plan.rows] * plan.scales[:, None]
        assert (high <= crop_sides + 0.5).all()


def rows_of(plans: list[BatchPlan]) -> list[list[int]]:
    return [plan.rows.tolist() for plan in plans]


def test_an_epoch_is_planned_alike_each_time_and_epochs_differ() -> None:
    first = planned().plans
    again = planned().plans
    other = planned(epoch=2).plans
    for plan, same in zip(first, again, strict=True):
        assert np.array_equal(plan.rows, same.rows)
        assert np.array_equal(plan.windows, same.windows)
    assert rows_of(first) != rows_of(other)


def test_padding_stays_under_its_bound() -> None:
    plans = planned().plans
    pixels = sum(plan.pixels for plan in plans)
    assert sum(plan.padding for plan in plans) / pixels < 0.15


def test_the_drawn_box_stays_whole_unless_it_is_larger_than_the_batch() -> None:
    epoch = planned(max_side=128)
    whole = 0
    for plan in epoch.plans:
        drawn = np.rint(epoch.drawn[plan.rows] * plan.scales[:, None])
        drawn_low, drawn_high = drawn[:, :2], drawn[:, 2:]
        low, high = plan.windows[:, :2], plan.windows[:, 2:]
        is_whole = (low <= drawn_low) & (high >= drawn_high)
        fits = drawn_high - drawn_low <= 120
        assert is_whole[fits].all()
        assert (high > drawn_low).all()
        assert (low < drawn_high).all()
        whole += int(is_whole.all(axis=1).sum())
    assert 0 < whole < COUNT


def test_one_window_by_hand() -> None:
    """A window of 200 × 140 px in a crop of 220 × 400 px."""
    drawn = np.array([[20, 160, 180, 240]], np.int32)
    window = np.array([[10, 120, 210, 260]], np.int32)
    crop_sides = np.array([[220, 400]], np.int32)
    rows = np.array([0])
    (plan,) = plan_epoch(rows, drawn, window, crop_sides, TrainSettings(), epoch=0)
    assert plan.scales.tolist() == [1.0]

    # 200 px shrink to 192, because 256 are farther away and more than the crop has. 140 px shrink
    # to 128, because 160 are farther away.
    assert (plan.width, plan.height) == (192, 128)
    x0, y0, x1, y1 = plan.windows[0].tolist()
    assert (x1 - x0, y1 - y0) == (192, 128)
    assert 10 <= x0 <= 20 - 2
    assert 180 + 2 <= x1 <= 210
    assert 120 <= y0 <= 160 - 2
    assert 240 + 2 <= y1 <= 260
    assert plan.padding == 0


def test_a_large_window_is_planned_at_the_size_that_the_network_sees() -> None:
    """One of 4,000 × 3,000 px, with a margin of 100 px in its crop."""
    sides = np.array([[4000, 3000]], np.int32)
    margin = np.full_like(sides, 100)
    windows_in_crops = np.concatenate((margin, margin + sides), axis=1)
    drawn = windows_in_crops + np.array([10, 10, -10, -10], np.int32)
    crop_sides = sides + 200
    plans = plan_epoch(
        np.array([0]), drawn, windows_in_crops, crop_sides, TrainSettings(), epoch=0
    )
    (large,) = plans

    (scale,) = large.scales.tolist()
    assert coarse_scale(3000, 4000, COPY_PIXELS) <= scale
    assert scale <= coarse_scale(3000, 4000)
    assert np.abs(large.drawn[0] - scale * drawn[0]).max() <= 0.5
    assert COPY_PIXELS / 2 < large.pixels < 2 * COARSE_PIXELS
    low, high = large.windows[:, :2], large.windows[:, 2:]
    assert (low <= large.drawn[:, :2]).all()
    assert (high >= large.drawn[:, 2:]).all()


def test_small_windows_are_enlarged_and_half_of_the_others_reduced() -> None:
    epoch = planned(max_side=1024)
    reduced = []
    enlarged = []
    for plan in epoch.plans:
        # Of each window its drawn box, as it is in the crop.
        drawn = epoch.drawn[plan.rows]
        areas = (drawn[:, 2:] - drawn[:, :2]).prod(axis=1)
        is_small = areas < SMALL_PIXELS / 4
        is_middling = (areas > SMALL_PIXELS) & (areas < 60_000)
        enlarged += plan.scales[is_small].tolist()
        reduced += (plan.scales[is_middling] < 1).tolist()
    assert 0.45 < np.mean(reduced) < 0.55
    assert min(enlarged) >= 1
    assert max(enlarged) <= max(ENLARGED)
    assert np.log2(enlarged).mean() == pytest.approx(0.5, abs=0.05)
