"""Stage 3, filter: background, what is too small or too large, and flags that settings name.

A part of a thing stays: a wheel in a box is what the annotator wants.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa

from curate.labels.taxonomy import Concept
from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import FilterSettings

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

    objects["bad_flag"] = _first_flag(segments, settings.drop_flags)
    is_flagged = objects["bad_flag"] != ""

    leaves = objects["is_background"] | is_small | is_large | is_flagged
    drops = _drops(segments, objects[leaves], is_small[leaves], is_large[leaves])

    kept = objects[~leaves]
    kinds = pa.array(kept["kind"], pa.string())
    stay = segments.take(kept.index.to_numpy())
    return stay.append_column(ADDS.field("concept_kind"), kinds), drops


def _measure(segments: pa.Table, concepts: Mapping[str, Concept]) -> pd.DataFrame:
    """A row for each object: its concept and kind, whether it is background, and its sizes.

    `width` and `height` are those of the box in px, `area` is that of the mask in px, `share` that
    in relation to the image.
    """
    rows = segments.select(NEEDS).to_pandas()
    kind_of = {concept.id: concept.kind for concept in concepts.values()}
    boxed = [concept.id for concept in concepts.values() if _is_boxed(concept)]
    image_area = (
        rows["image_height"].astype("int64") * rows["image_width"]
    )  # may be over 2^31
    return pd.DataFrame(
        {
            "concept": rows["concept"],
            "kind": rows["concept"].map(kind_of.__getitem__),
            "is_background": ~rows["concept"].isin(boxed),
            "width": rows["box_x1"] - rows["box_x0"],
            "height": rows["box_y1"] - rows["box_y0"],
            "area": rows["area"],
            "share": rows["area"] / image_area,
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
