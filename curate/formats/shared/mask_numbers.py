"""What the masks of an export hold, told from some of them before any is read for good."""

from collections.abc import Iterator, Sequence

from curate.exports.child import ChildDied, call
from curate.exports.export import Export
from curate.pixels.binary_masks import LOW
from curate.pixels.mask_values import MaskValues, values_of_mask
from curate.reasons import Refusal

_LOOKED_AT = 24
_WHITE = 255
_LEAST = 0.005  # share of px; a few stray values are no classes


def some_masks(export: Export, masks: Sequence[str], most: int) -> Iterator[MaskValues]:
    """What some masks, spread over all of them, have in them."""
    step = max(1, len(masks) // most)
    limits = export.limits
    for mask in masks[::step][:most]:
        try:
            data = export.read(mask)
            yield call(values_of_mask, limits, data, limits.image_pixels)
        except (Refusal, ChildDied):
            continue  # ingest tells of it, if the mask is needed


def shown_numbers(export: Export, masks: Sequence[str]) -> list[int]:
    """The numbers of 1 and 255 that are no white of a binary mask, as some masks show.

    A mask of low numbers beyond 1 holds classes. Then 1 is a class in all masks; and 255 is void
    in all, if it is beside such numbers in one.
    """
    with_classes = [
        mask for mask in some_masks(export, masks, _LOOKED_AT) if _has_classes(mask)
    ]
    if not with_classes:
        return []
    for mask in with_classes:
        if _WHITE in dict(mask.values):
            return [1, _WHITE]
    return [1]


def _has_classes(mask: MaskValues) -> bool:
    """Whether a mask has numbers from 2 to a few, and no others but 255."""
    total = sum(px for _, px in mask.values)
    numbered = 0
    for value, px in mask.values:
        if value > LOW and value != _WHITE:
            return False
        if 1 < value <= LOW:
            numbered += px
    return numbered > _LEAST * total
