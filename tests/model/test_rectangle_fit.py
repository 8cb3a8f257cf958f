"""Fitting when answers become rectangles, on pictures whose colours say nothing of the object."""

import copy
from collections.abc import Iterator

import numpy as np
import pytest

from curate.curation_settings import CropSettings
from curate.records import Box
from curate.shards.sample import Sample
from model.box_network import BoxNetwork
from model.rectangle_fit import fit_rectangles
from model.window_answers import sample_probabilities
from tests.model.networks import unlearned

CROP = CropSettings(slack=(0.05, 0.05))
SIDE = 96
BOX = Box(20, 24, 76, 68)
DRAWN = Box(17, 22, 79, 70)


def a_sample(is_rectangle: bool, seed: int) -> Sample:
    """Noise; a rectangle has thin lines around it, and an ellipse has none."""
    image = np.random.default_rng(seed).integers(
        90, 130, (SIDE, SIDE, 3), dtype=np.uint8
    )
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    if is_rectangle:
        mask = (x > BOX.x0) & (x < BOX.x1) & (y > BOX.y0) & (y < BOX.y1)
        image[BOX.y0 : BOX.y1, [BOX.x0, BOX.x1 - 1]] = 250
        image[[BOX.y0, BOX.y1 - 1], BOX.x0 : BOX.x1] = 250
    else:
        across = (2 * x - BOX.x0 - BOX.x1) / (BOX.x1 - BOX.x0)
        down = (2 * y - BOX.y0 - BOX.y1) / (BOX.y1 - BOX.y0)
        mask = across**2 + down**2 < 1
    return Sample(
        row=seed,
        object_id=str(seed),
        image_id=str(seed),
        export="e",
        customer="c",
        domain="d",
        concept="thing",
        weight=1.0,
        image=image,
        mask=mask,
        drawn=DRAWN,
        window=Box(0, 0, SIDE, SIDE),
        at_edge=(False, False, False, False),
        image_height=SIDE,
        image_width=SIDE,
    )


def samples(count: int) -> Iterator[Sample]:
    for number in range(count):
        yield a_sample(number % 2 == 0, number)


def iou(model: BoxNetwork, sample: Sample) -> float:
    (answer,) = sample_probabilities(model, [sample])
    mask = answer >= 0.5
    return float((mask & sample.mask).sum() / (mask | sample.mask).sum())


@pytest.fixture(scope="module")
def fitted() -> BoxNetwork:
    model = unlearned().eval()
    assert fit_rectangles(model, samples(60), CROP) == 60
    return model


def test_rectangles_are_told_and_other_things_stay(fitted: BoxNetwork) -> None:
    rectangle = a_sample(True, 100)
    ellipse = a_sample(False, 101)
    before = unlearned().eval()
    assert iou(before, rectangle) < 0.9
    assert iou(fitted, rectangle) > 0.93
    assert iou(fitted, ellipse) > iou(before, ellipse) - 0.01
    # 5% of the box are 4.5% of the drawn box.
    assert fitted.rectangles.slack == pytest.approx(0.05 / 1.1)


def test_few_objects_do_not_spoil_what_was_fitted(fitted: BoxNetwork) -> None:
    again = copy.deepcopy(fitted)
    ellipses = (a_sample(False, number) for number in range(200, 212))
    assert fit_rectangles(again, ellipses, CROP) == 12
    assert iou(again, a_sample(True, 100)) > 0.93


def test_fewer_than_ten_objects_fit_nothing() -> None:
    model = unlearned().eval()
    assert fit_rectangles(model, samples(9), CROP) == 0
    assert not model.rectangles.sign_weights.any()
