"""What the masks of an export hold, told from some of them before any is read for good."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from curate.exports.child import ChildDied, call
from curate.exports.export import Export
from curate.pixels.binary_masks import LOW
from curate.pixels.mask_values import MaskValues, values_of_mask
from curate.reasons import Reason, Refusal

LOOKED_AT = 24
"""How many masks say what those of an export hold."""

_WHITE = 255
_HIGHEST = 255  # number of a palette
_ADVICE = "numbers mean nothing in such palettes; the format colormap reads colours"
_BLACK = 0
_LEAST_ALIKE = 0.75  # share of the masks with a colour: others may be odd ones
_FEWEST_ALIKE = 3  # masks by which another one is odd
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


def shown_numbers(masks: Iterable[MaskValues]) -> list[int]:
    """The numbers of 1 and 255 that are no white of a binary mask, as some masks show.

    A mask of low numbers beyond 1 holds classes. Then 1 is a class in all masks; and 255 is void
    in all, if it is beside such numbers in one.
    """
    with_classes = [mask for mask in masks if _has_classes(mask)]
    if not with_classes:
        return []
    for mask in with_classes:
        if _WHITE in dict(mask.values):
            return [1, _WHITE]
    return [1]


def usual_palette(masks: Iterable[MaskValues]) -> dict[int, int]:
    """The number of each colour in the palettes of some masks, where enough of them agree.

    Refusal undecodable_mask if they do not: editors of pictures sort a palette by how often a
    colour occurs; then colours are classes, and numbers mean nothing.
    """
    values_of: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for mask in masks:
        colours = [colour for colour, _ in mask.colours]
        for (value, _), colour in zip(mask.values, colours, strict=False):
            is_in_palette = value <= _HIGHEST and colours.count(colour) == 1
            if is_in_palette and colour != _BLACK:
                values_of[colour][value] += 1

    usual = {}
    for colour, values in values_of.items():
        [(value, times), *others] = values.most_common()
        if times < _LEAST_ALIKE * values.total():
            other, _ = others[0]
            what = f"#{colour:06X} is number {value} in some masks, {other} in others"
            raise Refusal(Reason.UNDECODABLE_MASK, f"{what}: {_ADVICE}")
        if times >= _FEWEST_ALIKE:
            usual[colour] = value
    return usual


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
