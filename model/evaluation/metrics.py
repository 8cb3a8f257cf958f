"""How well a predicted mask fits: on pixels, and on edges at two radii. One definition each.

A mask is probability ≥ 0.5; probabilities are taken as they come, never stretched. Values lie in 0 to 1.
"""

import numpy as np
from numpy.typing import NDArray

from curate.pixels.masks import Mask, boundary, dilate

RADII = (2, 5)
"""px at native resolution, of the headline edge metrics."""

METRICS = (
    "iou",
    "precision",
    "recall",
    "mae",
    *(f"edge_{score}_{radius}" for radius in RADII for score in ("precision", "recall", "f")),
)
"""Names in the order of `score`'s values."""

AtEdge = tuple[bool, bool, bool, bool]
"""Whether the window's left, top, right and bottom side is the image's own edge."""


def score(
    probability: NDArray[np.floating] | Mask, true: Mask, at_edge: AtEdge
) -> NDArray[np.float64]:
    """The metrics `METRICS` of one object: (H, W) probabilities or a mask, against its (H, W) bool mask."""
    predicted = probability >= 0.5
    mae = float(np.abs(probability - true.astype(np.float32)).mean())
    edges = [value for radius in RADII for value in edge_scores(predicted, true, at_edge, radius)]
    return np.array([*pixel_scores(predicted, true), mae, *edges])


def pixel_scores(predicted: Mask, true: Mask) -> tuple[float, float, float]:
    """IoU, precision and recall of px; both masks empty gives 1, one empty gives 0."""
    shared = int(np.count_nonzero(predicted & true))
    ours, theirs = int(np.count_nonzero(predicted)), int(np.count_nonzero(true))
    return (
        _share(shared, ours + theirs - shared),
        _share(shared, ours, theirs),
        _share(shared, theirs, ours),
    )


def edge_scores(
    predicted: Mask, true: Mask, at_edge: AtEdge, radius: int
) -> tuple[float, float, float]:
    """Precision, recall and F of the masks' edge bands.

    Boundary = mask px with a 4-neighbour that is not mask; beyond the window counts as not mask, beyond the
    image as mask. Both boundaries are dilated by a disk of `radius` px, clipped to the window. Precision =
    shared px / predicted band, recall = shared px / true band; both bands empty gives 1, one empty gives 0.
    """
    ours = dilate(boundary(predicted, at_edge), radius)
    theirs = dilate(boundary(true, at_edge), radius)
    shared = int(np.count_nonzero(ours & theirs))
    our_size, their_size = int(np.count_nonzero(ours)), int(np.count_nonzero(theirs))
    precision, recall = _share(shared, our_size, their_size), _share(shared, their_size, our_size)
    return precision, recall, 2 * precision * recall / (precision + recall) if shared else precision


def _share(shared: int, size: int, other: int = 0) -> float:
    """shared / size; where `size` is 0, 1 if the other side is empty too."""
    return shared / size if size else float(other == 0)
