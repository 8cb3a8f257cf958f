"""Tables between the rooms: what a drop holds, and what readers of shards see."""

import json

import pyarrow as pa
import pytest

from curate import schema
from curate.drops import Drop
from curate.reasons import Reason


def test_a_stage_without_its_columns_fails_before_work_starts() -> None:
    schema.require(schema.DROPS, ["reason", "count"], "filter")
    with pytest.raises(
        schema.MissingColumnError, match="filter needs the columns area"
    ):
        schema.require(schema.DROPS, ["reason", "area"], "filter")


def test_drops_hold_what_strangers_wrote_within_bounds() -> None:
    drop = Drop(
        reason=Reason.NO_MASK,
        detail="x" * 5000,
        export="e",
        annotation_key="\ud800",
        count=None,
    )
    (row,) = schema.drops_table([drop]).to_pylist()
    assert (len(row["detail"]), row["annotation_key"], row["reason"], row["count"]) == (
        1001,
        "?",
        "no_mask",
        None,
    )
    assert schema.drops_table([]).schema == schema.DROPS


def test_rows_become_drops_of_one_annotation_each() -> None:
    names = ("export", "object_id", "image_path", "annotation_key", "area")
    table = pa.table({name: ["x", "y"] for name in names})
    drops = schema.drop_rows(table, ["crowd", "capped"], ["", "over 64"])
    assert drops.schema == schema.DROPS
    assert drops["count"].to_pylist() == [1, 1]


def test_every_shard_column_has_a_feature() -> None:
    described = json.loads(schema.shard_schema().metadata[b"huggingface"])["info"][
        "features"
    ]
    assert list(described) == schema.SHARD_ROW.names
    assert described["image"] == described["mask"] == {"_type": "Image"}
    assert described["flags"]["feature"] == {"dtype": "string", "_type": "Value"}
    assert described["weight"]["dtype"] == "float32"
    assert described["export"]["dtype"] == described["label"]["dtype"] == "string"


def test_every_reason_has_a_meaning_of_its_own() -> None:
    meanings = [reason.meaning for reason in Reason]
    assert all(meanings)
    assert len(set(meanings)) == len(meanings)
