"""The attributes of each label's objects: what the rules of a split can tell apart."""

from collections.abc import Iterable, Sequence

import pandas as pd
import pyarrow as pa

from pipelines.flow.attribute_pairs import attribute_pairs
from pipelines.pages.review.examples import LabelKey

COLUMNS = ["customer", "export", "label", "attributes"]
"""What counting reads of ingest's segments."""

Attributes = dict[str, list[tuple[str, int]]]
"""The most frequent values of each attribute, with their number of objects."""

_MOST_VALUES = 8  # of an attribute; one with more is a name or a number, no kind
_MOST_ATTRIBUTES = 6  # of a label

_OF_LABEL = ["customer", "export", "label"]
_OF_ATTRIBUTE = [*_OF_LABEL, "attribute"]
_OF_VALUE = [*_OF_ATTRIBUTE, "value"]


def count_values(rows: pa.Table, _: None) -> pd.DataFrame:
    """How often each value of each attribute occurs with each label of a partition."""
    pairs = attribute_pairs(rows, _OF_LABEL)
    by_value = pairs.group_by(_OF_VALUE)
    counted = by_value.aggregate([([], "count_all")])
    table = counted.rename_columns([*_OF_VALUE, "count"]).to_pandas()

    # More than are shown tell that there are too many.
    most_first = table.sort_values("count", ascending=False)
    by_attribute = most_first.groupby(_OF_ATTRIBUTE)
    kept: pd.DataFrame = by_attribute.head(4 * _MOST_VALUES)
    return kept


def total_values(counts: Iterable[pd.DataFrame]) -> dict[LabelKey, Attributes]:
    """The attributes of each label that have few values."""
    tables = list(counts)
    found: dict[LabelKey, Attributes] = {}
    if not tables:
        return found
    for names, values in _ordered(tables).groupby(_OF_ATTRIBUTE):
        customer, export, label, attribute = map(str, names)
        key = LabelKey(customer, export, label)
        attributes = found.setdefault(key, {})
        if len(values) <= _MOST_VALUES and len(attributes) < _MOST_ATTRIBUTES:
            pairs = zip(values["value"], values["count"], strict=True)
            attributes[attribute] = [(value, int(count)) for value, count in pairs]
    return found


def _ordered(counts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The tables of `count_values` as one, each value once.

    The most frequent values come first; of two that are as frequent, the value decides.
    """
    together = pd.concat(counts)
    summed = together.groupby(_OF_VALUE)["count"].sum().reset_index()
    by_value = summed.sort_values("value", kind="stable")
    return by_value.sort_values("count", ascending=False, kind="stable")
