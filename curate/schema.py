"""The Arrow schemas between the rooms. No schema is ever inferred; a missing column fails before work starts."""

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from curate.records import Drop

SCHEMA_VERSION = 1
"""Rises with every change to the columns or bytes that the stages write."""

STAGES = ("ingest", "remap", "filter", "split", "balance", "shard")
"""The stages of the curation, in the order of the flow; each leaves a folder of its name in the build."""

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

_LONGEST_TEXT = 1000  # characters of a drop's detail or key

_CATEGORY = pa.dictionary(pa.int32(), pa.string())
_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])

SHARD_ROW = pa.schema(
    [
        ("object_id", pa.string()),
        ("image_id", pa.string()),
        ("group_id", pa.string()),
        *(
            (name, _CATEGORY)
            for name in ("export", "customer", "domain", "role", "split", "licence")
        ),
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
        *(
            (f"{box}_{side}", pa.int32())
            for box in ("crop", "box", "drawn", "window")
            for side in ("x0", "y0", "x1", "y1")
        ),
        ("area", pa.int64()),
        ("flags", pa.list_(pa.string())),
        ("weight", pa.float32()),
        ("image", _IMAGE),
        ("mask", _IMAGE),
    ]
)


def shard_schema() -> pa.Schema:
    """`SHARD_ROW` with the schema version and the Hugging Face features that make pictures appear."""
    features = {field.name: _feature(field) for field in SHARD_ROW}
    return SHARD_ROW.with_metadata(
        {
            "schema_version": str(SCHEMA_VERSION),
            "huggingface": json.dumps({"info": {"features": features}}),
        }
    )


def _feature(field: pa.Field) -> Any:
    if field.name in ("image", "mask"):
        return {"_type": "Image"}
    if pa.types.is_list(field.type):
        return {
            "feature": {"dtype": "string", "_type": "Value"},
            "_type": "Sequence",
        }  # old and new releases read it
    names = {pa.float32(): "float32", _CATEGORY: "string"}  # Arrow's own name of float32 is float
    return {"dtype": names.get(field.type, str(field.type)), "_type": "Value"}


class MissingColumnError(RuntimeError):
    """A stage was handed a table without a column that it needs: a bug of ours, never of the input."""


def require(table: pa.Schema, needs: Iterable[str], stage: str) -> None:
    """Fail before work starts where a column is missing."""
    missing = [name for name in needs if name not in table.names]
    if missing:
        raise MissingColumnError(f"{stage} needs the columns {', '.join(missing)}")


def drops_table(drops: Iterable[Drop]) -> pa.Table:
    """Drops as a table of schema `DROPS`. What a stranger wrote is cut to a length that people read."""
    rows = list(drops)
    columns: dict[str, list[Any]] = {
        name: [_brief(getattr(row, name)) for row in rows] for name in DROPS.names[:-1]
    }
    columns["count"] = [row.count for row in rows]
    return pa.table([pa.array(columns[field.name], field.type) for field in DROPS], schema=DROPS)


def _brief(text: str) -> str:
    cut = str(text) if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode()


def drop_rows(table: pa.Table, reasons: Iterable[str], details: Iterable[str]) -> pa.Table:
    """Drops of whole rows of a stage's table, one reason and detail each, counting one annotation each."""
    columns = {
        name: table[name] for name in ("object_id", "export", "image_path", "annotation_key")
    }
    columns |= {"reason": pa.array(reasons, pa.string()), "detail": pa.array(details, pa.string())}
    return pa.table(columns | {"count": pa.array([1] * len(table), pa.int64())}, schema=DROPS)
