"""Stage 3, filter: background, what is too small or too large, and flags that settings name.

A part of a thing stays: a wheel in a box is what the annotator wants.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

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
    shorter_side = objects[["width", "height"]].min(axis=1)
    is_small = (shorter_side < settings.min_side) | (
        objects["area"] < settings.min_area
    )
    is_large = objects["share"] > settings.max_share

    bad_flags = _first_flag(segments, settings.drop_flags)
    is_flagged = np.array([flag != "" for flag in bad_flags], np.bool_)

    leaves = objects["is_background"] | is_small | is_large | is_flagged
    leaving = np.flatnonzero(leaves)
    described = objects.iloc[leaving].assign(
        concept=segments["concept"].take(leaving).to_pylist(),
        bad_flag=[bad_flags[row] for row in leaving],
    )
    drops = _drops(segments, described, is_small[leaves], is_large[leaves])

    kept = np.flatnonzero(~leaves)
    kinds = pa.array(objects["kind"].to_numpy()[kept], pa.string())
    return segments.take(kept).append_column(ADDS.field("concept_kind"), kinds), drops


def _measure(segments: pa.Table, concepts: Mapping[str, Concept]) -> pd.DataFrame:
    """A row for each object: the kind of its concept, whether it is background, and its sizes.

    `width` and `height` are those of the box in px, `area` is that of the mask in px, `share` that
    in relation to the image.
    """
    # A partition has thousands of objects and few concepts.
    encoded = segments["concept"].combine_chunks().dictionary_encode()
    named = [concepts[name] for name in encoded.dictionary.to_pylist()]
    concept_of = encoded.indices.to_numpy()
    kinds = np.array([concept.kind for concept in named], object)
    is_background = np.array([not _is_boxed(concept) for concept in named], np.bool_)

    columns = {name: segments[name].to_numpy() for name in _MEASURES}
    image_area = columns["image_height"].astype(np.int64) * columns["image_width"]
    return pd.DataFrame(
        {
            "kind": kinds[concept_of],
            "is_background": is_background[concept_of],
            "width": columns["box_x1"] - columns["box_x0"],
            "height": columns["box_y1"] - columns["box_y0"],
            "area": columns["area"],
            "share": columns["area"] / image_area,
        }
    )


def _first_flag(segments: pa.Table, unwanted: Sequence[str]) -> list[str]:
    """Of each row, its first flag among those that are unwanted; "" if it has none."""
    if not unwanted:
        return [""] * len(segments)
    named = set(unwanted)
    bad = [sorted(named.intersection(flags)) for flags in segments["flags"].to_pylist()]
    return ["".join(flags[:1]) for flags in bad]


def _is_boxed(concept: Concept) -> bool:
    """Whether an annotator would draw a box around objects of a concept."""
    return concept.salient and concept.kind in ("thing", "part")


def _drops(
    segments: pa.Table,
    leaving: pd.DataFrame,
    is_small: "pd.Series[bool]",
    is_large: "pd.Series[bool]",
) -> pa.Table:
    """Drops of the rows that leave, each with the first reason that fits.

    `leaving`: their measures; its index is the row of `segments`.
    """
    reasons = []
    details = []
    for each, small, large in zip(
        leaving.itertuples(), is_small, is_large, strict=True
    ):
        if each.is_background:
            reason = Reason.BACKGROUND
            detail = f"{each.concept} is {each.kind}, nothing to cut out"
        elif small:
            reason = Reason.TOO_SMALL
            detail = f"box {each.width} x {each.height} px, mask {each.area} px"
        elif large:
            reason = Reason.TOO_LARGE_SHARE
            detail = f"the mask covers {each.share:.3f} of the image"
        else:
            reason = Reason.FLAGGED
            detail = f"flag {each.bad_flag}"
        reasons.append(reason.value)
        details.append(detail)
    return drop_rows(segments.take(leaving.index.to_numpy()), reasons, details)
