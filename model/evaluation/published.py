"""The published U²-Net as a method to beat, where its weights are (`make weights`).

It was trained to find what stands out in a picture, and knows no box. As published, it sees the
window at 320 × 320 px, and its answer is stretched to reach from 0 to 1; what lies outside the
drawn box is taken away. The same weights also answer as our models do: at native size, with the
ellipse in the drawn box as their prior.
"""

from collections.abc import Callable, Sequence
from functools import partial

import cv2
import numpy as np
import torch
from torch import Tensor

from curate.pixels.images import Pixels
from curate.shards.sample import Sample
from model import fetching
from model.evaluation.judging import Answers
from model.hardware import device
from model.weights import load_any, read_published
from model.window_answers import Probabilities, sample_probabilities

SIDE = 320
"""px; of the pictures that the published network sees."""

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
_TOGETHER = 8  # pictures


def published_methods() -> dict[str, Answers]:
    """The two ways to ask the published weights, by the names of their methods; {} without them."""
    if not fetching.LITE.is_file():
        return {}
    as_published, _ = read_published(fetching.LITE)
    as_ours, _ = load_any(fetching.LITE)
    return {
        "published": partial(published_answers, as_published.to(device())),
        "published_native": partial(sample_probabilities, as_ours.to(device())),
    }


def published_answers(
    network: Callable[[Tensor], Tensor], samples: Sequence[Sample]
) -> list[Probabilities]:
    """What the network gives as published, cut to each drawn box.

    `network`: gives logits (N, maps, 320, 320) of normalised pictures; the first map counts.
    """
    answers = []
    for first in range(0, len(samples), _TOGETHER):
        some = samples[first : first + _TOGETHER]
        pictures = np.stack([_picture(sample.image) for sample in some])
        inputs = torch.from_numpy(pictures).permute(0, 3, 1, 2).to(device())
        with torch.inference_mode():
            maps = torch.sigmoid(network(inputs)[:, 0]).cpu().numpy()
        for sample, salient in zip(some, maps, strict=True):
            answers.append(_answer(salient, sample))
    return answers


def _picture(window: Pixels) -> Probabilities:
    """(320, 320, 3) the window as the network was trained to see it."""
    small = cv2.resize(window, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    brightest = max(1, int(small.max()))
    scaled = small.astype(np.float32) / np.float32(brightest)
    normal: Probabilities = (scaled - _MEAN) / _SPREAD
    return normal


def _answer(salient: Probabilities, sample: Sample) -> Probabilities:
    """(H, W) a map of 320 × 320 px, stretched, at the window's size and inside the drawn box."""
    low = float(salient.min())
    high = float(salient.max())
    extent = max(high - low, 1e-8)
    stretched = (salient - low) / extent
    height, width = sample.mask.shape
    whole = cv2.resize(stretched, (width, height), interpolation=cv2.INTER_LINEAR)

    x0, y0, x1, y1 = sample.drawn
    answer = np.zeros((height, width), np.float32)
    answer[y0:y1, x0:x1] = whole[y0:y1, x0:x1]
    return answer
