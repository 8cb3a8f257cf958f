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
    "image_dhash",
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
    """At most `MOST` objects of each label of a partition: the columns `_PROPOSED`.

    Specks, and further objects of an image or of one that looks the same, come only if there are
    too few others.
    """
    objects = _measure(rows)
    proposed = [objects.head(0).assign(is_extra=False, slot=0)]
    for of_label in [group for _, group in objects.groupby(_BY, sort=True)]:
        repeats = of_label.duplicated("image_dhash")
        is_extra = of_label["is_speck"] | repeats
        best = of_label[~is_extra]
        proposed.append(_at_percentiles(best, MOST).assign(is_extra=False))
        left = MOST - len(best)
        if left > 0:
            extra = _at_percentiles(of_label[is_extra], left)
            proposed.append(extra.assign(is_extra=True))
    together: pd.DataFrame = pd.concat(proposed)[_PROPOSED]
    return together


def choose(proposals: Iterable[pd.DataFrame]) -> dict[LabelKey, list[str]]:
    """The ids of at most `MOST` objects of each label, the most typical first."""
    tables = list(proposals)
    chosen: dict[LabelKey, list[str]] = {}
    if not tables:
        return chosen

    together = pd.concat(tables).sort_values("object_id")
    # Each partition has a proposal for each percentile: one of each is taken, then a second.
    together["turn"] = together.groupby([*_BY, "is_extra", "slot"]).cumcount()
    ordered = together.sort_values([*_BY, "is_extra", "turn", "slot"])
    ordered["is_repeated"] = ordered.duplicated([*_BY, "image_dhash"])
    ordered = ordered.sort_values("is_repeated", kind="stable")

    for row in ordered.groupby(_BY).head(MOST).to_dict("records"):
        key = LabelKey(row["customer"], row["export"], row["label"])
        chosen.setdefault(key, []).append(row["object_id"])
    return chosen


_MEASURED = [*_BY, "object_id", "image_dhash", "area", "is_speck"]
_PROPOSED = [*_BY, "object_id", "image_dhash", "is_extra", "slot"]


def _measure(rows: pa.Table) -> pd.DataFrame:
    """The columns `_MEASURED` of each object, sorted by area."""
    table = rows.select(COLUMNS).to_pandas()
    width = table["box_x1"] - table["box_x0"]
    height = table["box_y1"] - table["box_y0"]
    table["is_speck"] = np.minimum(width, height) < _SPECK
    measured: pd.DataFrame = table[_MEASURED]
    return measured.sort_values(["is_speck", "area", "object_id"])


def _at_percentiles(objects: pd.DataFrame, most: int) -> pd.DataFrame:
    """At most so many rows of a table that is sorted by area, near `_PERCENTILES`.

    `slot`: which of the percentiles a row stands for.
    """
    taken: list[int] = []
    free = list(range(len(objects)))
    for share in _PERCENTILES[:most]:
        if not free:
            break
        wanted = share * (len(objects) - 1)
        nearest = min(free, key=lambda row: abs(row - wanted))
        taken.append(nearest)
        free.remove(nearest)
    return objects.iloc[taken].assign(slot=range(len(taken)))
