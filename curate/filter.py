"""Stage 3, filter: background and what is too small or too large leaves; what an annotator would box stays."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import FilterSettings

NEEDS = ("object_id", "concept", "area", "image_height", "image_width", "box_x0", "box_y0", "box_x1", "box_y1")
ADDS = pa.schema([("concept_kind", pa.string())])


class Judged(Protocol):
    """What the filter reads of a concept."""

    kind: str
    salient: bool


def filter_objects(
    segments: pa.Table, concepts: Mapping[str, Judged], settings: FilterSettings
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with `concept_kind`; and drops, the first reason that fits: background, size, share."""
    require(segments.schema, NEEDS, "filter")
    names = segments["concept"].to_pylist()
    kinds = [concepts[name].kind for name in names]
    background = np.array([concepts[name].kind in ("stuff", "void") or not concepts[name].salient for name in names], bool)
    width = _difference(segments, "box_x1", "box_x0")
    height = _difference(segments, "box_y1", "box_y0")
    side, area = np.minimum(width, height), segments["area"].to_numpy()
    share = area / (segments["image_height"].to_numpy().astype(np.int64) * segments["image_width"].to_numpy())
    small = (side < settings.min_side) | (area < settings.min_area)
    large = share > settings.max_share
    rules = [
        (background, Reason.BACKGROUND, lambda row: f"{names[row]} is {kinds[row]}, not an object to cut out"),
        (small, Reason.TOO_SMALL, lambda row: f"box {width[row]} x {height[row]} px, mask {area[row]} px"),
        (large, Reason.TOO_LARGE_SHARE, lambda row: f"the mask covers {share[row]:.3f} of the image"),
    ]
    chosen = np.select([mask for mask, _, _ in rules], range(len(rules)), default=len(rules))
    dropped = np.flatnonzero(chosen < len(rules))
    drops = drop_rows(
        segments.take(dropped),
        [rules[chosen[row]][1].value for row in dropped],
        [rules[chosen[row]][2](row) for row in dropped],
    )
    kept = np.flatnonzero(chosen == len(rules))
    column = pa.array(kinds, pa.string()).take(pa.array(kept))
    return segments.take(kept).append_column(ADDS.field("concept_kind"), column), drops


def _difference(segments: pa.Table, larger: str, smaller: str) -> np.ndarray:
    return pc.subtract(segments[larger], segments[smaller]).to_numpy()
