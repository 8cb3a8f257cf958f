"""Large windows are answered coarse to fine: the edge, the memory, the sizes."""

import tracemalloc

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from model.edge_refinement import MASK_LEVEL
from model.evaluation.comparison import Comparison, Place, Truth
from model.large_windows import COARSE_PIXELS, LARGE_PIXELS, answer_large, is_large
from model.predict import Segmenter
from model.records import Origin
from model.window_answers import probabilities
from tests.model.drawn_objects import DrawnObject, draw_object
from tests.model.networks import unlearned

HEIGHT, WIDTH = 2401, 3003  # odd, so that halves do not fit exactly


@pytest.fixture(scope="module")
def drawn() -> DrawnObject:
    return draw_object(HEIGHT, WIDTH)


class RoughAnswers:
    """A network that knows the object only roughly: blurred, too large, with a hole and a speck."""

    def __init__(self, mask: Mask) -> None:
        self.mask = mask.astype(np.float32)
        self.sizes: list[tuple[int, int]] = []

    def __call__(self, image: Pixels, _: NDArray[np.float32]) -> NDArray[np.float32]:
        height, width, _ = image.shape
        self.sizes.append((height, width))
        reduced = cv2.resize(self.mask, (width, height), interpolation=cv2.INTER_AREA)
        grown = cv2.dilate(reduced, np.ones((3, 3), np.uint8))
        answer = cv2.GaussianBlur(grown, (0, 0), 1.5)
        answer[height // 2 : height // 2 + 4, width // 2 : width // 2 + 4] = 0.2
        answer[1:4, 1:4] = 0.9
        return np.asarray(answer, np.float32)


def edge_scores(mask: Mask, true: Mask) -> tuple[float, float, float]:
    """IoU, and precision and recall of the edge at 2 px."""
    place = Place((False,) * 4, *true.shape)
    comparison = Comparison(mask, Truth(true, place))
    edge = comparison.edges(2)
    return comparison.pixels.iou, edge.precision, edge.recall


def test_the_edge_of_a_large_object_is_found_on_its_own_pixels(
    drawn: DrawnObject,
) -> None:
    ask = RoughAnswers(drawn.mask)
    levels = answer_large(ask, drawn.image, np.array(drawn.box, np.float32))
    assert levels.shape == drawn.mask.shape
    mask = levels >= MASK_LEVEL
    iou, precision, recall = edge_scores(mask, drawn.mask)
    assert iou > 0.998
    assert min(precision, recall) > 0.98

    # Neither the hole nor the speck is left, nor any new one.
    pieces, _ = cv2.connectedComponents(mask.astype(np.uint8))
    around, _ = cv2.connectedComponents((~mask).astype(np.uint8))
    assert (pieces, around) == (2, 2)

    # Enlarged, the small answer alone would be far off.
    small = ask(np.zeros((200, 250, 3), np.uint8), np.zeros(4, np.float32))
    enlarged = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    assert max(edge_scores(enlarged >= 0.5, drawn.mask)[1:]) < 0.6


@pytest.mark.parametrize("size", [(1000, 1000), (3000, 2000), (60, 9000), (1, 400_000)])
def test_the_network_never_sees_much_at_once(size: tuple[int, int]) -> None:
    height, width = size
    ask = RoughAnswers(np.ones(size, np.bool_))
    image = np.zeros((height, width, 3), np.uint8)
    box = np.array([0, 0, width, height], np.float32)
    assert answer_large(ask, image, box).shape == size
    ((seen_height, seen_width),) = ask.sizes
    assert seen_height * seen_width < 1.05 * COARSE_PIXELS
    assert max(seen_height, seen_width) <= 1024


def test_memory_grows_by_a_few_bytes_a_pixel(drawn: DrawnObject) -> None:
    """1 byte a pixel for all smaller copies, 1 for the answer, 1 for what it is made from."""
    ask = RoughAnswers(drawn.mask)
    box = np.array(drawn.box, np.float32)
    tracemalloc.start()
    answer_large(ask, drawn.image, box)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    a_tile = 40_000_000
    assert peak < 3.5 * HEIGHT * WIDTH + a_tile


def test_small_windows_are_answered_as_they_are() -> None:
    model = unlearned().eval()
    image = np.random.default_rng(0).integers(0, 255, (224, 320, 3), dtype=np.uint8)
    box = (50, 40, 270, 190)
    assert image.shape[0] * image.shape[1] <= LARGE_PIXELS
    assert not is_large(500, 600)
    assert is_large(500, 601)
    assert not is_large(20, 4000)
    assert is_large(20, 5000)  # it would be padded to 64 × 5000 px

    (answer,) = probabilities(model, [image], [box])
    pixels = torch.from_numpy(image).permute(2, 0, 1)[None]
    direct = model.answer(pixels, torch.tensor([box], dtype=torch.float32))
    assert np.array_equal(answer, direct[0].detach().numpy())


def test_a_mask_is_where_the_probability_is_half_or_more(drawn: DrawnObject) -> None:
    model = unlearned().eval()
    small = drawn.image[:90, :120]
    images = [small, drawn.image, small]
    boxes = [(20, 10, 80, 70), drawn.box, (0, 0, 120, 90)]
    found = Segmenter(model, Origin(variant="small")).answer_windows(images, boxes)
    for image, box, of_window in zip(images, boxes, found, strict=True):
        left, top, right, bottom = of_window.window
        window = image[top:bottom, left:right]
        in_window = np.array(box) - (left, top, left, top)
        (answer,) = probabilities(model, [window], [in_window])
        assert answer.shape == window.shape[:2]
        assert answer.dtype == np.float32
        assert np.array_equal(of_window.mask, answer >= 0.5)
    assert is_large(*found[1].mask.shape)
    assert found[1].mask.any()


def test_a_large_box_is_segmented_in_its_place(drawn: DrawnObject) -> None:
    segmenter = Segmenter(unlearned(), Origin(variant="small"))
    x0, y0, x1, y1 = drawn.box
    mask = segmenter.segment(drawn.image, drawn.box)
    assert mask.shape == (HEIGHT, WIDTH)
    ellipse = np.pi / 4 * (x1 - x0) * (y1 - y0)
    assert 0.7 * ellipse < mask.sum() < 1.2 * ellipse
