"""A mask for a drawn box: `Segmenter.load().segment(image, box)`."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

from curate.errors import InputError
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from curate.shards import windows
from curate.storage import digest
from model.box_network import BoxNetwork
from model.checkpoint import checkpoint_path
from model.drawn_box import DrawnBox, checked_box
from model.edge_refinement import Levels
from model.hardware import device
from model.records import Origin
from model.weights import PUBLISHED, load_any
from model.window_answers import Probabilities, answer_each, mask_of_answer

PADDING = 0.12
"""How far the window reaches beyond each side of the drawn box, as a share of its width or
height.
"""

UNTUNED = (
    "{path}: published weights, which never learned to answer a box: the ellipse in the drawn box "
    "stands in for the prior. Training that starts with them learns one."
)
"""The warning about weights that know no box."""

_MIN_PADDING = 2  # px


@dataclass(frozen=True, slots=True, eq=False)
class WindowAnswer:
    """What the model answers to a drawn box, without the image around its window."""

    mask: Mask
    """(h, w) bool, of the window's size; outside it nothing is the object."""

    window: Box
    """What the model saw, px of the image."""

    expected_iou: float | None = None
    """The IoU that such an answer has on average; None if the checkpoint cannot tell."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A mask, and how sure it is."""

    mask: Mask
    """(H, W) bool, of the image's size."""

    expected_iou: float | None
    """The IoU that such an answer has on average; None if the checkpoint cannot tell."""


def checkpoint_digest(path: str | Path) -> str:
    """The digest of what `Segmenter.load` reads, as a run's record has it."""
    return digest(checkpoint_path(path).read_bytes())


class Segmenter:
    """A loaded model that answers boxes with masks."""

    def __init__(self, model: BoxNetwork, origin: Origin) -> None:
        self.model = model.eval()
        self.origin = origin

    @classmethod
    def load(cls, path: str | Path = "base") -> Self:
        """The model of a checkpoint, on the first GPU if there is one.

        `path`: a file, or `base` for the checkpoint that the project ships. InputError if it cannot
        be read. Published weights have never been asked about a box: an ellipse is their prior, and
        a warning says so.
        """
        model, origin = load_any(path)
        if origin.start == PUBLISHED:
            warnings.warn(UNTUNED.format(path=path), stacklevel=2)
        return cls(model.to(device()), origin)

    @overload
    def segment(self, image: Pixels, box: DrawnBox) -> Mask: ...
    @overload
    def segment(
        self, image: Pixels, box: Sequence[DrawnBox] | NDArray[np.int32]
    ) -> list[Mask]: ...
    def segment(self, image: Pixels, box: Any) -> Mask | list[Mask]:
        """The object in a drawn box, as a mask (H, W) bool; for several boxes a list of masks.

        `image`: (H, W, 3) uint8 RGB as displayed, with its EXIF orientation applied. `box`: x0, y0,
        x1, y1 in px, half-open; or several of them, as a sequence or an (n, 4) array. Its sides are
        rounded outwards to whole px, and it may reach beyond the image. Nothing outside the window
        around a box is ever in its mask. InputError for an image or box that is not one, or a box
        outside the image.
        """
        answers = self._answers(image, box)
        if _is_one_box(box):
            return answers[0].mask
        return [answer.mask for answer in answers]

    @overload
    def segment_with_confidence(self, image: Pixels, box: DrawnBox) -> Answer: ...
    @overload
    def segment_with_confidence(
        self, image: Pixels, box: Sequence[DrawnBox] | NDArray[np.int32]
    ) -> list[Answer]: ...
    def segment_with_confidence(self, image: Pixels, box: Any) -> Answer | list[Answer]:
        """As `segment`, with the expected IoU of each mask, 0 to 1, beside it."""
        answers = self._answers(image, box)
        if _is_one_box(box):
            return answers[0]
        return answers

    def _answers(self, image: Pixels, box: Any) -> list[Answer]:
        """The answers to one box, or to several, in the frame of the image."""
        _check_image(image)
        boxes = [box]
        if not _is_one_box(box):
            boxes = list(box)

        height, width, _ = image.shape
        answers = []
        for answer in self.answer_windows([image] * len(boxes), boxes):
            x0, y0, x1, y1 = answer.window
            mask = np.zeros((height, width), np.bool_)
            mask[y0:y1, x0:x1] = answer.mask
            answers.append(Answer(mask, answer.expected_iou))
        return answers

    def answer_windows(
        self, images: Sequence[Pixels], boxes: Sequence[Any]
    ) -> list[WindowAnswer]:
        """The answer to one box in each of n images, which the network sees together.

        `images`: n of (H, W, 3) uint8 RGB, which may be one and the same. `boxes`: n boxes, each as
        `segment` takes it. ValueError if these are not as many. Errors else as `segment`.
        """
        for image in images:
            _check_image(image)
        heights = np.array([image.shape[0] for image in images])
        widths = np.array([image.shape[1] for image in images])
        checked = [
            checked_box(box, width, height)
            for box, width, height in zip(boxes, widths, heights, strict=True)
        ]
        drawn = np.array(checked, np.int32).reshape(-1, 4)
        padding = np.full(drawn.shape, PADDING)
        grown = windows.grow(drawn, padding, _MIN_PADDING, heights, widths)

        seen = [Box(*corners) for corners in grown.tolist()]
        crops = []
        for image, (x0, y0, x1, y1) in zip(images, seen, strict=True):
            crops.append(image[y0:y1, x0:x1])
        found = answer_each(self.model, crops, windows.shift(drawn, grown, -1))
        answers = []
        for answer, window, box in zip(found, seen, drawn.tolist(), strict=True):
            expected_iou = self._expected_iou(answer, Box(*box))
            answers.append(WindowAnswer(mask_of_answer(answer), window, expected_iou))
        return answers

    def _expected_iou(self, answer: Probabilities | Levels, drawn: Box) -> float | None:
        """The IoU that an answer has on average; None if the checkpoint cannot tell."""
        if self.origin.confidence is None:
            return None
        return self.origin.confidence.expected_iou(answer, drawn)


def _check_image(image: Any) -> None:
    """InputError if an image is not an (H, W, 3) array of uint8."""
    is_array = isinstance(image, np.ndarray) and image.dtype == np.uint8
    if not is_array or image.ndim != 3 or image.shape[2] != 3:
        raise InputError(
            "an image is an (H, W, 3) array of uint8, RGB; curate.pixels.images.decode makes one "
            "of any file"
        )


def _is_one_box(box: Any) -> bool:
    """Whether `box` is meant as one box: not a sequence, or one that holds a bare number."""
    if not isinstance(box, Sequence | np.ndarray):
        return True
    return any(np.ndim(each) == 0 for each in box)
