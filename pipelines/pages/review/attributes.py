"""The attributes of each label's objects: what the rules of a split can tell apart."""

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.pages.review.examples import LabelKey

COLUMNS = ["customer", "export", "label", "attributes"]
"""What counting reads of ingest's segments."""

Attributes = dict[str, list[tuple[str, int]]]
"""The most frequent values of each attribute, with their number of objects."""

_MOST_VALUES = 8  # of an attribute; one with more is a name or a number, no kind
_MOST_ATTRIBUTES = 6  # of a label

_BY = ["customer", "export", "label", "attribute", "value"]


def count_values(rows: pa.Table, _: None) -> pd.DataFrame:
    """How often each value of each attribute occurs with each label of a partition."""
    maps = rows["attributes"].combine_chunks()
    if isinstance(maps, pa.ChunkedArray):
        maps = pa.concat_arrays(maps.chunks)
    parents = pc.list_parent_indices(maps.cast(_AS_LIST))
    pairs = maps.cast(_AS_LIST).flatten()

    columns = {name: rows[name].cast(pa.string()).take(parents) for name in _BY[:3]}
    columns["attribute"] = pairs.field("key")
    columns["value"] = pairs.field("value")
    counted = pa.table(columns).group_by(_BY).aggregate([([], "count_all")])
    table = counted.to_pandas().rename(columns={"count_all": "count"})
    # One more than are shown tells that there are too many.
    most = table.sort_values("count", ascending=False).groupby(_BY[:4])
    kept: pd.DataFrame = most.head(4 * _MOST_VALUES)
    return kept


_AS_LIST = pa.list_(pa.struct([("key", pa.string()), ("value", pa.string())]))


def total_values(counts: Iterable[pd.DataFrame]) -> dict[LabelKey, Attributes]:
    """The attributes of each label that have few values."""
    tables = list(counts)
    found: dict[LabelKey, Attributes] = {}
    if not tables:
        return found
    by_value = pd.concat(tables)[[*_BY, "count"]].groupby(_BY)
    summed: pd.DataFrame = by_value.sum().reset_index()
    ordered = summed.sort_values(
        [*_BY[:4], "count", "value"], ascending=[True] * 4 + [False, True]
    )
    for names, values in ordered.groupby(_BY[:4]):
        customer, export, label, attribute = map(str, names)
        attributes = found.setdefault(LabelKey(customer, export, label), {})
        if len(values) <= _MOST_VALUES and len(attributes) < _MOST_ATTRIBUTES:
            pairs = zip(values["value"], values["count"], strict=True)
            attributes[attribute] = [(value, int(count)) for value, count in pairs]
    return found
