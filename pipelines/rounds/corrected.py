"""The objects that came back, and the answer that each was made from.

An answer is the one that the tool names; else the server's answer on the same picture whose drawn
box fits the object's box best, with an IoU of at least .5. No answer is given to two objects, and
none to an object that was finished before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from upath import UPath

from curate.pixels import run_lengths
from curate.pixels.run_lengths import RunLengths
from curate.pixels.shapes import to_run_lengths
from curate.reasons import Refusal
from curate.records import Box
from curate.settings import Settings
from curate.storage import read_partitions
from pipelines.loop.answer_log import ANSWERS, GivenAnswer, read_answers
from pipelines.rounds.store import LOOP
from pipelines.rounds.told import Told, told_by_studio
from pipelines.rounds.tools import label_studio

_LEAST_FIT = 0.5  # IoU of a drawn box and an object's box

_SIDES = ("box_x0", "box_y0", "box_x1", "box_y1")
_OF_OBJECT = ("object_id", "image_id", "export", "customer", "annotation_key", "counts")
_COLUMNS = [*_OF_OBJECT, "image_height", "image_width", *_SIDES]


@dataclass(frozen=True, slots=True)
class Corrected:
    """An object as its annotator left it."""

    object_id: str
    export: str
    customer: str
    box: Box
    runs: RunLengths
    told: Told


@dataclass(frozen=True, slots=True)
class Origin:
    """The answer that an object was made from."""

    runs: RunLengths
    model: str
    """Digest of the checkpoint, or what the tool calls it."""

    run: int | None


@dataclass(slots=True)
class _Picture:
    """A picture's objects, and the server's answers on it."""

    answers: list[GivenAnswer]
    objects: list[Corrected] = field(default_factory=list)


def corrected_objects(
    settings: Settings, known: set[str]
) -> Iterator[tuple[Corrected, Origin | None]]:
    """The objects that are not known yet, each with what it was made from; None: by hand.

    Only those on pictures that the server has answered, and those of tools that tell more.
    """
    max_pixels = settings.limits.image_pixels
    for picture in _pictures(settings, known):
        matched = _matched(picture)
        for each in picture.objects:
            yield each, _origin(each, matched.get(each.object_id), max_pixels)


def _pictures(settings: Settings, known: set[str]) -> list[_Picture]:
    build = UPath(settings.build)
    answers: dict[str, list[GivenAnswer]] = {}
    for answer in read_answers(build / LOOP / ANSWERS):
        answers.setdefault(answer.picture, []).append(answer)
    told = _told(settings)

    pictures: dict[str, _Picture] = {}
    for row in _rows(build, list(answers), list(told)):
        if row["object_id"] in known:
            continue
        image_id = row["image_id"]
        if image_id not in pictures:
            pictures[image_id] = _Picture(answers.get(image_id, []))
        of_export = told.get(row["export"], {})
        pictures[image_id].objects.append(_corrected(row, of_export))
    return list(pictures.values())


def _told(settings: Settings) -> dict[str, Mapping[str, Told]]:
    """What tools tell of the objects of their exports, by export and annotation key."""
    folders = {export.name: UPath(export.path) for export in settings.exports}
    found: dict[str, Mapping[str, Told]] = {}
    for source in settings.loop.sources:
        if source.tool != "label_studio":
            continue
        document = folders[source.export] / label_studio.DOCUMENT
        if document.exists():
            found[source.export] = told_by_studio(document)
    return found


def _rows(
    build: UPath, image_ids: list[str], exports: list[str]
) -> Iterator[dict[str, Any]]:
    """The rows of ingest that are on one of these images or of one of these exports."""
    for table in read_partitions(build / "ingest" / "segments", _COLUMNS):
        is_on_image = np.isin(table["image_id"].to_numpy(), image_ids)
        is_of_export = np.isin(table["export"].to_numpy(), exports)
        is_wanted = pa.array(is_on_image | is_of_export)
        yield from table.filter(is_wanted).to_pylist()


def _corrected(row: Mapping[str, Any], told: Mapping[str, Told]) -> Corrected:
    height, width = row["image_height"], row["image_width"]
    sides = [row[side] for side in _SIDES]
    return Corrected(
        object_id=row["object_id"],
        export=row["export"],
        customer=row["customer"],
        box=Box(*sides),
        runs=run_lengths.parse(row["counts"], height, width),
        told=told.get(row["annotation_key"], Told()),
    )


def _matched(picture: _Picture) -> dict[str, GivenAnswer]:
    """The server's answer to each object of a picture, by object id."""
    fits = []
    for number, answer in enumerate(picture.answers):
        for each in picture.objects:
            fit = _fit(answer, each)
            if fit >= _LEAST_FIT:
                fits.append((fit, number, each.object_id))

    # The best fit first; of two boxes that fit alike, the one that was drawn later.
    fits.sort(reverse=True)
    found: dict[str, GivenAnswer] = {}
    taken: set[int] = set()
    for _, number, object_id in fits:
        if object_id in found or number in taken:
            continue
        found[object_id] = picture.answers[number]
        taken.add(number)
    return found


def _fit(answer: GivenAnswer, each: Corrected) -> float:
    """IoU of a drawn box and an object's box; 0 if the object was finished before."""
    finished = each.told.when
    if finished is not None and datetime.fromisoformat(answer.when) > finished:
        return 0.0
    runs = each.runs
    if (answer.height, answer.width) != (runs.height, runs.width):
        return 0.0

    x0, y0, x1, y1 = answer.box
    box = each.box
    width = min(x1, box.x1) - max(x0, box.x0)
    height = min(y1, box.y1) - max(y0, box.y0)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    of_drawn = (x1 - x0) * (y1 - y0)
    of_object = box.width * box.height
    return shared / (of_drawn + of_object - shared)


def _origin(
    each: Corrected, given: GivenAnswer | None, max_pixels: int
) -> Origin | None:
    """What an object was made from; None if it was drawn by hand.

    Neither a prediction of nothing nor a record that somebody has edited is an answer.
    """
    told = each.told
    height, width = each.runs.height, each.runs.width
    try:
        if told.predicted is not None:
            runs, _ = to_run_lengths(told.predicted, height, width, max_pixels)
            return Origin(runs, told.predicted_by, None)
        if given is not None:
            runs = run_lengths.parse(given.counts, height, width)
            return Origin(runs, given.model, given.run)
    except Refusal:
        return None
    return None
