"""Metrics against their definitions, px by px; baselines and intervals against what is known of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curate.pixels.masks import Mask
from model.evaluation.baselines import ellipse, grabcut, rectangle
from model.evaluation.intervals import intervals
from model.evaluation.metrics import METRICS, edge_scores, pixel_scores, score

bitmaps = arrays(np.bool_, (9, 7))
edges = st.tuples(*[st.booleans()] * 4)


def band(mask: Mask, at_edge: tuple[bool, ...], radius: int) -> set[tuple[int, int]]:
    """The dilated boundary by its definition, as a set of px."""
    height, width = mask.shape

    def is_mask(y: int, x: int) -> bool:
        for out, edge in zip((x < 0, y < 0, x >= width, y >= height), at_edge, strict=True):
            if out:
                return edge
        return bool(mask[y, x])

    steps = ((0, 1), (1, 0), (0, -1), (-1, 0))
    boundary = [
        (y, x)
        for y, x in np.argwhere(mask).tolist()
        if not all(is_mask(y + dy, x + dx) for dy, dx in steps)
    ]
    return {
        (y, x)
        for y in range(height)
        for x in range(width)
        if any((y - by) ** 2 + (x - bx) ** 2 <= radius**2 for by, bx in boundary)
    }


@given(bitmaps, bitmaps, edges, st.integers(0, 5))
def test_edge_scores_are_those_of_the_definition(
    ours: Mask, theirs: Mask, at_edge: tuple[bool, ...], radius: int
) -> None:
    our_band, their_band = band(ours, at_edge, radius), band(theirs, at_edge, radius)
    shared = len(our_band & their_band)
    precision = shared / len(our_band) if our_band else float(not their_band)
    recall = shared / len(their_band) if their_band else float(not our_band)
    assert edge_scores(ours, theirs, at_edge, radius)[:2] == (precision, recall)  # type: ignore[arg-type]


@given(bitmaps, bitmaps)
def test_pixel_scores_by_definition(ours: Mask, theirs: Mask) -> None:
    iou, precision, recall = pixel_scores(ours, theirs)
    if ours.any() and theirs.any():
        shared = (ours & theirs).sum()
        assert (iou, precision, recall) == (
            shared / (ours | theirs).sum(),
            shared / ours.sum(),
            shared / theirs.sum(),
        )
    else:
        assert iou == precision == recall == float(not ours.any() and not theirs.any())


@given(bitmaps, edges)
def test_a_perfect_mask_scores_one_and_bounds_hold(mask: Mask, at_edge: tuple[bool, ...]) -> None:
    perfect = dict(zip(METRICS, score(mask, mask, at_edge), strict=True))  # type: ignore[arg-type]
    assert perfect.pop("mae") == 0
    assert set(perfect.values()) == {1.0}


def test_a_mask_is_half_or_more_and_mae_is_of_probabilities() -> None:
    true = np.array([[True, True, False, False]])
    probability = np.array([[0.5, 0.9, 0.49, 0.0]])
    values = dict(zip(METRICS, score(probability, true, (False,) * 4), strict=True))
    assert values["iou"] == 1.0
    assert values["mae"] == pytest.approx((0.5 + 0.1 + 0.49) / 4)


def test_an_edge_at_the_image_border_is_nobodys() -> None:
    left, right = np.zeros((9, 20), np.bool_), np.zeros((9, 20), np.bool_)
    left[:, :8], right[:, 10:] = True, True
    assert edge_scores(left, left, (True, True, False, True), 2)[:2] == (1, 1)
    assert edge_scores(np.ones_like(left), np.ones_like(left), (True,) * 4, 2)[:2] == (1, 1)
    assert edge_scores(np.ones_like(left), left, (True,) * 4, 2)[:2] == (0, 0)
    assert edge_scores(left, right, (True,) * 4, 2)[:2] == (0.4, 0.4)


def test_an_ellipse_fills_its_box() -> None:
    mask = ellipse(40, 60, (10, 5, 50, 35))
    assert mask.sum() == pytest.approx(np.pi / 4 * 40 * 30, rel=0.01)
    assert not (mask & ~rectangle(40, 60, (10, 5, 50, 35))).any()
    assert mask[20, 10:50].all()
    assert mask[5:35, 29:31].all()


def test_grabcut_finds_a_disk_and_falls_back_to_the_box() -> None:
    disk = ellipse(60, 60, (15, 15, 45, 45))
    image = np.random.default_rng(0).integers(0, 40, (60, 60, 3), np.uint8)
    image[disk] += 180
    mask, worked = grabcut(image, (12, 12, 48, 48))
    assert worked
    assert pixel_scores(mask, disk)[0] > 0.95
    whole, worked = grabcut(image, (0, 0, 60, 60))
    assert whole.all()
    assert not worked


def test_intervals_are_wider_where_objects_share_an_image() -> None:
    draw = np.random.default_rng(0)
    levels = draw.normal(size=40)
    values = np.repeat(levels, 25)[:, None]
    alone = intervals(values, np.arange(1000), 500, 0)[0]
    shared = intervals(values, np.repeat(np.arange(40), 25), 500, 0)[0]
    assert alone.mean == shared.mean == pytest.approx(levels.mean())
    assert shared.high - shared.low > 4 * (alone.high - alone.low)
    assert shared.high - shared.low == pytest.approx(3.92 * levels.std() / 40**0.5, rel=0.15)
    assert intervals(values, np.zeros(1000, int), 100, 0)[0] == pytest.approx((alone.mean,) * 3)
