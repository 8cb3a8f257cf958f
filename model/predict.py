"""A mask for a box: `Segmenter.load().segment(image, box)`."""

import math
import warnings
from collections.abc import Sequence
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
from model.batches import pad_edges
from model.box_network import BoxNetwork
from model.checkpoint import Origin
from model.hardware import device, mixed_precision
from model.u2net import LEAST_SIDE
from model.weights import PUBLISHED, load_any

Corners = tuple[float, float, float, float]
"""x0, y0, x1, y1 as drawn: px of the image, whole or not."""

PADDING = 0.12
"""Share of the drawn box's side that the window reaches beyond each side of it."""

UNTUNED = (
    "{path}: published weights, which never learned to answer a box: the ellipse in the drawn box stands in for the "
    "prior. Training that starts with them learns one."
)
"""The warning about weights that know no box."""

_LEAST_PADDING = 2  # px
_STEP = 32  # px; windows are padded to its multiples, so that many share one size
_BATCH_PIXELS = 400_000


def probabilities(
    model: BoxNetwork, crops: Sequence[Pixels], drawn: Sequence[Box] | NDArray[np.int32]
) -> list[NDArray[np.float32]]:
    """For each window's crop, (H, W, 3) uint8, and its drawn box, px of the crop: (H, W) float32 probabilities.

    Each answer is the same whatever else is asked with it: crops are padded by themselves, to their own size.
    """
    answers: list[NDArray[np.float32]] = [np.empty((0, 0), np.float32)] * len(crops)
    groups: dict[tuple[int, int], list[int]] = {}
    for place, crop in enumerate(crops):
        groups.setdefault((_padded(crop.shape[0]), _padded(crop.shape[1])), []).append(place)
    for (height, width), places in groups.items():
        most = max(1, _BATCH_PIXELS // (height * width))
        for first in range(0, len(places), most):
            some = places[first : first + most]
            pixels = np.stack([pad_edges(crops[place], height, width) for place in some])
            maps = _fused(model, pixels, np.array([drawn[place] for place in some], np.float32))
            for place, each in zip(some, maps, strict=True):
                answers[place] = each[: crops[place].shape[0], : crops[place].shape[1]]
    return answers


def _padded(side: int) -> int:
    return max(LEAST_SIDE, -(-side // _STEP) * _STEP)


def _fused(
    model: BoxNetwork, pixels: NDArray[np.uint8], drawn: NDArray[np.float32]
) -> NDArray[np.float32]:
    where = model.priors.device
    with torch.inference_mode(), mixed_precision(where):
        maps = model(
            torch.from_numpy(pixels).permute(0, 3, 1, 2).to(where),
            torch.from_numpy(drawn).to(where),
        )
    answer: NDArray[np.float32] = torch.sigmoid(maps[:, 0].float()).cpu().numpy()
    return answer


class Segmenter:
    """A loaded model that answers boxes."""

    def __init__(self, model: BoxNetwork, origin: Origin) -> None:
        self.model = model.eval()
        self.origin = origin

    @classmethod
    def load(cls, path: str | Path = "base") -> Self:
        """The model of a checkpoint; `base` is the one that the project ships. InputError where it cannot be read.

        Published weights have never been asked about a box: they answer beside an ellipse, and a warning says so.
        """
        model, origin = load_any(path)
        if origin.start == PUBLISHED:
            warnings.warn(UNTUNED.format(path=path), stacklevel=2)
        return cls(model.to(device()), origin)

    @overload
    def segment(self, image: Pixels, box: Corners) -> Mask: ...
    @overload
    def segment(self, image: Pixels, box: Sequence[Corners] | NDArray[np.int32]) -> list[Mask]: ...
    def segment(self, image: Pixels, box: Any) -> Mask | list[Mask]:
        """The object in a drawn box, x0, y0, x1, y1 in px, half-open, of an (H, W, 3) uint8 RGB image: (H, W) bool.

        Of several boxes a list of masks. A box may reach beyond the image; nothing beyond its window is ever in a mask.
        InputError for a box that is no box, or lies outside the image.
        """
        if (
            not isinstance(image, np.ndarray)
            or image.dtype != np.uint8
            or image.ndim != 3
            or image.shape[2] != 3
        ):
            raise InputError(
                "an image is an (H, W, 3) array of uint8, RGB; curate.pixels.images.decode makes one of any file"
            )
        one = not isinstance(box, Sequence | np.ndarray) or any(
            np.ndim(number) == 0 for number in box
        )
        height, width = image.shape[:2]
        asked = [checked_box(each, width, height) for each in ([box] if one else box)]
        boxes = np.array(asked, np.int32).reshape(-1, 4)
        sides = np.full(len(asked), height), np.full(len(asked), width)
        seen = windows.grow(boxes, np.full(boxes.shape, PADDING), _LEAST_PADDING, *sides)
        crops = [image[y0:y1, x0:x1] for x0, y0, x1, y1 in seen.tolist()]
        found = probabilities(self.model, crops, windows.shift(boxes, seen, -1))
        masks = []
        for (x0, y0, x1, y1), each in zip(seen.tolist(), found, strict=True):
            mask = np.zeros(image.shape[:2], np.bool_)
            mask[y0:y1, x0:x1] = each >= 0.5
            masks.append(mask)
        return masks[0] if one else masks


def checked_box(box: Any, width: int, height: int) -> Box:
    """A drawn box as whole px, clipped to an image. InputError that says what is wrong with it."""
    try:
        numbers = [float(number) for number in box]
    except (TypeError, ValueError):
        raise InputError(f"box {box!r}: four numbers are due: x0, y0, x1, y1 in px") from None
    shown = ", ".join(f"{number:g}" for number in numbers)
    if len(numbers) != 4:
        raise InputError(f"box {shown}: four numbers are due: x0, y0, x1, y1 in px")
    if not all(math.isfinite(number) for number in numbers):
        raise InputError(f"box {shown}: each number must be finite")
    x0, y0, x1, y1 = numbers
    if x1 <= x0 or y1 <= y0:
        word = "empty" if x1 == x0 or y1 == y0 else "swapped"
        raise InputError(
            f"box {shown}: {word}; x0 < x1 and y0 < y1 are due (half-open: the last px is x1 - 1, y1 - 1)"
        )
    left, top, right, bottom = (
        max(0, math.floor(x0)),
        max(0, math.floor(y0)),
        min(width, math.ceil(x1)),
        min(height, math.ceil(y1)),
    )
    if left >= right or top >= bottom:
        raise InputError(f"box {shown}: outside the image, which is {width} × {height} px")
    if (right - left) * (bottom - top) == 1:
        raise InputError(f"box {shown}: one pixel of the image; there is nothing to find in it")
    return Box(left, top, right, bottom)
