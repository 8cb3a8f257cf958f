"""`trace`: an object's way through the stages, as text and as a picture."""

from pathlib import Path
from typing import Any

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.reasons import Reason
from curate.schema import STAGES
from curate.settings import Settings
from curate.trace import Row, Step, last_row, trace
from pipelines.flow import build as builds

_SIDES = ("x0", "y0", "x1", "y1")
_PLACE = ("export", "image_path", "annotation_key")
_NOT_SHOWN = ("counts", "image_thumbnail")  # they say nothing to a reader


class StepRecord(msgspec.Struct, frozen=True, rename={"partition": "part"}):
    """A step as JSON holds it. `adds`: the columns that the stage added or changed."""

    stage: str
    partition: str
    goes_on: bool
    drops: list[Row]
    adds: Row


def find(settings: Settings, object_id: str, picture: Path | None) -> list[Step]:
    """The steps of an object, which is painted to the file `picture` if one is given.

    InputError if there is no such object, or no mask to paint.
    """
    build = UPath(settings.build)
    if not any(builds.state_of(build, stage) for stage in STAGES):
        builds.require(build, STAGES[0], "shard")
    steps = trace(build, object_id)
    if picture is not None:
        row = last_row(steps)
        if row is None:
            reason = steps[-1].drops[0]["reason"]
            lost = f"{object_id} was dropped as {reason} before it had a mask"
            raise InputError(f"{lost}: nothing to paint")
        # OpenCV is slow to import.
        from pipelines.verbs.trace_picture import paint_trace

        paint_trace(row, picture, settings.limits.image_pixels)
    return steps


def as_records(steps: list[Step]) -> list[StepRecord]:
    """The steps as JSON holds them."""
    records = []
    for step in steps:
        record = StepRecord(
            stage=step.stage,
            partition=step.partition,
            goes_on=step.row is not None,
            drops=step.drops,
            adds=step.added,
        )
        records.append(record)
    return records


def text(steps: list[Step], picture: Path | None) -> str:
    """The steps for a reader: what each stage did with the object, and why."""
    meanings = {reason.value: reason.meaning for reason in Reason}
    lines = []
    for step in steps:
        outcome = "goes on"
        if step.row is None:
            outcome = "dropped"
        lines.append(f"{step.stage:<8} {outcome:<9} {step.partition}")
        for name, value in _values_to_show(step.added).items():
            lines.append(f"    {name:<18} {value}")
        for drop in step.drops:
            reason = drop["reason"]
            lines.append(f"    {reason}: {meanings[reason]}")
            lines.append(f"    {drop['detail']}")
            if step.row is None:
                lines.append(f"    {_place_of(drop)}")
    if picture is not None:
        lines.append(f"picture: {picture}")
    return "\n".join(lines)


def _place_of(drop: Row) -> str:
    """Where in the export a dropped annotation is."""
    return ", ".join(f"{name} {drop[name] or '?'}" for name in _PLACE)


def _values_to_show(added: Row) -> dict[str, str]:
    """The columns as text. A box is one line; empty values are left out."""
    shown: dict[str, str] = {}
    boxes: dict[str, list[str]] = {}
    for name, value in added.items():
        if name in _NOT_SHOWN or value in (None, "", []):
            continue
        box, _, side = name.rpartition("_")
        if side in _SIDES and f"{box}_x0" in added:
            boxes.setdefault(box, []).append(str(value))
        else:
            shown[name] = _as_text(value)

    for box, sides in boxes.items():
        shown[box] = " ".join(sides)
    return shown


def _as_text(value: Any) -> str:
    """A value of any column: floats with four digits, lists and maps with commas."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if not isinstance(value, list):
        return str(value)

    items = []
    for item in value:
        if isinstance(item, tuple):  # an entry of a map
            items.append(f"{item[0]}={item[1]}")
        else:
            items.append(str(item))
    return ", ".join(items)
