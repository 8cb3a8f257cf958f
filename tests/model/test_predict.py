"""Boxes of an image give masks, alone or several together."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from curate.errors import InputError
from model.checkpoint import save_checkpoint
from model.predict import Segmenter
from model.records import Origin
from tests.model.networks import unlearned
from tests.model.test_confidence import CONFIDENCE

IMAGE = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    """Answers with the prior: an ellipse."""
    path: Path = tmp_path_factory.mktemp("predict") / "model.safetensors"
    save_checkpoint(path, unlearned(), Origin(variant="small"))
    return Segmenter.load(path)


def test_a_box_gives_a_mask_in_it(segmenter: Segmenter) -> None:
    mask = segmenter.segment(IMAGE, (20, 10, 80, 70))
    assert mask.shape == (90, 120)
    assert mask.dtype == np.bool_
    assert 0.7 < mask[10:70, 20:80].mean() < 0.85
    assert mask[10:70, 20:80].sum() == mask.sum()


def test_several_boxes_give_a_list_as_each_alone(segmenter: Segmenter) -> None:
    boxes = [(20, 10, 80, 70), (0, 0, 120, 90), (100, 80, 103, 85)]
    masks = segmenter.segment(IMAGE, boxes)
    assert len(masks) == 3
    for box, mask in zip(boxes, masks, strict=True):
        assert np.array_equal(mask, segmenter.segment(IMAGE, box))
    assert len(segmenter.segment(IMAGE, np.array(boxes))) == 3
    assert segmenter.segment(IMAGE, []) == []
    assert segmenter.segment(IMAGE, [boxes[0]])[0].sum() == masks[0].sum()


def test_boxes_of_several_images_are_as_each_alone(segmenter: Segmenter) -> None:
    images = [IMAGE, IMAGE[:50, :70], IMAGE[10:, 5:]]
    boxes = [(20, 10, 80, 70), (-5, 0, 40, 30), (60, 40, 110, 75)]
    for image, box, answer in zip(
        images, boxes, segmenter.answer_windows(images, boxes), strict=True
    ):
        x0, y0, x1, y1 = answer.window
        whole = segmenter.segment(image, box)
        assert np.array_equal(whole[y0:y1, x0:x1], answer.mask)
        assert whole.sum() == answer.mask.sum()
    assert segmenter.answer_windows([], []) == []


def test_a_box_over_the_edge_is_clipped(segmenter: Segmenter) -> None:
    clipped = segmenter.segment(IMAGE, (0, 0, 40, 40))
    assert np.array_equal(segmenter.segment(IMAGE, (-30.5, -20, 40, 39.5)), clipped)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ((200, 10, 240, 50), "outside the image, which is 120 × 90 px"),
        ((1, 2, 3), "four numbers"),
        (("a", 2, 3, 4), "four numbers"),
        ([(1, 2, 3, 4), (5, 6)], "four numbers"),
        (None, "four numbers"),
        (7, "four numbers"),
    ],
)
def test_what_is_not_a_box_is_refused_in_words(
    segmenter: Segmenter, box: Any, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        segmenter.segment(IMAGE, box)


GREY = IMAGE[..., 0]
FLOATS = IMAGE.astype(np.float32)
TWO_CHANNELS = IMAGE[..., :2]


@pytest.mark.parametrize("image", [GREY, FLOATS, TWO_CHANNELS, None])
def test_what_is_not_an_image_is_refused_in_words(
    segmenter: Segmenter, image: Any
) -> None:
    with pytest.raises(InputError, match=r"\(H, W, 3\) array of uint8"):
        segmenter.segment(image, (1, 2, 30, 40))


def test_no_gradient_is_kept(segmenter: Segmenter) -> None:
    segmenter.segment(IMAGE, (20, 10, 80, 70))
    gradients = [each.grad for each in segmenter.model.parameters()]
    assert not torch.is_grad_enabled() or all(each is None for each in gradients)


def test_how_sure_an_answer_is_comes_with_it(segmenter: Segmenter) -> None:
    boxes = [(20, 10, 80, 70), (0, 0, 120, 90)]
    for answer, mask in zip(
        segmenter.segment_with_confidence(IMAGE, boxes),
        segmenter.segment(IMAGE, boxes),
        strict=True,
    ):
        assert answer.expected_iou is None  # never fitted
        assert np.array_equal(answer.mask, mask)

    sure = Segmenter(
        segmenter.model, Origin(variant="small", confidence=CONFIDENCE)
    ).segment_with_confidence(IMAGE, boxes[0])
    assert sure.expected_iou is not None
    assert 0.2 <= sure.expected_iou <= 0.9
