"""Stage 3, filter: background and what is too small or too large is dropped.

A part of a thing stays: a wheel in a box is what the annotator wants.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.labels.taxonomy import Concept
from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import FilterSettings

NEEDS = (
    "object_id",
    "concept",
    "area",
    "image_height",
    "image_width",
    "box_x0",
    "box_y0",
    "box_x1",
    "box_y1",
)
"""Columns that the stage reads."""

ADDS = pa.schema([("concept_kind", pa.string())])
"""Columns that the stage adds."""


def filter_objects(
    segments: pa.Table, concepts: Mapping[str, Concept], settings: FilterSettings
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with `concept_kind`; and drops.

    `concepts`: the taxonomy's concepts by id.
    The reason of a drop is the first that fits: background, too_small, too_large_share.
    """
    require(segments.schema, NEEDS, "filter")
    encoded = segments["concept"].combine_chunks().dictionary_encode()
    row_concept = encoded.indices.to_numpy(zero_copy_only=False)
    found = [concepts[concept] for concept in encoded.dictionary.to_pylist()]
    kinds = np.array([concept.kind for concept in found], dtype=object)
    boxed = np.array([_is_boxed(concept) for concept in found], dtype=bool)

    width = _integers(segments, "box_x1") - _integers(segments, "box_x0")
    height = _integers(segments, "box_y1") - _integers(segments, "box_y0")
    area = _integers(segments, "area")
    image_area = _integers(segments, "image_height") * _integers(segments, "image_width")
    share = area / image_area

    is_background = ~boxed[row_concept]
    is_small = (np.minimum(width, height) < settings.min_side) | (area < settings.min_area)
    is_large = share > settings.max_share

    def reason_and_detail(row: int) -> tuple[Reason, str]:
        if is_background[row]:
            concept = found[row_concept[row]]
            return Reason.BACKGROUND, f"{concept.id} is {concept.kind}, nothing to cut out"
        if is_small[row]:
            size = f"box {width[row]} x {height[row]} px, mask {area[row]} px"
            return Reason.TOO_SMALL, size
        return Reason.TOO_LARGE_SHARE, f"the mask covers {share[row]:.3f} of the image"

    leaves = is_background | is_small | is_large
    dropped = np.flatnonzero(leaves)
    reasons = []
    details = []
    for row in dropped.tolist():
        reason, detail = reason_and_detail(row)
        reasons.append(reason.value)
        details.append(detail)
    drops = drop_rows(segments.take(dropped), reasons, details)

    kept = np.flatnonzero(~leaves)
    kind_column = pa.array(kinds[row_concept[kept]], pa.string())
    return segments.take(kept).append_column(ADDS.field("concept_kind"), kind_column), drops


def _is_boxed(concept: Concept) -> bool:
    """Whether an annotator would draw a box around objects of a concept."""
    return concept.salient and concept.kind in ("thing", "part")


def _integers(segments: pa.Table, column: str) -> NDArray[np.int64]:
    """A column as int64, so that products of sizes do not overflow."""
    values: NDArray[np.int64] = segments[column].to_numpy().astype(np.int64)
    return values
