"""The attributes of objects as a table: a row for each attribute of each object."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

_PAIR = pa.struct(
    [
        ("key", pa.string()),
        ("value", pa.string()),
    ]
)
_AS_LIST = pa.list_(_PAIR)
"""An object's attributes as Arrow can take them apart: a map is not flattened."""


def attribute_pairs(rows: pa.Table, columns: Sequence[str]) -> pa.Table:
    """`attribute` and `value` of each attribute of each row, after some columns of that row.

    `rows`: with the column `attributes`, a map of strings. All columns come out as strings.
    """
    maps = rows["attributes"].combine_chunks()
    if isinstance(maps, pa.ChunkedArray):
        maps = pa.concat_arrays(maps.chunks)
    lists = maps.cast(_AS_LIST)
    pairs = lists.flatten()

    object_of_pair = pc.list_parent_indices(lists)
    found = {}
    for name in columns:
        texts = rows[name].cast(pa.string())
        found[name] = texts.take(object_of_pair)
    found["attribute"] = pairs.field("key")
    found["value"] = pairs.field("value")
    return pa.table(found)
