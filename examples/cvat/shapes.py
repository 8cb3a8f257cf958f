"""Masks as the shapes that CVAT's interactors answer with."""

from collections.abc import Iterable
from typing import Any

from curate.pixels.row_runs import rows_of
from curate.pixels.run_lengths import RunLengths
from model.drawn_box import DrawnBox

_CONFIDENCE = 0  # cvat_sdk.auto_annotation.InteractionResultAttributes.CONFIDENCE


def boxes_of(corners: Iterable[tuple[float, float]]) -> list[DrawnBox]:
    """The boxes that an annotator has drawn: top left and bottom right of each, in px."""
    places = list(corners)
    top_left = places[::2]
    bottom_right = places[1::2]
    pairs = zip(top_left, bottom_right, strict=True)
    return [(x0, y0, x1, y1) for (x0, y0), (x1, y1) in pairs]


def mask_points(runs: RunLengths) -> list[int]:
    """The `points` of a mask: run-lengths row by row through its box, then that box.

    Its right and bottom px are in it: x0, y0, x1 - 1, y1 - 1.
    """
    rows = rows_of(runs)
    last_column = rows.x + rows.width - 1
    last_row = rows.y + rows.height - 1
    return [
        *rows.counts,
        rows.x,
        rows.y,
        last_column,
        last_row,
    ]


def confidence(expected_iou: float | None) -> list[dict[str, Any]]:
    """The `attributes` of a shape; none if the model cannot tell."""
    if expected_iou is None:
        return []
    attribute = {
        "spec_id": _CONFIDENCE,
        "value": f"{expected_iou:.3f}",
    }
    return [attribute]
