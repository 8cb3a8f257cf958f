"""Which objects stand for a label: typical, large and varied ones, from different images.

Each partition proposes some of its own; of all proposals the final ones are chosen. The choice
depends on the objects alone, so it is the same in every run.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

COLUMNS = [
    "object_id",
    "customer",
    "export",
    "label",
    "image_id",
    "area",
    "box_x0",
    "box_y0",
    "box_x1",
    "box_y1",
]
"""What choosing reads of ingest's segments."""

MOST = 12
"""Examples of a label, at most."""

_BY = ["customer", "export", "label"]
_SPECK = 20  # px of a box's shorter side; below it there is little to see

# The shares of a label's objects that have less area than an example. The middle comes first,
# because a label is decided by what is typical of it.
_PERCENTILES = (0.5, 0.95, 0.75, 0.3, 0.85, 0.6, 0.99, 0.4, 0.9, 0.2, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class LabelKey:
    """A label of one export."""

    customer: str
    export: str
    label: str


def propose(rows: pa.Table, _: None) -> pd.DataFrame:
    """Some objects of each label of a partition: the columns of `_measure`."""
    return _pick(_measure(rows))


def choose(proposals: Iterable[pd.DataFrame]) -> dict[LabelKey, list[str]]:
    """The ids of at most `MOST` objects of each label, the most typical first."""
    tables = list(proposals)
    chosen: dict[LabelKey, list[str]] = {}
    if not tables:
        return chosen
    for row in _pick(pd.concat(tables)).to_dict("records"):
        key = LabelKey(row["customer"], row["export"], row["label"])
        chosen.setdefault(key, []).append(row["object_id"])
    return chosen


_MEASURED = [*_BY, "object_id", "image_id", "area", "is_speck"]


def _measure(rows: pa.Table) -> pd.DataFrame:
    """The columns `_MEASURED` of each object."""
    table = rows.select(COLUMNS).to_pandas()
    width = table["box_x1"] - table["box_x0"]
    height = table["box_y1"] - table["box_y0"]
    table["is_speck"] = np.minimum(width, height) < _SPECK
    measured: pd.DataFrame = table[_MEASURED]
    return measured


def _pick(objects: pd.DataFrame) -> pd.DataFrame:
    """At most `MOST` objects of each label: near the percentiles, each of another image.

    Specks, and further objects of an image, come only if there are too few others.
    """
    ordered = objects.sort_values([*_BY, "is_speck", "area", "object_id"])
    picked = []
    for _, of_label in ordered.groupby(_BY, sort=True):
        seen_before = of_label.duplicated("image_id")
        best = of_label[~of_label["is_speck"] & ~seen_before]
        rest = of_label.drop(best.index) if len(best) < MOST else of_label.head(0)
        picked.append(_at_percentiles(best, MOST))
        picked.append(_at_percentiles(rest, MOST - len(best)))
    if not picked:
        return objects.head(0)
    return pd.concat(picked)


def _at_percentiles(objects: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many rows of a table that is sorted by area, in the order of `_PERCENTILES`."""
    if len(objects) == 0 or most <= 0:
        return objects.head(0)
    taken: list[int] = []
    free = list(range(len(objects)))
    for share in _PERCENTILES[:most]:
        if not free:
            break
        wanted = share * (len(objects) - 1)
        nearest = min(free, key=lambda row: (abs(row - wanted), row))
        taken.append(nearest)
        free.remove(nearest)
    return objects.iloc[taken]
