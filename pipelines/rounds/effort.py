"""What corrections cost: each new object beside the answer that its annotator was given.

`<build>/loop/effort/N.parquet` has a row for each object that round N has seen first;
corrected.py says which answer it was made from.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from upath import UPath

from curate.pixels import masks
from curate.pixels.run_lengths import RunLengths
from curate.pixels.simple_polygons import coco_rings, moved, simplify
from curate.records import Box
from curate.settings import Settings
from curate.storage import read_table, write_table
from model.evaluation.annotator_effort import REACH, Effort, measure
from pipelines.rounds.corrected import Corrected, Origin, corrected_objects
from pipelines.rounds.store import LOOP
from pipelines.rounds.told import Corners

EFFORT = "effort"
"""Name of the folder in that of the loop."""

UNTOUCHED_IOU = 0.98
"""From here on an answer counts as accepted as it was, where the tool does not say it: polygons
that are given out differ from the mask by so much."""

_SAME_CORNER = 1.0  # px

SCHEMA = pa.schema(
    [
        ("object_id", pa.string()),
        ("export", pa.string()),
        ("customer", pa.string()),
        ("week", pa.string()),
        ("is_answered", pa.bool_()),
        ("seconds", pa.float64()),
        ("model", pa.string()),
        ("run", pa.int64()),
        ("iou", pa.float64()),
        ("edge_to_redraw", pa.float64()),
        ("clicks", pa.float64()),
        ("is_untouched", pa.bool_()),
        ("corners_moved", pa.int64()),
    ]
)
"""Columns of a round's effort.

`week`: as ISO 8601 has it, `2026-W01`. `seconds`: null where the tool does not tell them. From
`model` on, null where there was no answer. `run`: null if no run of this build has answered.
`corners_moved`: null where the object is no polygon.
"""


def measure_effort(settings: Settings, number: int) -> None:
    """Measure the objects that no earlier round has measured, unless this round has done so."""
    build = UPath(settings.build)
    path = _folder(build) / f"{number}.parquet"
    if path.exists():
        return
    corrected = corrected_objects(settings, _measured(build))
    rows = [_row(each, origin) for each, origin in corrected]
    write_table(path, pa.Table.from_pylist(rows, SCHEMA))


def read_effort(build: UPath) -> pd.DataFrame:
    """The effort of all rounds: columns as in `SCHEMA`, and the number of the `round`."""
    frames = []
    for path in _folder(build).glob("*.parquet"):
        frame = read_table(path).to_pandas()
        frame["round"] = int(path.stem)
        if len(frame):
            frames.append(frame)
    if not frames:
        return pd.DataFrame(columns=[*SCHEMA.names, "round"])
    effort: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return effort.sort_values("round")


def _measured(build: UPath) -> set[str]:
    """The objects that earlier rounds have measured."""
    found: set[str] = set()
    for path in _folder(build).glob("*.parquet"):
        table = read_table(path, ["object_id"])
        found.update(table["object_id"].to_pylist())
    return found


def _folder(build: UPath) -> UPath:
    return build / LOOP / EFFORT


def _row(each: Corrected, origin: Origin | None) -> dict[str, Any]:
    """A row of `SCHEMA`; what it lacks is null."""
    when = each.told.when or datetime.now(UTC)
    year, week, _ = when.isocalendar()
    row = {
        "object_id": each.object_id,
        "export": each.export,
        "customer": each.customer,
        "week": f"{year}-W{week:02d}",
        "is_answered": origin is not None,
        "seconds": each.told.seconds,
    }
    if origin is None:
        return row

    effort = _compare(origin.runs, each.runs)
    row |= asdict(effort)
    row["model"] = origin.model
    row["run"] = origin.run
    row["is_untouched"] = effort.iou >= UNTOUCHED_IOU
    if each.told.origin.startswith("prediction"):
        row["is_untouched"] = each.told.origin == "prediction"
    if each.told.corners is not None:
        row["corners_moved"] = _moved(each.told.corners, origin.runs)
    return row


def _compare(answer: RunLengths, final: RunLengths) -> Effort:
    """The effort between two masks of a picture, measured in the window that holds both."""
    window = _window(answer, final)
    at_edge = (
        window.x0 == 0,
        window.y0 == 0,
        window.x1 == final.width,
        window.y1 == final.height,
    )
    answered = masks.decode_window(answer, window)
    left = masks.decode_window(final, window)
    return measure(answered, left, at_edge)


def _window(answer: RunLengths, final: RunLengths) -> Box:
    """The window that holds two masks and what `measure` needs around them."""
    box = masks.box(final)
    x0, y0, x1, y1 = box
    if not answer.is_empty:
        other = masks.box(answer)
        x0, y0 = min(x0, other.x0), min(y0, other.y0)
        x1, y1 = max(x1, other.x1), max(y1, other.y1)
    return Box(
        x0=max(x0 - REACH, 0),
        y0=max(y0 - REACH, 0),
        x1=min(x1 + REACH, final.width),
        y1=min(y1 + REACH, final.height),
    )


def _moved(corners: Corners, answer: RunLengths) -> int:
    """How many corners of a polygon are no corner of the polygon that was given out.

    `corners`: (n, 2) in shares of the image.
    """
    if answer.is_empty:
        return len(corners)
    box = masks.box(answer)
    regions = simplify(masks.decode_window(answer, box))
    rings = coco_rings(moved(region, box.x0, box.y0) for region in regions)
    numbers = [number for ring in rings for number in ring]
    given = np.array(numbers).reshape(-1, 2)
    if not len(given):
        return len(corners)

    in_px = corners * (answer.width, answer.height)
    apart = np.abs(in_px[:, None] - given[None])
    to_nearest = apart.max(axis=2).min(axis=1)
    return int(np.count_nonzero(to_nearest > _SAME_CORNER))
