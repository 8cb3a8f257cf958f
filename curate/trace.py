"""An object's whole way: the row that each stage made of it, or the drop that ended it."""

import re
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc
from upath import UPath

from curate.errors import InputError
from curate.schema import STAGES
from curate.storage import partitions, read_table

Row = dict[str, Any]
"""One row of a stage's table, by column."""

_OBJECT_ID = re.compile("[0-9a-f]{32}")
_BEGINNING = re.compile("[0-9a-f]{1,31}")
_MOST_NAMED = 3  # of the ids that begin alike


@dataclass(frozen=True, slots=True)
class Step:
    """What one stage did with an object: the row that went on, if one did, and its drops.

    There are both if an annotation's key occurs twice: the first goes on, the others are dropped.
    `partition`: file name of the partition that holds it. `added`: columns that this stage added or
    changed.
    """

    stage: str
    partition: str
    row: Row | None
    drops: list[Row]
    added: Row


def trace(build: UPath, object_id: str) -> list[Step]:
    """The steps of an object, or of an annotation that was dropped, in the order of the flow.

    `object_id`: or its first digits, if no other id begins with them.

    Raises InputError if the build has no such object_id, or several, or no finished stage.
    """
    finished = [stage for stage in STAGES if (build / stage / "stage.json").exists()]
    if not finished:
        raise InputError(f"{build}: no stage is built yet")

    if _BEGINNING.fullmatch(object_id):
        object_id = _whole_id(build, finished[0], object_id)
    steps: list[Step] = []
    for stage in finished:
        before = steps[-1] if steps else None
        if before is not None and before.row is None:
            break  # it was dropped

        step = _step(build, stage, object_id, before)
        if step is not None:
            steps.append(step)
        elif before is None:
            raise InputError(
                f"{build}: no object and no drop has the object_id {object_id!r}"
                f"{_hint(object_id)}"
            )
    return steps


def _whole_id(build: UPath, stage: str, beginning: str) -> str:
    """The id of a stage that begins like this; the beginning itself if none does.

    InputError if several do.
    """
    found: set[str] = set()
    for kind in ("segments", "drops"):
        for path in partitions(build / stage / kind):
            ids = read_table(path, ["object_id"])["object_id"]
            begins_so = pc.starts_with(ids, beginning)
            found.update(ids.filter(begins_so).to_pylist())

    if len(found) > 1:
        named = sorted(found)[:_MOST_NAMED]
        if len(found) > len(named):
            named.append("…")
        raise InputError(
            f"{len(found):,} object_ids begin with {beginning!r}: {', '.join(named)}; give more "
            "digits"
        )
    return next(iter(found), beginning)


def _hint(object_id: str) -> str:
    """What a text that is no id looks like: a file's name, say."""
    if _OBJECT_ID.fullmatch(object_id):
        return ""
    return (
        "; an id has 32 digits from 0 to f, and is in the column object_id of segments "
        "and drops, and on the pages"
    )


def last_row(steps: list[Step]) -> Row | None:
    """The row of the last stage that the object came through; None if ingest dropped it."""
    for step in reversed(steps):
        if step.row is not None:
            return step.row
    return None


def _step(build: UPath, stage: str, object_id: str, before: Step | None) -> Step | None:
    """The object in a stage; it stays in the partition of the same name, all along the flow."""
    folder = build / stage
    if before is None:
        names = [path.name for path in partitions(folder / "segments")]
        known: Row = {}
    else:
        names = [before.partition]
        known = before.row or {}

    for name in names:
        rows = _rows_of(folder / "segments" / name, object_id)
        drops = _rows_of(folder / "drops" / name, object_id)
        if rows:
            return Step(stage, name, rows[0], drops, _changes(known, rows[0]))
        if drops:
            return Step(stage, name, None, drops, {})
    return None


def _changes(known: Row, row: Row) -> Row:
    """The columns of a row that are new, or differ from what was known."""
    return {
        name: value
        for name, value in row.items()
        if name not in known or known[name] != value
    }


def _rows_of(path: UPath, object_id: str) -> list[Row]:
    """The rows of a partition's file with this object_id.

    If no row has it, only the ids are read.
    """
    if not path.exists():
        return []
    ids = read_table(path, ["object_id"])["object_id"]
    found = pc.indices_nonzero(pc.equal(ids, object_id))
    if len(found) == 0:
        return []
    rows: list[Row] = read_table(path).take(found).to_pylist()
    return rows
