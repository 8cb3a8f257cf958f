"""Signs that the model's answers give: where they and the mask differ."""

from itertools import combinations

import numpy as np

from curate.pixels.masks import boundary, dilate, tight_box
from model.annotations.evidence import Evidence
from model.annotations.outlines import REACH
from model.evaluation.comparison import as_mask, overlap

_EDGE_PX = 2
_RIDGE = 0.01  # how far a shift of the outline is held back
_MOST = 2.0  # signs that have no bound end here


def model_overlap(evidence: Evidence) -> float:
    """IoU of the model's answer with the mask, mean over the redrawn windows."""
    ious = []
    for answer in evidence.answers.redrawn:
        predicted = as_mask(answer)
        agreement = overlap(predicted, evidence.mask)
        ious.append(agreement.iou)
    return float(np.mean(ious))


def window_agreement(evidence: Evidence) -> float:
    """IoU of the answers to redrawn windows with each other, mean over their pairs."""
    masks = [as_mask(answer) for answer in evidence.answers.redrawn]
    if len(masks) < 2:
        return 1.0

    ious = []
    for one, other in combinations(masks, 2):
        agreement = overlap(one, other)
        ious.append(agreement.iou)
    return float(np.mean(ious))


def spilled(evidence: Evidence) -> float:
    """What the model sees outside the mask, as a share of the mask."""
    outside = evidence.probability[~evidence.mask]
    total = float(outside.sum(dtype=np.float64))
    return min(_MOST, total / evidence.area)


def surely_missing(evidence: Evidence) -> float:
    """What the model surely sees as the object and the mask leaves out."""
    missing = evidence.predicted & ~evidence.mask
    sureness = evidence.sureness[missing]
    total = float(sureness.sum())
    return min(_MOST, total / evidence.area)


def surely_extra(evidence: Evidence) -> float:
    """What the mask holds and the model surely does not."""
    extra = evidence.mask & ~evidence.predicted
    sureness = evidence.sureness[extra]
    total = float(sureness.sum())
    return total / evidence.area


def growth(evidence: Evidence) -> float:
    """What the model sees outside the mask's box, if it is asked about a wider one."""
    box = tight_box(evidence.mask)
    beyond = evidence.answers.wider.copy()
    beyond[box.y0 : box.y1, box.x0 : box.x1] = 0
    total = float(beyond.sum())
    return min(_MOST, total / evidence.area)


def wider_overlap(evidence: Evidence) -> float:
    """IoU of the answer to a wider box with the mask."""
    wider = as_mask(evidence.answers.wider)
    agreement = overlap(wider, evidence.mask)
    return agreement.iou


def edge_agreement(evidence: Evidence) -> float:
    """F of the mask's edge and the model's, 2 px wide."""
    edge = boundary(evidence.mask, evidence.at_edge)
    edge_of_answer = boundary(evidence.predicted, evidence.at_edge)
    band = dilate(edge, _EDGE_PX)
    band_of_answer = dilate(edge_of_answer, _EDGE_PX)
    agreement = overlap(band_of_answer, band)
    return agreement.f


def uneven_offset(evidence: Evidence) -> float:
    """How unevenly the model's edge lies beside the outline, px, apart from one shift of all."""
    offsets = evidence.model_offsets
    normals = evidence.outline.normals.astype(np.float64)

    # The shift of all that explains the offsets best: least squares, held back a little, because
    # the normals of a straight outline tell one direction only.
    ridge = _RIDGE * len(offsets) * np.eye(2)
    products = normals.T @ normals + ridge
    shift = np.linalg.solve(products, normals.T @ offsets)
    explained = normals @ shift
    rest = offsets - explained
    mean_square = np.mean(rest**2)
    return float(np.sqrt(mean_square))


def model_gain(evidence: Evidence) -> float:
    """By how much the mask would fit the model's answer better at another place."""
    places = evidence.model_places
    here = places[REACH, REACH]
    gain = float(places.max() - here)
    return gain / evidence.area
