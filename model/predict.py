"""A mask for a drawn box: `Segmenter.load().segment(image, box)`."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import torch
from numpy.typing import NDArray

from curate.errors import InputError
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from curate.shards import windows
from curate.shards.sample import Sample
from curate.storage import digest
from model.batches import pad_edges
from model.box_network import BoxNetwork
from model.checkpoint import checkpoint_path
from model.drawn_box import DrawnBox, checked_box
from model.edge_refinement import MASK_LEVEL, Levels
from model.hardware import device, mixed_precision
from model.large_windows import answer_large, is_large
from model.records import Origin
from model.u2net import MIN_SIDE
from model.weights import PUBLISHED, load_any

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
STEP = 32
"""px; windows are padded to multiples of it, so that many have the same size."""

_BATCH_PIXELS = 400_000  # of all windows that the network sees together

Probabilities = NDArray[np.float32]
"""(H, W): how likely each pixel is the object."""


def probabilities(
    model: BoxNetwork,
    images: Sequence[Pixels],
    drawn: Sequence[Box] | NDArray[np.int32],
) -> list[Probabilities]:
    """For each window, (H, W, 3) uint8 RGB, and its drawn box, px of the window: (H, W) float32.

    A window may have any size; a large one is answered coarse to fine, as `large_windows` says.
    What else is asked at the same time changes nothing: each window is padded by itself.
    """
    found = _answers(model, images, drawn)
    return [_as_probabilities(answer) for answer in found]


def _as_probabilities(answer: Probabilities | Levels) -> Probabilities:
    if answer.dtype != np.uint8:
        return answer.astype(np.float32, copy=False)
    probabilities: Probabilities = np.divide(answer, 255, dtype=np.float32)
    return probabilities


def _as_mask(answer: Probabilities | Levels) -> Mask:
    if answer.dtype == np.uint8:
        return answer >= MASK_LEVEL
    return answer >= 0.5


def _answers(
    model: BoxNetwork,
    images: Sequence[Pixels],
    drawn: Sequence[Box] | NDArray[np.int32],
) -> list[Probabilities | Levels]:
    """The answer for each window: probabilities, or levels if it is large."""
    small = []
    large = []
    for index, image in enumerate(images):
        height, width, _ = image.shape
        if is_large(height, width):
            large.append(index)
        else:
            small.append(index)

    its_images = [images[index] for index in small]
    its_drawn = [drawn[index] for index in small]
    at_once = _at_once(model, its_images, its_drawn)
    found: dict[int, Probabilities | Levels] = dict(zip(small, at_once, strict=True))

    def ask(image: Pixels, box: NDArray[np.float32]) -> Probabilities:
        (answer,) = _at_once(model, [image], [box])
        return answer

    for index in large:
        box = np.array(drawn[index], np.float32)
        found[index] = answer_large(ask, images[index], box)
    return [found[index] for index in range(len(images))]


def _at_once(
    model: BoxNetwork,
    images: Sequence[Pixels],
    drawn: Sequence[Box | NDArray[np.floating] | NDArray[np.int32]],
) -> list[Probabilities]:
    """The probabilities of windows that the network sees as they are."""
    by_size: dict[tuple[int, int], list[int]] = {}
    for index, image in enumerate(images):
        height, width, _ = image.shape
        size = (_padded(height), _padded(width))
        by_size.setdefault(size, []).append(index)

    answers: dict[int, Probabilities] = {}
    for (height, width), indices in by_size.items():
        most = max(1, _BATCH_PIXELS // (height * width))
        for first in range(0, len(indices), most):
            batch = indices[first : first + most]
            padded = [pad_edges(images[index], height, width) for index in batch]
            boxes = np.array([drawn[index] for index in batch], np.float32)

            batch_answers = _answered(model, np.stack(padded), boxes)
            for index, answer in zip(batch, batch_answers, strict=True):
                own_height, own_width, _ = images[index].shape
                answers[index] = answer[:own_height, :own_width]
    return [answers[index] for index in range(len(images))]


def sample_probabilities(
    model: BoxNetwork, samples: Sequence[Sample]
) -> list[Probabilities]:
    """`probabilities` of samples from the shards."""
    images = [sample.image for sample in samples]
    drawn = [sample.drawn for sample in samples]
    return probabilities(model, images, drawn)


def _padded(side: int) -> int:
    """The side, px, that a window is padded to."""
    steps = -(-side // STEP)
    return max(MIN_SIDE, steps * STEP)


def _answered(
    model: BoxNetwork,
    pixels: NDArray[np.uint8],
    drawn: NDArray[np.float32],
) -> NDArray[np.float32]:
    """(N, H, W) probabilities, for pixels (N, H, W, 3) and drawn boxes (N, 4)."""
    on = model.priors.device
    with torch.inference_mode(), mixed_precision(on):
        logits = model.answer(
            torch.from_numpy(pixels).permute(0, 3, 1, 2).to(on),
            torch.from_numpy(drawn).to(on),
        )
    probabilities: NDArray[np.float32] = torch.sigmoid(logits).cpu().numpy()
    return probabilities


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

        `image`: (H, W, 3) uint8 RGB. `box`: x0, y0, x1, y1 in px, half-open, or several of them. A
        box may reach beyond the image. Nothing outside the window around a box is ever in its mask.
        InputError for an image or box that is not one, or a box outside the image.
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
        """As `segment`, with the expected IoU of each mask beside it."""
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
        """The answer to one box in each of several images, which the network sees together.

        The images may be one and the same. Errors as `segment`.
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
        found = _answers(self.model, crops, windows.shift(drawn, grown, -1))
        answers = []
        for answer, window, box in zip(found, seen, drawn.tolist(), strict=True):
            expected_iou = self._expected_iou(answer, Box(*box))
            answers.append(WindowAnswer(_as_mask(answer), window, expected_iou))
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
