"""Metrics against their definitions, px by px."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curate.pixels.masks import Mask, OfSides
from model.evaluation.comparison import Comparison, Overlap, Place, Truth, overlap
from model.evaluation.metrics import METRICS, Metric, column_slices, score

bitmaps = arrays(np.bool_, (9, 7))
edges = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans())
NOWHERE = (False, False, False, False)
EVERYWHERE = (True, True, True, True)


def truth(mask: Mask, at_edge: OfSides = NOWHERE) -> Truth:
    height, width = mask.shape
    return Truth(mask, Place(at_edge, 2 * height, 2 * width))


def named(scores: np.ndarray) -> dict[str, float]:
    """Each metric of one object by name."""
    found = {}
    for name, columns in column_slices().items():
        (found[name],) = METRICS[name].values(scores[None, columns])
    return found


def edge_overlap(predicted: Mask, true: Mask, at_edge: OfSides, radius: int) -> Overlap:
    return Comparison(predicted, truth(true, at_edge)).edges(radius)


def is_mask(mask: Mask, at_edge: OfSides, y: int, x: int) -> bool:
    """Whether a px counts as mask. Outside the image it does, outside the window it does not."""
    height, width = mask.shape
    outside = (x < 0, y < 0, x >= width, y >= height)
    for is_outside, is_image_edge in zip(outside, at_edge, strict=True):
        if is_outside:
            return is_image_edge
    return bool(mask[y, x])


def band(mask: Mask, at_edge: OfSides, radius: int) -> set[tuple[int, int]]:
    """The dilated boundary by its definition, as a set of px."""
    boundary = []
    for y, x in np.argwhere(mask).tolist():
        neighbours = ((y, x + 1), (y + 1, x), (y, x - 1), (y - 1, x))
        if not all(is_mask(mask, at_edge, *each) for each in neighbours):
            boundary.append((y, x))

    found = set()
    for y, x in np.ndindex(*mask.shape):
        squares = [(y - by) ** 2 + (x - bx) ** 2 for by, bx in boundary]
        if any(square <= radius**2 for square in squares):
            found.add((y, x))
    return found


@given(bitmaps, bitmaps, edges, st.integers(0, 5))
def test_edge_metrics_are_those_of_the_definition(
    predicted: Mask, true: Mask, at_edge: OfSides, radius: int
) -> None:
    our_band = band(predicted, at_edge, radius)
    their_band = band(true, at_edge, radius)
    shared = len(our_band & their_band)
    precision = shared / len(our_band) if our_band else float(not their_band)
    recall = shared / len(their_band) if their_band else float(not our_band)

    found = edge_overlap(predicted, true, at_edge, radius)
    assert (found.precision, found.recall) == (precision, recall)
    if precision + recall > 0:
        assert found.f == pytest.approx(2 * precision * recall / (precision + recall))
    else:
        assert found.f == 0


@given(bitmaps, bitmaps)
def test_pixel_metrics_by_definition(predicted: Mask, true: Mask) -> None:
    found = overlap(predicted, true)
    if predicted.any() and true.any():
        shared = (predicted & true).sum()
        assert found.iou == shared / (predicted | true).sum()
        assert found.precision == shared / predicted.sum()
        assert found.recall == shared / true.sum()
    else:
        both_empty = float(not predicted.any() and not true.any())
        assert found.iou == found.precision == found.recall == both_empty


@given(bitmaps, edges)
def test_a_perfect_mask_has_the_best_value_of_each_metric(
    mask: Mask, at_edge: OfSides
) -> None:
    found = named(score(mask, truth(mask, at_edge)))
    # One of the 256 thresholds is 0, which all px pass.
    assert found.pop("mean_e") >= 255 / 256
    assert found.pop("mean_f") >= 255 / 256 or not mask.any()
    if not mask.any():  # the published definitions give 0 to an empty mask
        assert found.pop("max_f") == 0
        assert found.pop("weighted_f") == 0
    for name, value in found.items():
        best = float(METRICS[name].higher_is_better)
        assert value == pytest.approx(best, abs=1e-6), name


@given(arrays(np.float32, (9, 7), elements=st.floats(0, 1, width=32)), bitmaps, edges)
def test_each_metric_stays_within_its_bounds(
    answer: np.ndarray, true: Mask, at_edge: OfSides
) -> None:
    found = named(score(answer, truth(true, at_edge)))
    assert found.pop("correction_effort") >= 0
    assert 0 <= found.pop("mean_e") <= true.size / (true.size - 1)
    for name, value in found.items():
        assert 0 <= value <= 1 + 1e-6, name


def test_a_mask_is_half_or_more_and_mae_is_of_probabilities() -> None:
    true = np.array([[True, True, False, False]])
    probability = np.array([[0.5, 0.9, 0.49, 0.0]])
    values = named(score(probability, truth(true)))
    assert values["iou"] == 1.0
    assert values["mae"] == pytest.approx((0.5 + 0.1 + 0.49) / 4)


def test_at_the_image_edge_a_mask_has_no_edge() -> None:
    left = np.zeros((9, 20), np.bool_)
    left[:, :8] = True
    right = np.zeros((9, 20), np.bool_)
    right[:, 10:] = True
    whole = np.ones_like(left)

    def found(predicted: Mask, true: Mask, at_edge: OfSides) -> tuple[float, float]:
        band = edge_overlap(predicted, true, at_edge, 2)
        return band.precision, band.recall

    assert found(left, left, (True, True, False, True)) == (1, 1)
    assert found(whole, whole, EVERYWHERE) == (1, 1)
    assert found(whole, left, EVERYWHERE) == (0, 0)
    assert found(left, right, EVERYWHERE) == (0.4, 0.4)


@given(bitmaps, bitmaps, edges)
def test_the_bands_of_all_radii_are_those_of_each(
    predicted: Mask, true: Mask, at_edge: OfSides
) -> None:
    together = Comparison(predicted, truth(true, at_edge)).edges_by_radius
    for radius, found in enumerate(together):
        assert found == edge_overlap(predicted, true, at_edge, radius)


def test_a_metric_is_one_function_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    area = Metric("area", "area of the mask", lambda each: float(each.pixels.predicted))
    monkeypatch.setitem(METRICS, "area", area)
    mask = np.ones((4, 5), np.bool_)
    assert named(score(mask, truth(mask)))["area"] == 20


def test_the_report_names_the_metrics_of_its_contract() -> None:
    everywhere = [each.name for each in METRICS.values() if not each.only_overall]
    assert everywhere == [
        "iou",
        "precision",
        "recall",
        "mae",
        "edge_precision_2",
        "edge_recall_2",
        "edge_f_2",
        "edge_precision_5",
        "edge_recall_5",
        "edge_f_5",
        "dice",
        "max_f",
        "mean_f",
        "weighted_f",
        "structure",
        "mean_e",
        "boundary_iou",
        "davis_f",
        "relaxed_f",
        "correction_effort",
    ]
    radii = (1, 3, 4, 6, 7, 8, 9, 10)
    kinds = ("precision", "recall")
    curve = [f"edge_{kind}_{radius}" for radius in radii for kind in kinds]
    assert list(METRICS) == everywhere + curve
    paired = [metric.name for metric in METRICS.values() if metric.paired]
    assert paired == ["iou", "edge_precision_2", "edge_recall_2", "edge_f_2"]
