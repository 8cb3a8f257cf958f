"""The model's answers to an annotation's own drawn box, in redrawn windows, and to a wider one."""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from curate.curation_settings import CropSettings
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask, tight_box
from curate.records import Box
from curate.settings import Settings
from curate.shards import windows
from model.box_network import BoxNetwork
from model.window_answers import Probabilities, probabilities

# Share of the box's sides by which the wider drawn box is larger, each side.
_WIDER_BOX = 0.2
_WIDER_WINDOW = 0.35
_FIRST_EPOCH = 1_000_000  # no training samples the windows of these epochs


@dataclass(frozen=True, slots=True, eq=False)
class Annotation:
    """An object's crop, and its mask as annotated, or spoiled."""

    object_id: str
    image: Pixels
    """(H, W, 3) uint8 RGB: the crop."""

    mask: Mask
    """(H, W) bool in the crop, not empty."""

    crop: Box
    """The crop in its image."""

    image_height: int
    image_width: int

    shared: float = 0.0
    """The greatest IoU of the mask with another annotation of its export in the image."""

    swallowed: float = 0.0
    """The greatest share of another annotation of a like size that the mask covers, less what masks
    of its concept usually cover."""


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the model answers, in the frame of the crop."""

    redrawn: list[Probabilities]
    """(H, W) for each redrawn window; 0 outside it."""

    wider: Probabilities
    """(H, W) for a drawn box that is too large, which shows where an object goes on."""


Asking = Callable[[Sequence[Annotation]], list[Answers]]
"""Gives a model's answers to some annotations, as `ask` does."""


def asking(model: BoxNetwork, settings: Settings) -> Asking:
    """How settings let a model be asked.

    One look at each window is enough, since each mask is asked about in several.
    """
    quick = copy(model)
    quick.looks = 1
    return partial(ask, quick, crop=settings.crop, times=settings.quality.windows)


def ask(
    model: BoxNetwork,
    annotations: Sequence[Annotation],
    crop: CropSettings,
    times: int,
) -> list[Answers]:
    """The model's answers, to `times` redrawn windows of each annotation and a wider one."""
    drawn = []
    seen = []
    for time in range(times):
        boxes, window = _redrawn(annotations, crop, time)
        drawn.append(boxes)
        seen.append(window)
    boxes, window = _wider(annotations)
    drawn.append(boxes)
    seen.append(window)

    # All windows are asked about together: many have the same padded size.
    images = []
    for of_time in seen:
        for annotation, (x0, y0, x1, y1) in zip(
            annotations, of_time.tolist(), strict=True
        ):
            images.append(annotation.image[y0:y1, x0:x1])
    all_seen = np.concatenate(seen)
    in_window = windows.shift(np.concatenate(drawn), all_seen, -1)
    found = probabilities(model, images, in_window)

    placed = []
    for place, answer in enumerate(found):
        shape = annotations[place % len(annotations)].mask.shape
        placed.append(_placed(answer, all_seen[place], shape))

    answers = []
    for first in range(len(annotations)):
        *redrawn, wider = placed[first :: len(annotations)]
        answers.append(Answers(redrawn, wider))
    return answers


def _redrawn(
    annotations: Sequence[Annotation], crop: CropSettings, time: int
) -> tuple[windows.Boxes, windows.Boxes]:
    """Drawn boxes and windows, (n, 4) each, in the crops."""
    crops = _crops(annotations)
    boxes = windows.shift(_boxes(annotations), crops, 1)
    drawn, seen = windows.random_windows(
        [annotation.object_id for annotation in annotations],
        boxes,
        np.array([annotation.image_height for annotation in annotations]),
        np.array([annotation.image_width for annotation in annotations]),
        crop,
        _FIRST_EPOCH + time,
    )
    return _inside(drawn, crops), _inside(seen, crops)


def _wider(annotations: Sequence[Annotation]) -> tuple[windows.Boxes, windows.Boxes]:
    """Drawn boxes that are too large and windows around them, (n, 4) each, in the crops."""
    boxes = _boxes(annotations)
    heights = np.array([annotation.crop.height for annotation in annotations])
    widths = np.array([annotation.crop.width for annotation in annotations])
    grown = []
    for share in (_WIDER_BOX, _WIDER_WINDOW):
        shares = np.full(boxes.shape, share)
        grown.append(windows.grow(boxes, shares, 2, heights, widths))
    drawn, seen = grown
    return drawn, seen


def _boxes(annotations: Sequence[Annotation]) -> windows.Boxes:
    return np.array(
        [tight_box(annotation.mask) for annotation in annotations], np.int32
    )


def _crops(annotations: Sequence[Annotation]) -> windows.Boxes:
    return np.array([annotation.crop for annotation in annotations], np.int32)


def _inside(boxes: windows.Boxes, crops: windows.Boxes) -> windows.Boxes:
    """Boxes of the images in the frames of the crops, clipped to them.

    Only those of spoiled masks reach beyond their crop.
    """
    ends = np.tile(crops[:, 2:] - crops[:, :2], 2)
    clipped: windows.Boxes = np.clip(windows.shift(boxes, crops, -1), 0, ends)
    return clipped


def _placed(
    answer: Probabilities, window: NDArray[np.int32], shape: tuple[int, ...]
) -> Probabilities:
    """An answer in its crop."""
    x0, y0, x1, y1 = window.tolist()
    placed = np.zeros(shape, np.float32)
    placed[y0:y1, x0:x1] = answer
    return placed
