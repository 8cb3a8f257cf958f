"""What turns answers into how sure they are."""

import msgspec
import numpy as np
import pytest

from curate.records import Box
from model.confidence import (
    Confidence,
    SizeConfidence,
    self_overlap,
    soften,
)
from model.records import Origin

DRAWN = Box(10, 10, 60, 60)


def fitted(temperature: float) -> SizeConfidence:
    return SizeConfidence(
        objects=50, temperature=temperature, self_overlap=[0.4, 0.8], iou=[0.2, 0.9]
    )


CONFIDENCE = Confidence(
    {"small": fitted(1.0), "medium": fitted(2.0), "large": fitted(0.5)}
)


def test_the_overlap_of_an_answer_with_itself() -> None:
    answer = np.array([[0.9, 0.7], [0.4, 0.0]], np.float32)
    assert self_overlap(answer) == pytest.approx(1.6 / 2.4)
    assert self_overlap(np.round(answer)) == 1
    assert self_overlap(np.full((4, 4), 0.4, np.float32)) == 0


def test_expected_iou_lies_between_knots_and_ends_with_them() -> None:
    half = np.array([[0.6, 0.0]], np.float32)
    assert self_overlap(half) == pytest.approx(0.6)
    assert CONFIDENCE.expected_iou(half, DRAWN) == pytest.approx(0.55)
    assert CONFIDENCE.expected_iou(np.ones((2, 2), np.float32), DRAWN) == 0.9
    assert CONFIDENCE.expected_iou(np.zeros((2, 2), np.float32), DRAWN) == 0.2


def test_each_size_of_drawn_box_has_its_own_fit() -> None:
    by_size = {}
    for size, iou in (("small", 0.2), ("medium", 0.5), ("large", 0.8)):
        by_size[size] = SizeConfidence(
            objects=50, temperature=1.0, self_overlap=[0.0, 1.0], iou=[iou, iou]
        )
    confidence = Confidence(by_size)
    answer = np.ones((4, 4), np.float32)
    boxes = (Box(0, 0, 31, 31), Box(0, 0, 60, 60), Box(0, 0, 100, 100))
    found = [confidence.expected_iou(answer, box) for box in boxes]
    assert found == [0.2, 0.5, 0.8]


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_a_temperature_changes_no_mask(temperature: float) -> None:
    answer = np.random.default_rng(0).random((50, 50), np.float32)
    softened = soften(answer, temperature)
    assert ((softened >= 0.5) == (answer >= 0.5)).all()


def test_sure_probabilities_stay_numbers() -> None:
    softened = soften(np.array([0.0, 1.0], np.float32), 0.25)
    assert np.isfinite(softened).all()
    assert softened.tolist() == pytest.approx([0, 1], abs=1e-6)


def test_it_is_kept_in_a_checkpoint_s_origin() -> None:
    origin = Origin(variant="small", confidence=CONFIDENCE)
    again = msgspec.json.decode(msgspec.json.encode(origin), type=Origin)
    assert again.confidence == CONFIDENCE
    assert msgspec.json.decode(b'{"variant":"small"}', type=Origin).confidence is None


def test_levels_are_probabilities_in_255ths() -> None:
    levels = np.random.default_rng(0).integers(0, 256, (40, 40), dtype=np.uint8)
    assert self_overlap(levels) == pytest.approx(self_overlap(levels / np.float32(255)))
