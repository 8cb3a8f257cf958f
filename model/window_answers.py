"""The network's answers to windows of any size, several asked about together."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.records import Box
from curate.shards.sample import Sample
from model.batches import pad_edges
from model.box_network import BoxNetwork
from model.edge_refinement import MASK_LEVEL, Levels
from model.hardware import mixed_precision
from model.large_windows import answer_large, is_large
from model.looks import looked_at
from model.u2net import MIN_SIDE

STEP = 32
"""px; windows are padded to multiples of it, so that many have the same size."""

_BATCH_PIXELS = 400_000  # that the network sees together

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
    found = answer_each(model, images, drawn)
    return [_as_probabilities(answer) for answer in found]


def _as_probabilities(answer: Probabilities | Levels) -> Probabilities:
    """An answer in levels, 0 to 255, as probabilities."""
    if answer.dtype != np.uint8:
        return answer.astype(np.float32, copy=False)
    probabilities: Probabilities = np.divide(answer, 255, dtype=np.float32)
    return probabilities


def mask_of_answer(answer: Probabilities | Levels) -> Mask:
    """The mask of an answer: what is the object with a probability of 0.5 or more."""
    if answer.dtype == np.uint8:
        return answer >= MASK_LEVEL
    return answer >= 0.5


def answer_each(
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
        size = (padded_side(height), padded_side(width))
        of_size = by_size.setdefault(size, [])
        of_size.append(index)

    answers: dict[int, Probabilities] = {}
    for (height, width), indices in by_size.items():
        of_each = int(looked_at(np.array(height * width)))
        most = max(1, _BATCH_PIXELS // of_each)
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


def padded_side(side: int) -> int:
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
        answers = model.answer(
            torch.from_numpy(pixels).permute(0, 3, 1, 2).to(on),
            torch.from_numpy(drawn).to(on),
        )
    probabilities: NDArray[np.float32] = answers.cpu().numpy()
    return probabilities
