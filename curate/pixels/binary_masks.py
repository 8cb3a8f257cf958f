"""Binary masks: which px of a picture are the mask, and whether it looks like one.

Values look binary if they are all 0 or 1. Or if nine px in ten are at most 32 or at
least 223, and the upper end outweighs whatever the lower end holds besides its
commonest value (in a JPEG that is noise). Or if more than 64 values lead from black to
white. So soft masks are binary.

In a file without loss, low numbers and 255 alone are classes and void, even if most px are
255: 0, 1, 2 and 255, or 11, 13 and 255. Blends would have left values in between.
Colours are binary if they are bright: dark ones (3, 0, 1) are numbers.
"""

import cv2
import numpy as np

from curate.pixels.class_table import Integers
from curate.pixels.mask_pictures import OPAQUE, MaskPicture
from curate.pixels.masks import Mask

LOW = 32
"""The highest grey value of the lower end."""

HIGH = 223
"""The lowest grey value of the upper end."""

MANY_GREYS = 64
"""More values than classes have."""

_MIDDLE = 127
_FEW_GREYS = 4  # between the ends, of a mask that is drawn in flat greys
_BLOCK = np.ones((3, 3), np.uint8)
_MOST_AT_ENDS = 0.9  # share of the px that lie at either end of a binary mask
_LEAST_NUMBERED = 0.001  # share of the px: fewer are stray px of a binary mask


def binary_mask(picture: MaskPicture) -> Mask:
    """(H, W) bool: the px above 127, or the px that are not 0 if all others are equal.

    If the picture has opaque and clear px, the opaque ones are the mask; if these are black and
    white, only the bright ones are.
    """
    grey = grey_values(picture)
    if picture.alpha is not None and picture.is_cut_out:
        opaque: Mask = picture.alpha >= OPAQUE
        inside = grey[opaque]
        if inside.max() >= HIGH and looks_binary(inside):
            return opaque & (grey > _MIDDLE)
        return opaque

    threshold = _MIDDLE
    if _has_two_values(grey):
        threshold = 0
    is_mask: Mask = grey > threshold
    return is_mask


def looks_binary(grey: Integers, lossy: bool = False) -> bool:
    """Whether grey values are those of a binary mask, by the rules above."""
    histogram = np.bincount(grey.ravel(), minlength=256)
    if histogram.size > 256:
        return False
    if not histogram[2:].any():
        return True

    low = histogram[: LOW + 1]
    high = histogram[HIGH:]
    has_black_and_white = histogram[0] > 0 and high.any()
    if has_black_and_white and np.count_nonzero(histogram) > MANY_GREYS:
        return True

    low_px = low.sum()
    high_px = high.sum()
    if low_px + high_px < _MOST_AT_ENDS * grey.size:
        return False
    if lossy:
        return bool(high_px)  # low numbers alone are classes, which JPEG has blurred
    if _are_classes_and_void(histogram):
        return False
    besides_commonest = low_px - low.max()
    return bool(high_px > besides_commonest)


def _are_classes_and_void(histogram: Integers) -> bool:
    """Whether values are low numbers, not 0 alone, and 255 with nothing in between."""
    numbered_px = histogram[1 : LOW + 1].sum()
    has_numbers = numbered_px >= _LEAST_NUMBERED * histogram.sum()
    between = histogram[LOW + 1 : -1]
    return bool(has_numbers and histogram[-1] and not between.any())


def is_dark_colour(picture: MaskPicture) -> bool:
    """Whether a picture has colours, none of them bright: they are numbers, and no mask."""
    if picture.table is not None:
        return False
    grey = picture.pixels & 255
    is_coloured = np.any(picture.pixels != grey * 0x010101)
    return bool(is_coloured) and int(_luminance(picture.pixels).max()) <= LOW


def grey_values(picture: MaskPicture) -> Integers:
    """(H, W) grey values, palette indexes, or the luminance of colours.

    Of 16-bit grey that reaches up to white, the high byte.
    """
    values = picture.values
    if values is None:
        return _luminance(picture.pixels)
    if values.dtype == np.uint16:
        high_bytes = values >> 8
        if high_bytes.max() >= HIGH:
            return high_bytes
    return values


def flat_greys(grey: Integers) -> list[int]:
    """The greys between the ends that fill a block of 3 x 3 px, as soft edges do not.

    None if there are many greys between the ends: these are shades.
    """
    histogram = np.bincount(grey.ravel(), minlength=256)
    between = np.flatnonzero(histogram[LOW + 1 : HIGH]) + LOW + 1
    if between.size > _FEW_GREYS:
        return []

    flat = []
    for value in between[histogram[between] >= _BLOCK.size].tolist():
        is_value = (grey == value).astype(np.uint8)
        if cv2.erode(is_value, _BLOCK).any():
            flat.append(value)
    return flat


def _luminance(colours: Integers) -> Integers:
    """Grey of 0xRRGGBB, rounded. Source: ITU-R BT.601."""
    red = (colours >> 16) & 255
    green = (colours >> 8) & 255
    blue = colours & 255
    thousandths: Integers = 299 * red
    thousandths += 587 * green
    thousandths += 114 * blue
    return (thousandths + 500) // 1000


def _has_two_values(grey: Integers) -> bool:
    """Whether all is 0 or 1, or 0 and one other value."""
    lowest = int(grey.min())
    highest = int(grey.max())
    if highest <= 1:
        return True
    if lowest > 0:
        return False
    is_either = (grey == 0) | (grey == highest)
    return bool(is_either.all())
