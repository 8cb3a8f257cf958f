"""What an annotator had to do to a model's answer, seen from the answer and the final mask.

Nothing here imports torch.
"""

from dataclasses import dataclass

from curate.pixels.masks import Mask, OfSides
from model.evaluation.comparison import Comparison, Place, Truth
from model.evaluation.correction_effort import correction_effort

EDGE_RADIUS = 2
"""px, within which an answer's edge need not be redrawn."""

REACH = 8
"""px around both masks that `measure` must be given: the edge bands, and what erosion reaches."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What separates an answer from the mask that the annotator left."""

    iou: float
    edge_to_redraw: float
    """Share of the final mask's edge band, 2 px to each side, that the answer's band lacks:
    1 − edge recall."""

    clicks: float
    """Human correction effort, see correction_effort.py."""


def measure(answer: Mask, final: Mask, at_edge: OfSides) -> Effort:
    """The effort of one object.

    `answer`, `final`: (H, W) bool, of a window that holds both and `REACH` px around them, as far
    as the image goes. `at_edge`: whether each side of the window is the image's own edge.
    """
    height, width = final.shape  # none of these numbers asks for the whole image's size
    comparison = Comparison(answer, Truth(final, Place(at_edge, height, width)))
    return Effort(
        iou=comparison.pixels.iou,
        edge_to_redraw=1 - comparison.edges(EDGE_RADIUS).recall,
        clicks=correction_effort(comparison),
    )
