"""Stage 3, filter: background and what is too small or too large leaves; what an annotator would box stays."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

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
ADDS = pa.schema([("concept_kind", pa.string())])


class Judged(Protocol):
    """What the filter reads of a concept."""

    @property
    def kind(self) -> str:
        """Thing, part, stuff or void."""

    @property
    def salient(self) -> bool:
        """Whether an annotator would cut it out."""


def filter_objects(
    segments: pa.Table, concepts: Mapping[str, Judged], settings: FilterSettings
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with `concept_kind`; and drops, by the first reason that fits: background, size, share.

    A part of a thing is kept: a wheel in a box is what the annotator wants.
    """
    require(segments.schema, NEEDS, "filter")
    concept = segments["concept"].combine_chunks().dictionary_encode()
    names, rows = concept.dictionary.to_pylist(), concept.indices.to_numpy(zero_copy_only=False)
    kinds = np.array([concepts[name].kind for name in names], dtype=object)
    stays = np.array(
        [concepts[name].salient and concepts[name].kind in ("thing", "part") for name in names],
        bool,
    )
    width, height, area = _side(segments, "x"), _side(segments, "y"), _integers(segments, "area")
    share = area / (_integers(segments, "image_height") * _integers(segments, "image_width"))
    background = ~stays[rows]
    small = (np.minimum(width, height) < settings.min_side) | (area < settings.min_area)
    large = share > settings.max_share
    reasons = np.select(
        [background, small, large],
        [Reason.BACKGROUND.value, Reason.TOO_SMALL.value, Reason.TOO_LARGE_SHARE.value],
        default="",
    )

    def detail(row: int) -> str:
        if background[row]:
            return f"{names[rows[row]]} is {kinds[rows[row]]}, nothing to cut out"
        if small[row]:
            return f"box {width[row]} x {height[row]} px, mask {area[row]} px"
        return f"the mask covers {share[row]:.3f} of the image"

    dropped, kept = np.flatnonzero(reasons != ""), np.flatnonzero(reasons == "")
    drops = drop_rows(
        segments.take(dropped), reasons[dropped].tolist(), [detail(row) for row in dropped.tolist()]
    )
    column = pa.array(kinds[rows[kept]], pa.string())
    return segments.take(kept).append_column(ADDS.field("concept_kind"), column), drops


def _side(segments: pa.Table, axis: str) -> NDArray[np.int64]:
    return _integers(segments, f"box_{axis}1") - _integers(segments, f"box_{axis}0")


def _integers(segments: pa.Table, column: str) -> NDArray[np.int64]:
    values: NDArray[np.int64] = segments[column].to_numpy().astype(np.int64)
    return values
