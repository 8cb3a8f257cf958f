"""Signs that the picture gives: whether its edges lie where the outline of the mask does."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.annotations.evidence import Evidence
from model.annotations.outlines import REACH, STEPS

_BARE = 0.5  # of the usual strongest edge: what is weaker is none
_FAR_PX = 2


def edge_fit(evidence: Evidence) -> float:
    """How much better the outline fits image edges here than moved by up to 8 px, in deviations."""
    places = evidence.places
    better_than_usual = _here(places) - places.mean()
    deviation = places.std() + 1e-3
    return float(better_than_usual / deviation)


def better_place(evidence: Evidence) -> float:
    """How much better another place is for the outline: 0, this is the best, to 1, the worst."""
    places = evidence.places
    best = float(places.max())
    spread = float(places.max() - places.min()) + 1e-6
    return (best - _here(places)) / spread


def _here(places: NDArray[np.float32]) -> float:
    """The best place within 1 px of the outline's own."""
    near = slice(REACH - 1, REACH + 2)
    return float(places[near, near].max())


def edge_contrast(evidence: Evidence) -> float:
    """Image edges on the outline beside those 3 to 8 px off it, as a logarithm."""
    mean = evidence.edges.mean(axis=0)
    off = np.abs(STEPS)
    on_outline = mean[off <= 1].mean()
    far_from_it = mean[off > _FAR_PX].mean()
    return float(np.log(on_outline / far_from_it))


def bare_share(evidence: Evidence) -> float:
    """Share of the outline that has no image edge below it."""
    strongest = evidence.edges.max(axis=1)
    is_bare = evidence.edge_below < _BARE * np.median(strongest)
    return float(np.mean(is_bare))


def off_edges(evidence: Evidence) -> float:
    """Share of the outline that lies 2 px or more off the best line along edges near it."""
    is_off = np.abs(evidence.snapped) >= _FAR_PX
    return float(np.mean(is_off))


def inner_edges(evidence: Evidence) -> float:
    """Image edges inside the mask beside those on its outline, as a logarithm."""
    kernel = np.ones((9, 9), np.uint8)
    inside = cv2.erode(evidence.mask.astype(np.uint8), kernel).astype(np.bool_)
    if not inside.any():
        return 0.0

    # The strongest colour channel counts at each px.
    gradients = evidence.gradients
    strength = np.hypot(gradients.across, gradients.down).max(axis=2)
    columns, rows = evidence.outline.points.astype(int).T
    on_outline = float(strength[rows, columns].mean())
    in_mask = strength[inside].mean()
    return float(np.log((in_mask + 1) / (on_outline + 1)))
