"""What corrections cost: each new object beside the answer that the annotator was given.

`<build>/loop/effort/N.parquet` has a row for each object that round N has seen first, with the
answer that it was made from, if there was one. An answer is the one that the tool names; else the
answer of the server, on the same picture, whose drawn box fits the object's box best, with an IoU
of at least .5. No answer is given to two objects, and none to an object that was finished before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from upath import UPath

from curate.pixels import masks, run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.pixels.shapes import to_run_lengths
from curate.pixels.simple_polygons import coco_rings, moved, simplify
from curate.reasons import Refusal
from curate.records import Box
from curate.settings import Settings
from curate.storage import read_partitions, read_table, write_table
from model.evaluation.annotator_effort import REACH, Effort, measure
from pipelines.loop.answer_log import ANSWERS, GivenAnswer, read_answers
from pipelines.rounds.store import LOOP
from pipelines.rounds.told import Told, told_by_studio
from pipelines.rounds.tools import label_studio

EFFORT = "effort"
"""Name of the folder in that of the loop."""

UNTOUCHED_IOU = 0.98
"""From here on an answer counts as accepted as it was, where the tool does not say it: polygons
that are given out differ from the mask by so much."""

_LEAST_FIT = 0.5  # IoU of a drawn box and an object's box
_SAME_CORNER = 1.0  # px

SCHEMA = pa.schema(
    [
        ("object_id", pa.string()),
        ("export", pa.string()),
        ("customer", pa.string()),
        ("week", pa.string()),
        ("is_answered", pa.bool_()),
        ("model", pa.string()),
        ("run", pa.int64()),
        ("iou", pa.float64()),
        ("edge_to_redraw", pa.float64()),
        ("clicks", pa.float64()),
        ("is_untouched", pa.bool_()),
        ("seconds", pa.float64()),
        ("corners_moved", pa.int64()),
    ]
)
"""Columns of a round's effort. `week`: as ISO 8601 has it, `2026-W01`. `run`: null if the
answer came from no run of this build. `seconds`: null where the tool does not tell them;
`corners_moved`: null where the object is no polygon. From `model` on, null where there was no
answer, but for `seconds`."""

_SIDES = ("box_x0", "box_y0", "box_x1", "box_y1")
_OF_OBJECT = ("object_id", "image_id", "export", "customer", "annotation_key", "counts")
_COLUMNS = [*_OF_OBJECT, "image_height", "image_width", *_SIDES]


@dataclass(frozen=True, slots=True)
class _Object:
    """An object as the annotator left it."""

    object_id: str
    export: str
    customer: str
    box: Box
    runs: RunLengths
    told: Told


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer that an object was made from."""

    runs: RunLengths
    model: str
    run: int | None


@dataclass(slots=True)
class _Picture:
    """A picture's new objects, and the server's answers on it."""

    objects: list[_Object] = field(default_factory=list)
    answers: list[GivenAnswer] = field(default_factory=list)


def measure_effort(settings: Settings, number: int) -> None:
    """Measure the objects that no earlier round has measured, unless this round has done so."""
    build = UPath(settings.build)
    path = build / LOOP / EFFORT / f"{number}.parquet"
    if path.exists():
        return
    pictures = _pictures(settings, _measured(build))
    max_pixels = settings.limits.image_pixels
    rows: list[dict[str, Any]] = []
    for picture in pictures.values():
        given = _matched(picture)
        rows += [
            _row(each, _answer_of(each, given, max_pixels)) for each in picture.objects
        ]
    write_table(path, pa.Table.from_pylist(rows, SCHEMA))


def read_effort(build: UPath) -> pd.DataFrame:
    """The effort of all rounds, with their number as `round`. Columns as in `SCHEMA`."""
    folder = build / LOOP / EFFORT
    frames = [pd.DataFrame({"round": [], **{name: [] for name in SCHEMA.names}})]
    if folder.exists():
        for path in folder.glob("*.parquet"):
            frame = read_table(path).to_pandas()
            frames.append(frame.assign(round=int(path.stem)))
    found = [frame for frame in frames if len(frame)] or frames
    return pd.concat(found, ignore_index=True)


def _measured(build: UPath) -> set[str]:
    """The objects that earlier rounds have measured."""
    found: set[str] = set()
    for path in (build / LOOP / EFFORT).glob("*.parquet"):
        found.update(read_table(path, ["object_id"])["object_id"].to_pylist())
    return found


def _pictures(settings: Settings, measured: set[str]) -> dict[str, _Picture]:
    """By image id: the objects to measure, and the server's answers on their pictures."""
    build = UPath(settings.build)
    answers: dict[str, list[GivenAnswer]] = {}
    for answer in read_answers(build / LOOP / ANSWERS):
        answers.setdefault(answer.picture, []).append(answer)
    told = _told(settings)

    pictures: dict[str, _Picture] = {}
    for row in _rows(build, list(answers), list(told)):
        if row["object_id"] in measured:
            continue
        of_export = told.get(row["export"], {})
        each = _Object(
            object_id=row["object_id"],
            export=row["export"],
            customer=row["customer"],
            box=Box(*(row[side] for side in _SIDES)),
            runs=run_lengths.parse(
                row["counts"], row["image_height"], row["image_width"]
            ),
            told=of_export.get(row["annotation_key"], Told()),
        )
        image_id = row["image_id"]
        new = _Picture(answers=answers.get(image_id, []))
        pictures.setdefault(image_id, new).objects.append(each)
    return pictures


def _told(settings: Settings) -> dict[str, Mapping[str, Told]]:
    """What tools tell of the objects of their exports, by export and annotation key."""
    paths = {export.name: UPath(export.path) for export in settings.exports}
    found: dict[str, Mapping[str, Told]] = {}
    for source in settings.loop.sources:
        document = paths[source.export] / label_studio.DOCUMENT
        if source.tool == "label_studio" and document.exists():
            found[source.export] = told_by_studio(document)
    return found


def _rows(
    build: UPath, image_ids: list[str], exports: list[str]
) -> Iterator[dict[str, Any]]:
    """The rows of ingest that are on one of these images or of one of these exports."""
    for table in read_partitions(build / "ingest" / "segments", _COLUMNS):
        on_image = np.isin(table["image_id"].to_numpy(), image_ids)
        of_export = np.isin(table["export"].to_numpy(), exports)
        yield from table.filter(pa.array(on_image | of_export)).to_pylist()


def _matched(picture: _Picture) -> dict[str, GivenAnswer]:
    """The server's answer to each object of a picture, by object id; see above."""
    fits = []
    for number, answer in enumerate(picture.answers):
        for each in picture.objects:
            fit = _fit(answer, each)
            if fit >= _LEAST_FIT:
                fits.append((fit, number, each.object_id))

    # The best fit first; of two boxes that fit alike, the one that was drawn later.
    found: dict[str, GivenAnswer] = {}
    taken: set[int] = set()
    for _, number, object_id in sorted(fits, reverse=True):
        if object_id not in found and number not in taken:
            found[object_id] = picture.answers[number]
            taken.add(number)
    return found


def _fit(answer: GivenAnswer, each: _Object) -> float:
    """IoU of a drawn box and an object's box; 0 if the object was finished before."""
    finished = each.told.when
    is_later = finished is not None and datetime.fromisoformat(answer.when) > finished
    of_other_size = (answer.height, answer.width) != (each.runs.height, each.runs.width)
    if is_later or of_other_size:
        return 0.0
    x0, y0, x1, y1 = answer.box
    box = each.box
    width = min(x1, box.x1) - max(x0, box.x0)
    height = min(y1, box.y1) - max(y0, box.y0)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((x1 - x0) * (y1 - y0) + box.width * box.height - shared)


def _answer_of(
    each: _Object, given: Mapping[str, GivenAnswer], max_pixels: int
) -> _Answer | None:
    """The answer that an object was made from; None if it was drawn by hand."""
    told = each.told
    height, width = each.runs.height, each.runs.width
    if told.predicted is not None:
        try:
            runs, _ = to_run_lengths(told.predicted, height, width, max_pixels)
        except Refusal:  # a prediction of nothing
            return None
        return _Answer(runs, told.predicted_by, None)
    answer = given.get(each.object_id)
    if answer is None:
        return None
    try:
        runs = run_lengths.parse(answer.counts, height, width)
    except Refusal:  # a file that somebody has edited
        return None
    return _Answer(runs, answer.model, answer.run)


def _row(each: _Object, answer: _Answer | None) -> dict[str, Any]:
    """A row of `SCHEMA`; what it lacks is null."""
    when = each.told.when or datetime.now(UTC)
    year, week, _ = when.isocalendar()
    row = {
        "object_id": each.object_id,
        "export": each.export,
        "customer": each.customer,
        "week": f"{year}-W{week:02d}",
        "is_answered": answer is not None,
        "seconds": each.told.seconds,
    }
    if answer is None:
        return row

    effort = _compare(answer.runs, each.runs)
    is_untouched = effort.iou >= UNTOUCHED_IOU
    if each.told.origin.startswith("prediction"):
        is_untouched = each.told.origin == "prediction"
    row |= asdict(effort)
    row |= {"model": answer.model, "run": answer.run, "is_untouched": is_untouched}
    if each.told.corners is not None:
        row["corners_moved"] = _moved(each, answer)
    return row


def _compare(answer: RunLengths, final: RunLengths) -> Effort:
    """The effort between two masks of a picture, measured in the window that holds both."""
    window = _window([answer, final])
    at_edge = (
        window.x0 == 0,
        window.y0 == 0,
        window.x1 == final.width,
        window.y1 == final.height,
    )
    answered = masks.decode_window(answer, window)
    return measure(answered, masks.decode_window(final, window), at_edge)


def _window(both: Sequence[RunLengths]) -> Box:
    """The window that holds two masks and what `measure` needs around them."""
    boxes = [masks.box(runs) for runs in both if not runs.is_empty]
    return Box(
        x0=max(min(box.x0 for box in boxes) - REACH, 0),
        y0=max(min(box.y0 for box in boxes) - REACH, 0),
        x1=min(max(box.x1 for box in boxes) + REACH, both[0].width),
        y1=min(max(box.y1 for box in boxes) + REACH, both[0].height),
    )


def _moved(each: _Object, answer: _Answer) -> int:
    """How many corners of an object's polygon are no corner of the answer's polygon."""
    if answer.runs.is_empty or each.told.corners is None:
        return 0
    size = (each.runs.width, each.runs.height)
    corners = each.told.corners * size
    box = masks.box(answer.runs)
    regions = simplify(masks.decode_window(answer.runs, box))
    rings = coco_rings(moved(region, box.x0, box.y0) for region in regions)
    given = np.array([corner for ring in rings for corner in ring]).reshape(-1, 2)
    if not len(given):
        return len(corners)
    away = np.abs(corners[:, None] - given[None]).max(axis=2).min(axis=1)
    return int((away > _SAME_CORNER).sum())
