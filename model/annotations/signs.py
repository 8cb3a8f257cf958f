"""The signs of a wrong annotation: numbers that tell sound masks from spoiled ones.

None decides alone. A new sign is one function of `Evidence`, in the file of what gives it, and one
line of `SIGNS`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model.annotations import answer_signs, edge_signs, shape_signs
from model.annotations.evidence import Evidence
from model.annotations.outlines import FEWEST_POINTS, REACH

_MOST_SHARED = 0.5  # IoU of two masks that are mostly one region

Values = NDArray[np.float64]
"""(signs,)"""


def shared(evidence: Evidence) -> float:
    """The greatest IoU of the mask with another annotation of its export in the image, .5 at most.

    Beyond that it says the less: a mask that has swallowed a larger object shares nearly all with
    it, and so does that object, which is sound.
    """
    return min(_MOST_SHARED, evidence.annotation.shared)


def swallowed(evidence: Evidence) -> float:
    """The greatest share of another annotation of a like size that the mask covers, unless masks of
    its concept usually cover such ones.
    """
    return evidence.annotation.swallowed


SIGNS: dict[str, Callable[[Evidence], float]] = {
    each.__name__: each
    for each in (
        answer_signs.model_overlap,
        answer_signs.window_agreement,
        answer_signs.spilled,
        answer_signs.surely_missing,
        answer_signs.surely_extra,
        answer_signs.growth,
        answer_signs.wider_overlap,
        answer_signs.edge_agreement,
        answer_signs.uneven_offset,
        answer_signs.model_gain,
        edge_signs.edge_fit,
        edge_signs.better_place,
        edge_signs.edge_contrast,
        edge_signs.bare_share,
        edge_signs.off_edges,
        edge_signs.inner_edges,
        shape_signs.straight_share,
        shape_signs.longest_side,
        shape_signs.bare_side,
        shape_signs.cut_side,
        shape_signs.bowed_sides,
        shape_signs.corner_count,
        shape_signs.pieces,
        shape_signs.solidity,
        shared,
        swallowed,
    )
}
"""All signs by name."""


def read_signs(evidence: Evidence) -> Values:
    """(signs,) of an annotation, in the order of `SIGNS`.

    NaN for all where too little of an outline is left to judge: masks of a few px, or those that
    fill their image.
    """
    if len(evidence.outline) < FEWEST_POINTS:
        return np.full(len(SIGNS), np.nan)
    return np.array([sign(evidence) for sign in SIGNS.values()], np.float64)


def best_move(evidence: Evidence) -> Values:
    """(2,) px right and down, -8 to 8, by which the mask would lie best on edges and answer.

    Both fits count alike, each in its own deviations. NaN as of `read_signs`. One mask may well be
    wrong in this; a shift that a whole delivery has shows in their median.
    """
    if len(evidence.outline) < FEWEST_POINTS:
        return np.full(2, np.nan)
    together = np.zeros(evidence.places.shape)
    for places in (evidence.places, evidence.model_places):
        spread = places.std() + 1e-6
        together += (places - places.mean()) / spread

    best = int(together.argmax())
    row, column = np.unravel_index(best, together.shape)
    right = column - REACH
    down = row - REACH
    return np.array([right, down], np.float64)
