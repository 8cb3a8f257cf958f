"""Signs that the picture gives: whether its edges lie where the outline of the mask does."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.annotations.evidence import Evidence
from model.annotations.outlines import REACH, STEPS

_BARE = 0.5  # of the usual strongest edge: what is weaker is none
_FAR_PX = 2
_ABOUT = np.ones((9, 9), np.uint8)  # px that have to be mask around a px inside

# So that nothing is divided by 0 where the edges are alike at all places.
_LEAST_DEVIATION = 1e-3
_LEAST_SPREAD = 1e-6


def edge_fit(evidence: Evidence) -> float:
    """How much better the outline fits image edges here than moved by up to 8 px, in deviations."""
    places = evidence.places
    better_than_usual = _here(places) - places.mean()
    deviation = places.std() + _LEAST_DEVIATION
    return float(better_than_usual / deviation)


def better_place(evidence: Evidence) -> float:
    """How much better another place is for the outline: 0, this is the best, to 1, the worst."""
    places = evidence.places
    best = places.max()
    worst = places.min()
    spread = float(best - worst) + _LEAST_SPREAD
    lag = float(best) - _here(places)
    return lag / spread


def _here(places: NDArray[np.float32]) -> float:
    """The best place within 1 px of the outline's own."""
    near = slice(REACH - 1, REACH + 2)
    about = places[near, near]
    return float(about.max())


def edge_contrast(evidence: Evidence) -> float:
    """Image edges on the outline beside those 3 to 8 px off it, as a logarithm."""
    # (17,) the mean image edge at each step across the outline.
    mean = evidence.edges.mean(axis=0)
    distance = np.abs(STEPS)
    is_on_outline = distance <= 1
    is_far = distance > _FAR_PX
    on_outline = mean[is_on_outline].mean()
    far_from_it = mean[is_far].mean()
    return float(np.log(on_outline / far_from_it))


def bare_share(evidence: Evidence) -> float:
    """Share of the outline that has no image edge below it."""
    strongest = evidence.edges.max(axis=1)
    usual = np.median(strongest)
    is_bare = evidence.edge_below < _BARE * usual
    return float(np.mean(is_bare))


def off_edges(evidence: Evidence) -> float:
    """Share of the outline that lies 2 px or more off the best line along edges near it."""
    is_off = np.abs(evidence.snapped) >= _FAR_PX
    return float(np.mean(is_off))


def inner_edges(evidence: Evidence) -> float:
    """Image edges inside the mask beside those on its outline, as a logarithm."""
    mask = evidence.mask.astype(np.uint8)
    inside = cv2.erode(mask, _ABOUT).astype(np.bool_)
    if not inside.any():
        return 0.0

    # The strongest colour channel counts at each px.
    gradients = evidence.gradients
    of_channels = np.hypot(gradients.across, gradients.down)
    strength = of_channels.max(axis=2)
    points = evidence.outline.points.astype(int)
    columns, rows = points.T
    on_outline = float(strength[rows, columns].mean())
    in_mask = strength[inside].mean()

    # One grey level per px more on both sides: without any image edge the ratio is 1.
    ratio = (in_mask + 1) / (on_outline + 1)
    return float(np.log(ratio))
