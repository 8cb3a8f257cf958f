"""The caps of balance: an image, a concept and a customer bring at most so many objects.

Caps hold for whole builds, but each partition is worked on alone. So each partition counts its rows
(`count_values`), which tells the values that exceed a cap (`values_over`). For these values each
partition gives its lowest ranks (`lowest_ranks`), all of them together give the highest rank that
stays (`highest_ranks`), and each partition applies it (`apply_cap`).

A rank depends on the object's id alone. So caps are stable: if k objects with a value are added, at
most k of the kept objects leave, and no object that was dropped comes back.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.curation_settings import BalanceSettings
from curate.reasons import Reason
from curate.schema import DROPS, drop_rows, require

NEEDS = ("object_id", "image_id", "concept", "customer")
"""Columns that caps read."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `limit` objects have the same value of `column`."""

    column: str
    limit: int


def caps(settings: BalanceSettings) -> list[Cap]:
    """The caps of the settings, in the order in which they are applied."""
    limits = {
        "image_id": settings.max_per_image,
        "concept": settings.max_per_concept,
        "customer": settings.max_per_customer,
    }
    caps = []
    for column, limit in limits.items():
        if limit is not None:
            caps.append(Cap(column, limit))
    return caps


def count_values(segments: pa.Table, cap: Cap) -> pa.Table:
    """How many rows have each value of the cap's column: the columns `value` and `count`."""
    by_value = segments.group_by(cap.column)
    counts = by_value.aggregate([([], "count_all")])
    return counts.rename_columns(["value", "count"])


def total_values(counts: Iterable[pa.Table]) -> pa.Table:
    """The tables of `count_values` as one, each value once."""
    # Tables from the workers lie anywhere in memory; Arrow groups rows of aligned columns.
    together = pa.concat_tables(counts).combine_chunks()
    by_value = together.group_by("value")
    sums = by_value.aggregate([("count", "sum")])
    return sums.rename_columns(["value", "count"])


def values_over(counts: Iterable[pa.Table], cap: Cap) -> pa.Array:
    """The values that more rows have than the cap allows. `counts`: of `count_values`."""
    totals = total_values(counts)
    is_over = pc.greater(totals["count"], cap.limit)
    over = totals["value"].filter(is_over)
    return over.combine_chunks()


def lowest_ranks(segments: pa.Table, cap: Cap, over: pa.Array) -> pd.DataFrame:
    """The `limit` lowest ranks of the rows with each of some values of the cap's column.

    `over`: the values (`values_over`). Gives a table with the columns `value` and `rank`.
    """
    is_over = pc.is_in(segments[cap.column], value_set=over)
    rows = segments.filter(is_over)
    values = rows[cap.column].to_pandas()
    ranks = _ranks(rows)
    ranked = pd.DataFrame({"value": values, "rank": ranks})
    return total_ranks([ranked], cap)


def total_ranks(partitions: Iterable[pd.DataFrame], cap: Cap) -> pd.DataFrame:
    """The tables of `lowest_ranks` as one: the `limit` lowest ranks of each value."""
    ordered = pd.concat(partitions).sort_values("rank")
    return ordered.groupby("value").head(cap.limit)


def highest_ranks(partitions: Iterable[pd.DataFrame], cap: Cap) -> "pd.Series[int]":
    """The highest rank that stays, by value, for values with as many objects as the cap or more.

    `partitions`: the `lowest_ranks` of each.
    """
    lowest = total_ranks(partitions, cap)
    by_value = lowest.groupby("value")["rank"]
    highest = by_value.max()
    objects = by_value.size()
    return highest[objects == cap.limit]


def apply_cap(
    segments: pa.Table, cap: Cap, highest: "pd.Series[int]"
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, and those over the cap as drops.

    `highest`: the highest rank that stays, by value (`highest_ranks`).
    """
    require(segments.schema, NEEDS, "balance")
    column = segments[cap.column]
    capped_values = pa.array(highest.index, column.type)
    is_capped = pc.is_in(column, value_set=capped_values).to_numpy()
    capped = np.flatnonzero(is_capped)
    if not len(capped):
        return segments, DROPS.empty_table()

    # Only the rows of capped values can be over the cap.
    of_values = segments.take(capped)
    values = of_values[cap.column].to_pandas()
    highest_of_rows = highest.loc[values].to_numpy()
    is_over = _ranks(of_values) > highest_of_rows
    over = capped[is_over]

    reasons = [Reason.CAPPED.value] * len(over)
    wording = f"more than {cap.limit} objects with {cap.column}"
    details = [f"{wording} {value}" for value in values[is_over]]
    drops = drop_rows(segments.take(over), reasons, details)

    goes_on = np.ones(len(segments), np.bool_)
    goes_on[over] = False
    return segments.take(np.flatnonzero(goes_on)), drops


def _ranks(segments: pa.Table) -> NDArray[np.int64]:
    """(rows,) the rank of each row, 0 to 2^63 - 1: a hash of its object_id."""
    ranks = []
    for object_id in segments["object_id"].to_pylist():
        digest = hashlib.sha256(object_id.encode()).digest()
        first_64_bits = int.from_bytes(digest[:8], "big")
        ranks.append(first_64_bits >> 1)
    return np.array(ranks, dtype=np.int64)
