"""Stage 3, filter: background, what is too small or too large, and flags that settings name.

A part of a thing stays: a wheel in a box is what the annotator wants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.curation_settings import FilterSettings
from curate.labels.taxonomy import Concept
from curate.reasons import Reason
from curate.schema import drop_rows, require

NEEDS = (
    "object_id",
    "concept",
    "area",
    "flags",
    "image_height",
    "image_width",
    "box_x0",
    "box_y0",
    "box_x1",
    "box_y1",
)
"""Columns that the stage reads."""

_MEASURES = [name for name in NEEDS if name not in ("object_id", "concept", "flags")]

ADDS = pa.schema([("concept_kind", pa.string())])
"""Columns that the stage adds."""


@dataclass(frozen=True, slots=True, eq=False)
class _Measures:
    """What is asked of n objects: arrays of shape (n,)."""

    kinds: NDArray[np.object_]
    """Kind of each object's concept."""
    is_background: NDArray[np.bool_]
    widths: NDArray[np.int32]
    heights: NDArray[np.int32]
    """Widths and heights of the boxes, px."""
    areas: NDArray[np.int64]
    """Areas of the masks, px."""
    shares: NDArray[np.float64]
    """The mask's area in relation to the image's."""


def filter_objects(
    segments: pa.Table, concepts: Mapping[str, Concept], settings: FilterSettings
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with `concept_kind`; and drops.

    `concepts`: the taxonomy's concepts by id.
    The reason of a drop is the first that fits: background, too_small, too_large_share,
    flagged.
    """
    require(segments.schema, NEEDS, "filter")
    objects = _measure(segments, concepts)
    shorter_side = np.minimum(objects.widths, objects.heights)
    is_small = (shorter_side < settings.min_side) | (objects.areas < settings.min_area)
    is_large = objects.shares > settings.max_share

    bad_flags = _first_flag(segments, settings.drop_flags)
    is_flagged = np.array([flag != "" for flag in bad_flags], np.bool_)

    leaves = objects.is_background | is_small | is_large | is_flagged
    leaving = np.flatnonzero(leaves)
    kept = np.flatnonzero(~leaves)
    kinds = pa.array(objects.kinds[kept], pa.string())
    going_on = segments.take(kept).append_column(ADDS.field("concept_kind"), kinds)
    drops = _drops(segments, leaving, objects, is_small, is_large, bad_flags)
    return going_on, drops


def _drops(
    segments: pa.Table,
    leaving: NDArray[np.int64],
    objects: _Measures,
    is_small: NDArray[np.bool_],
    is_large: NDArray[np.bool_],
    bad_flags: Sequence[str],
) -> pa.Table:
    """Drops of the rows that leave, each with the first reason that fits.

    `leaving`: their numbers. The rest is of all rows.
    """
    reasons = []
    details = []
    names = segments["concept"].take(leaving).to_pylist()
    for row, concept in zip(leaving.tolist(), names, strict=True):
        if objects.is_background[row]:
            reason = Reason.BACKGROUND
            detail = f"{concept} is {objects.kinds[row]}, nothing to cut out"
        elif is_small[row]:
            reason = Reason.TOO_SMALL
            box = f"{objects.widths[row]} x {objects.heights[row]} px"
            detail = f"box {box}, mask {objects.areas[row]} px"
        elif is_large[row]:
            reason = Reason.TOO_LARGE_SHARE
            detail = f"the mask covers {objects.shares[row]:.3f} of the image"
        else:
            reason = Reason.FLAGGED
            detail = f"flag {bad_flags[row]}"
        reasons.append(reason.value)
        details.append(detail)
    return drop_rows(segments.take(leaving), reasons, details)


def _measure(segments: pa.Table, concepts: Mapping[str, Concept]) -> _Measures:
    """What is asked of each object."""
    # A partition has thousands of objects and few concepts.
    encoded = segments["concept"].combine_chunks().dictionary_encode()
    named = [concepts[name] for name in encoded.dictionary.to_pylist()]
    concept_of = encoded.indices.to_numpy()
    kinds = np.array([concept.kind for concept in named], object)
    is_background = np.array([not is_boxed(concept) for concept in named], np.bool_)

    columns = {name: segments[name].to_numpy() for name in _MEASURES}
    image_area = columns["image_height"].astype(np.int64) * columns["image_width"]
    return _Measures(
        kinds=kinds[concept_of],
        is_background=is_background[concept_of],
        widths=columns["box_x1"] - columns["box_x0"],
        heights=columns["box_y1"] - columns["box_y0"],
        areas=columns["area"],
        shares=columns["area"] / image_area,
    )


def _first_flag(segments: pa.Table, unwanted: Sequence[str]) -> list[str]:
    """(rows,) the first unwanted flag of each row, or ""."""
    if not unwanted:
        return [""] * len(segments)
    named = set(unwanted)
    bad = [sorted(named.intersection(flags)) for flags in segments["flags"].to_pylist()]
    return ["".join(flags[:1]) for flags in bad]


def is_boxed(concept: Concept) -> bool:
    """Whether an annotator would draw a box around objects of a concept: they are cut out."""
    return concept.salient and concept.kind in ("thing", "part")
