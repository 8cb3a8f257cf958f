"""An object's whole way: the row that each stage made of it, or the drop that ended it."""

from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from curate.errors import InputError
from curate.schema import STAGES
from curate.storage import parts, read_table


class Step(NamedTuple):
    """What one stage did: the row that went on, if one did, and the drops under the same object_id.

    Both stand together where an annotation's id stands twice: the first goes on, the later ones are dropped.
    `added`: the columns that this stage gave the row, or changed.
    """

    stage: str
    part: str
    row: dict[str, Any] | None
    drops: list[dict[str, Any]]
    added: dict[str, Any]


def trace(build: UPath, object_id: str) -> list[Step]:
    """The steps of an object, or of an annotation that was dropped, in the order of the flow.

    InputError where the build has no such object_id, or no finished stage.
    """
    finished = [stage for stage in STAGES if (build / stage / "stage.json").exists()]
    if not finished:
        raise InputError(f"{build}: no stage is built yet")
    steps: list[Step] = []
    for stage in finished:
        before = steps[-1] if steps else None
        if before and before.row is None:
            break
        step = _step(build, stage, object_id, before)
        if step is not None:
            steps.append(step)
        elif before is None:
            raise InputError(f"{build}: no object and no drop has the object_id {object_id!r}")
    return steps


def last_row(steps: list[Step]) -> dict[str, Any] | None:
    """The row of the last stage that the object came through."""
    return next((step.row for step in reversed(steps) if step.row is not None), None)


def _step(build: UPath, stage: str, object_id: str, before: Step | None) -> Step | None:
    """The object in a stage; it stays in the part of the same name, all along the flow."""
    folder = build / stage
    names = [before.part] if before else [path.name for path in parts(folder / "segments")]
    for name in names:
        rows = _rows(folder / "segments" / name, object_id)
        drops = _rows(folder / "drops" / name, object_id)
        if rows or drops:
            row = rows[0] if rows else None
            known = before.row if before and before.row else {}
            added = {
                key: value
                for key, value in (row or {}).items()
                if key not in known or known[key] != value
            }
            return Step(stage, name, row, drops, added)
    return None


def _rows(path: UPath, object_id: str) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    found = pc.indices_nonzero(pc.equal(read_table(path, ["object_id"])["object_id"], object_id))
    rows: list[dict[str, Any]] = (
        read_table(path).take(pa.array(found)).to_pylist() if len(found) else []
    )
    return rows
