"""Signs that the model's answers give: where they and the mask differ."""

from itertools import combinations

import numpy as np

from curate.pixels.masks import boundary, dilate, tight_box
from model.annotations.evidence import Evidence
from model.annotations.outlines import REACH
from model.evaluation.comparison import as_mask, overlap

_EDGE_PX = 2
_MOST = 2.0  # signs that have no bound end here


def model_overlap(evidence: Evidence) -> float:
    """IoU of the model's answer with the mask, mean over the redrawn windows."""
    found = []
    for answer in evidence.answers.redrawn:
        agreement = overlap(as_mask(answer), evidence.mask)
        found.append(agreement.iou)
    return float(np.mean(found))


def window_agreement(evidence: Evidence) -> float:
    """IoU of the answers to redrawn windows with each other."""
    masks = [as_mask(answer) for answer in evidence.answers.redrawn]
    if len(masks) < 2:
        return 1.0
    found = [overlap(one, other).iou for one, other in combinations(masks, 2)]
    return float(np.mean(found))


def spilled(evidence: Evidence) -> float:
    """What the model sees outside the mask, as a share of the mask."""
    outside = float(evidence.probability[~evidence.mask].sum(dtype=np.float64))
    return min(_MOST, outside / evidence.area)


def surely_missing(evidence: Evidence) -> float:
    """What the model surely sees as the object and the mask leaves out."""
    missing = evidence.predicted & ~evidence.mask
    surely = float(evidence.sureness[missing].sum())
    return min(_MOST, surely / evidence.area)


def surely_extra(evidence: Evidence) -> float:
    """What the mask holds and the model surely does not."""
    extra = evidence.mask & ~evidence.predicted
    surely = float(evidence.sureness[extra].sum())
    return surely / evidence.area


def growth(evidence: Evidence) -> float:
    """What the model sees outside the mask's box, if it is asked about a wider one."""
    box = tight_box(evidence.mask)
    beyond = evidence.answers.wider.copy()
    beyond[box.y0 : box.y1, box.x0 : box.x1] = 0
    return min(_MOST, float(beyond.sum()) / evidence.area)


def wider_overlap(evidence: Evidence) -> float:
    """IoU of the answer to a wider box with the mask."""
    wider = as_mask(evidence.answers.wider)
    return overlap(wider, evidence.mask).iou


def edge_agreement(evidence: Evidence) -> float:
    """F of the mask's edge and the model's, 2 px wide."""
    edge = boundary(evidence.mask, evidence.at_edge)
    edge_of_answer = boundary(evidence.predicted, evidence.at_edge)
    agreement = overlap(dilate(edge_of_answer, _EDGE_PX), dilate(edge, _EDGE_PX))
    return agreement.f


def uneven_offset(evidence: Evidence) -> float:
    """How unevenly the model's edge lies beside the outline, px, apart from one shift of all."""
    offsets = evidence.model_offsets
    normals = evidence.outline.normals.astype(np.float64)

    # The shift of all that explains the offsets best: least squares, held back a little, because
    # the normals of a straight outline tell one direction only.
    ridge = 0.01 * len(offsets) * np.eye(2)
    squares = normals.T @ normals + ridge
    shift = np.linalg.solve(squares, normals.T @ offsets)
    explained = normals @ shift
    rest = offsets - explained
    return float(np.sqrt((rest**2).mean()))


def model_gain(evidence: Evidence) -> float:
    """By how much the mask would fit the model's answer better at another place."""
    places = evidence.model_places
    better = float(places.max() - places[REACH, REACH])
    return better / evidence.area
