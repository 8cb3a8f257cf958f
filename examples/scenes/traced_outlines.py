"""Outlines traced in a small picture: letters and stains, with the holes in them."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from examples.scenes.fields import field
from examples.scenes.outlines import Outline
from examples.scenes.random_outlines import blob
from examples.scenes.sampling import count, one_of

GLYPH_SIDE = 200
"""The height and the width of the square that holds a letter."""

_LETTERS = "ABCDEFGHKLMNPRSTUXZ023456789&?"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)
_STAIN_SIDE = 160  # px of the field that a stain is cut from
_FEWEST_POINTS = 5  # a traced outline with fewer points is a speck


def glyph(rng: Generator) -> Outline:
    """A letter or digit in a square of GLYPH_SIDE."""
    canvas = np.zeros((GLYPH_SIDE, GLYPH_SIDE), np.uint8)
    cv2.putText(
        canvas,
        text=one_of(rng, _LETTERS),
        org=(40, 150),
        fontFace=one_of(rng, _FONTS),
        fontScale=4.5,
        color=(255,),
        thickness=count(rng, 8, 26),
        lineType=cv2.LINE_AA,
    )
    return _traced(canvas > 127)


def stain(rng: Generator) -> Outline:
    """A ragged patch with holes: the largest region in a blob where a field is above some level."""
    x, y = rng.integers(0, 350, 2)
    tones = field(one_of(rng, ("cloud", "smoke", "marble")))
    window = tones[y : y + _STAIN_SIDE, x : x + _STAIN_SIDE].astype(np.float32)

    canvas = np.zeros((_STAIN_SIDE, _STAIN_SIDE), np.uint8)
    outline = blob(rng, 0.5) * _STAIN_SIDE * 0.3 + _STAIN_SIDE / 2
    cv2.fillPoly(
        canvas,
        [outline.astype(np.int32)],
        (255,),
    )
    inside = canvas > 0

    smooth = cv2.GaussianBlur(window, (0, 0), rng.uniform(1, 4))
    level = np.percentile(smooth[inside], rng.uniform(15, 60))
    above = (smooth > level) & inside
    # One patch, not the crumbs about it.
    regions, labels, stats, _ = cv2.connectedComponentsWithStats(above.astype(np.uint8))
    if regions < 2:
        return [blob(rng)]
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = 1 + int(areas.argmax())
    return _traced(np.equal(labels, largest))


def _traced(mask: NDArray[np.bool_]) -> Outline:
    """The outlines and holes of a mask."""
    lines, _ = cv2.findContours(
        mask.astype(np.uint8),
        cv2.RETR_CCOMP,
        cv2.CHAIN_APPROX_TC89_L1,
    )
    long = [line for line in lines if len(line) >= _FEWEST_POINTS]
    return [line[:, 0].astype(np.float64) for line in long]
