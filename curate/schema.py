"""The Arrow schemas between the rooms.

No schema is ever inferred, and a missing column fails before work starts.
"""

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from curate.drops import Drop

SCHEMA_VERSION = 1
"""Rises with every change to the columns or bytes that the stages write."""

STAGES = ("ingest", "remap", "filter", "split", "balance", "shard")
"""The stages of the curation, in the order of the flow.

Each leaves a folder of its name in the build.
"""

DROPS = pa.schema(
    [
        ("object_id", pa.string()),
        ("export", pa.string()),
        ("image_path", pa.string()),
        ("annotation_key", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("count", pa.int64()),
    ]
)
"""What a stage drops. `count`: the annotations that a row stands for, null if nobody can know."""

_LONGEST_TEXT = 1000  # characters of a drop's detail or key

_CATEGORY = pa.dictionary(pa.int32(), pa.string())
_IMAGE = pa.struct(
    [
        ("bytes", pa.binary()),
        ("path", pa.string()),
    ]
)

SHARD_ROW = pa.schema(
    [
        ("object_id", pa.string()),
        ("image_id", pa.string()),
        ("group_id", pa.string()),
        ("export", _CATEGORY),
        ("customer", _CATEGORY),
        ("domain", _CATEGORY),
        ("role", _CATEGORY),
        ("split", _CATEGORY),
        ("licence", _CATEGORY),
        ("label", pa.string()),
        ("concept", pa.string()),
        ("concept_kind", pa.string()),
        ("match_how", pa.string()),
        ("match_score", pa.float32()),
        ("object_source", pa.string()),
        ("image_path", pa.string()),
        ("annotation_key", pa.string()),
        ("image_height", pa.int32()),
        ("image_width", pa.int32()),
        ("crop_x0", pa.int32()),
        ("crop_y0", pa.int32()),
        ("crop_x1", pa.int32()),
        ("crop_y1", pa.int32()),
        ("box_x0", pa.int32()),
        ("box_y0", pa.int32()),
        ("box_x1", pa.int32()),
        ("box_y1", pa.int32()),
        ("drawn_x0", pa.int32()),
        ("drawn_y0", pa.int32()),
        ("drawn_x1", pa.int32()),
        ("drawn_y1", pa.int32()),
        ("window_x0", pa.int32()),
        ("window_y0", pa.int32()),
        ("window_x1", pa.int32()),
        ("window_y1", pa.int32()),
        ("area", pa.int64()),
        ("flags", pa.list_(pa.string())),
        ("weight", pa.float32()),
        ("image", _IMAGE),
        ("mask", _IMAGE),
    ]
)


HELD_BOX = ("box_x0", "box_y0", "box_x1", "box_y1")
"""The columns of a mask's box, in the image."""

HELD = pa.schema(
    [
        ("object_id", pa.string()),
        ("export", pa.string()),
        ("box_x0", pa.int32()),
        ("box_y0", pa.int32()),
        ("box_x1", pa.int32()),
        ("box_y1", pa.int32()),
        ("area", pa.int64()),
        ("why", pa.string()),
        ("delivery", pa.string()),
    ]
)
"""Objects of deliveries that are held back. `why`: what is wrong with the delivery, in words.

The box and the area name the mask: another mask of the same object is not held. `delivery`:
EXPORT@DIGEST, the digest being of all its masks.
"""


def shard_schema() -> pa.Schema:
    """`SHARD_ROW` with its schema version and the features of Hugging Face datasets.

    The features make pictures appear as pictures.
    """
    features = {field.name: _feature(field) for field in SHARD_ROW}
    metadata = {
        "schema_version": str(SCHEMA_VERSION),
        "huggingface": json.dumps({"info": {"features": features}}),
    }
    return SHARD_ROW.with_metadata(metadata)


class MissingColumnError(RuntimeError):
    """A stage was handed a table without a column that it needs: a bug of ours, never bad input."""


def require(schema: pa.Schema, needs: Iterable[str], stage: str) -> None:
    """Fail before work starts if a column is missing. Raises MissingColumnError."""
    missing = [name for name in needs if name not in schema.names]
    if missing:
        raise MissingColumnError(f"{stage} needs the columns {', '.join(missing)}")


def drops_table(drops: Iterable[Drop]) -> pa.Table:
    """Drops as a table of schema `DROPS`; long texts are cut to a length that people read."""
    rows = list(drops)
    columns = []
    for field in DROPS:
        values = [getattr(row, field.name) for row in rows]
        if field.type == pa.string():
            values = [_brief(text) for text in values]
        column = pa.array(values, field.type)
        columns.append(column)
    return pa.table(columns, schema=DROPS)


def drop_rows(
    table: pa.Table, reasons: Iterable[str], details: Iterable[str]
) -> pa.Table:
    """Drops of whole rows of a stage's table; each counts one annotation.

    `reasons`, `details`: one of each for a row.
    """
    names = ("object_id", "export", "image_path", "annotation_key")
    columns = {name: table[name] for name in names}
    columns["reason"] = pa.array(reasons, pa.string())
    columns["detail"] = pa.array(details, pa.string())
    columns["count"] = pa.array([1] * len(table), pa.int64())
    return pa.table(columns, schema=DROPS)


def _feature(field: pa.Field) -> dict[str, Any]:
    """A column's type in the words of Hugging Face datasets."""
    if field.name in ("image", "mask"):
        return {"_type": "Image"}
    if pa.types.is_list(field.type):
        # Old and new releases of datasets read "Sequence".
        return {"feature": {"dtype": "string", "_type": "Value"}, "_type": "Sequence"}
    if field.type == pa.float32():
        dtype = "float32"  # Arrow's own name for it is float
    elif field.type == _CATEGORY:
        dtype = "string"
    else:
        dtype = str(field.type)
    return {"dtype": dtype, "_type": "Value"}


def _brief(text: str) -> str:
    """A text that people read and that any file can hold."""
    brief = str(text)
    if len(brief) > _LONGEST_TEXT:
        brief = f"{brief[:_LONGEST_TEXT]}…"
    # A file name that is no UTF-8 reaches us with lone surrogates, which Parquet cannot hold.
    return brief.encode("utf-8", "replace").decode()
