"""The caps of balance: an image, a concept and a customer bring at most so many objects.

Caps hold for whole builds, but each partition is worked on alone. So each partition tells the
lowest ranks of its rows (`lowest_ranks`), all of them together give the highest rank that stays
(`highest_ranks`), and each partition applies it (`apply_cap`). A rank depends on the object's id
alone, and so does which rows stay.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import BalanceSettings

NEEDS = ("object_id", "image_id", "concept", "customer")
"""Columns that caps read."""

_NO_BOUND = np.iinfo(np.int64).max


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
    return [Cap(column, limit) for column, limit in limits.items() if limit is not None]


def lowest_ranks(segments: pa.Table, cap: Cap) -> pd.DataFrame:
    """The `limit` lowest ranks of the rows with each value of the cap's column.

    Gives a table with the columns `value` and `rank`.
    """
    values = segments[cap.column].to_pandas()
    ranked = pd.DataFrame({"value": values, "rank": _ranks(segments)})
    return _lowest(ranked, cap)


def highest_ranks(partitions: Iterable[pd.DataFrame], cap: Cap) -> "pd.Series[int]":
    """The highest rank that stays, by value, for values with as many objects as the cap or more.

    `partitions`: the `lowest_ranks` of each.
    """
    lowest = _lowest(pd.concat(partitions), cap)
    by_value = lowest.groupby("value")["rank"]
    highest = by_value.max()
    return highest[by_value.size() == cap.limit]


def apply_cap(
    segments: pa.Table, cap: Cap, highest: "pd.Series[int]"
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, and those over the cap as drops.

    `highest`: the highest rank that stays, by value (`highest_ranks`).
    """
    require(segments.schema, NEEDS, "balance")
    values = segments[cap.column].to_pandas()
    bounds = highest.reindex(values, fill_value=_NO_BOUND)
    is_over = _ranks(segments) > bounds.to_numpy()

    over = np.flatnonzero(is_over)
    reasons = [Reason.CAPPED.value] * len(over)
    details = [
        f"more than {cap.limit} objects with {cap.column} {value}"
        for value in values[over]
    ]
    drops = drop_rows(segments.take(over), reasons, details)

    kept = np.flatnonzero(~is_over)
    return segments.take(kept), drops


def _lowest(ranked: pd.DataFrame, cap: Cap) -> pd.DataFrame:
    """The rows with the `limit` lowest ranks of each value."""
    ordered = ranked.sort_values("rank")
    return ordered.groupby("value").head(cap.limit)


def _ranks(segments: pa.Table) -> NDArray[np.int64]:
    """(rows,) the rank of each row, 0 to 2^63 - 1: a hash of its object_id."""
    ranks = []
    for object_id in segments["object_id"].to_pylist():
        digest = hashlib.sha256(object_id.encode()).digest()
        first_64_bits = int.from_bytes(digest[:8], "big")
        ranks.append(first_64_bits >> 1)
    return np.array(ranks, dtype=np.int64)
