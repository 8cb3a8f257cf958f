"""Trace: each stage's row with what it added, drops beside rows, and the end of the way."""

from pathlib import Path

import pyarrow as pa
import pytest
from upath import UPath

from curate.drops import Drop
from curate.errors import InputError
from curate.reasons import Reason
from curate.schema import drops_table
from curate.storage import write_json, write_table
from curate.trace import last_row, trace


def write_stage(
    build: UPath, stage: str, parts: list[tuple[list[dict[str, object]], list[Drop]]]
) -> None:
    """A stage's folder with these rows and drops, one part each."""
    for number, (rows, drops) in enumerate(parts):
        name = f"part-{number:05d}.parquet"
        table = (
            pa.Table.from_pylist(rows)
            if rows
            else pa.table({"object_id": pa.array([], pa.string())})
        )
        write_table(build / stage / "segments" / name, table)
        write_table(build / stage / "drops" / name, drops_table(drops))
    write_json(build / stage / "stage.json", {})


@pytest.fixture
def build(tmp_path: Path) -> UPath:
    """Two stages of two partitions.

    "kept" goes on, "lost" is dropped in remap, "twice" goes on and is dropped, too.
    """
    folder = UPath(tmp_path)
    again = Drop(
        reason=Reason.DUPLICATE_ANNOTATION, detail="stands twice", object_id="twice"
    )
    early = Drop(reason=Reason.NO_MASK, detail="a box", object_id="early")
    lost = Drop(reason=Reason.UNMAPPED_LABEL, detail="no concept", object_id="lost")
    kept = {"object_id": "kept", "label": "car", "area": 9}
    write_stage(
        folder,
        "ingest",
        [
            ([{"object_id": "twice", "label": "bus", "area": 4}], [again, early]),
            ([kept, {"object_id": "lost", "label": "zorp", "area": 5}], []),
        ],
    )
    write_stage(
        folder, "remap", [([], []), ([kept | {"area": 8, "concept": "car"}], [lost])]
    )
    return folder


def test_a_row_tells_what_each_stage_added_or_changed(build: UPath) -> None:
    steps = trace(build, "kept")
    assert [(step.stage, step.partition) for step in steps] == [
        ("ingest", "part-00001.parquet"),
        ("remap", "part-00001.parquet"),
    ]
    assert steps[1].added == {"area": 8, "concept": "car"}
    assert last_row(steps) == {
        "object_id": "kept",
        "label": "car",
        "area": 8,
        "concept": "car",
    }


def test_a_drop_ends_the_way(build: UPath) -> None:
    first, last = trace(build, "lost")
    assert first.row is not None
    assert last.row is None
    assert [drop["reason"] for drop in last.drops] == ["unmapped_label"]
    (only,) = trace(build, "early")
    assert only.row is None
    assert last_row([only]) is None


def test_an_id_that_stands_twice_shows_the_row_and_the_drop(build: UPath) -> None:
    (step,) = trace(build, "twice")
    assert step.row is not None
    assert [drop["reason"] for drop in step.drops] == ["duplicate_annotation"]


def test_what_is_not_there(build: UPath, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no object and no drop"):
        trace(build, "nobody")
    with pytest.raises(InputError, match="no stage is built"):
        trace(UPath(tmp_path / "elsewhere"), "kept")
