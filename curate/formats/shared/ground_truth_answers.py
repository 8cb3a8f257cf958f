"""Answers of Ground Truth's workers: what the crowd elements for segmentation submit.

- crowd-instance-segmentation: `instances` (colour and label), and `labeledImage`, a PNG.
- crowd-semantic-segmentation: `labelMappings` (colour by label), and `labeledImage`.
- crowd-polygon: `polygons` (label and vertices).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from curate.exports.documents import parse_json
from curate.formats.shared.ground_truth_maps import read_colour
from curate.formats.shared.json_values import (
    as_object,
    decode_base64,
    label_flags,
    ring,
)
from curate.formats.shared.keys import content_digest
from curate.formats.shared.points import xy_pairs
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Bitmap, Polygons, Shape

_CONTENT_DEPTH = 50  # brackets; an answer nests far less
_LONGEST_SHOWN = 40  # characters of a colour that a message quotes
_MAX_NESTING = 4  # objects around an answer: the names of the form and of its field


def answers_of(data: Any) -> list[Any]:
    """What workers submitted, the last one last; empty if data has no answers.

    `data`: a worker-response file (`answers`), or the label of a custom job
    (`annotationsFromAllWorkers`).
    """
    stated = as_object(data)
    answers = stated.get("answers")
    if isinstance(answers, list):
        objects = [as_object(each) for each in answers]
        objects.sort(key=_submission_time)
        contents = [each.get("answerContent") for each in objects]
        return [each for each in contents if each is not None]

    workers = stated.get("annotationsFromAllWorkers")
    if isinstance(workers, list):
        contents = [_content(each) for each in workers]
        return [each for each in contents if each is not None]
    return []


def read_answer(job: str, image: str, answers: list[Any]) -> Iterator[Annotation]:
    """The annotations of the last answer. Its keys are of the job, the image and the content."""
    for answer in _parts(answers[-1], _MAX_NESTING):
        for drawn in _drawn(answer):
            yield _annotation(job, image, drawn)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An object as a worker drew it."""

    label: Any
    content: Any
    """What tells it from others of its label."""
    shape: Shape | None = None
    refusal: Refusal | None = None


def _submission_time(answer: dict[str, Any]) -> str:
    return str(answer.get("submissionTime", ""))


def _content(worker: Any) -> Any:
    """The answer of a worker, which is JSON in a string; None if it is broken."""
    data = as_object(as_object(worker).get("annotationData"))
    content = data.get("content")
    if not isinstance(content, str):
        return content
    try:
        return parse_json(content.encode("utf-8", "surrogatepass"), _CONTENT_DEPTH)
    except Refusal:
        return None


def _parts(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The objects inside an answer that have something drawn in them."""
    if not isinstance(data, dict):
        return
    if not data.keys().isdisjoint(("instances", "labelMappings", "polygons")):
        yield data
    elif depth > 0:
        for each in data.values():
            yield from _parts(each, depth - 1)


def _drawn(answer: dict[str, Any]) -> Iterator[_Drawn]:
    """All that is drawn in one answer."""
    picture = as_object(answer.get("labeledImage"))
    data = decode_base64(picture.get("pngImageData"))

    instances = answer.get("instances")
    if isinstance(instances, list):
        for each in instances:
            entry = as_object(each)
            yield _of_colour(entry.get("label"), entry.get("color"), data)

    for label, each in as_object(answer.get("labelMappings")).items():
        colour = as_object(each).get("color")
        yield _of_colour(label, colour, data)

    polygons = answer.get("polygons")
    if isinstance(polygons, list):
        for each in polygons:
            entry = as_object(each)
            points = xy_pairs(entry.get("vertices"))
            shape = Polygons(rings=[ring(points)])
            yield _Drawn(entry.get("label"), points, shape)


def _of_colour(label: Any, colour: Any, data: bytes | None) -> _Drawn:
    """The px of a colour in a worker's picture."""
    if data is None:
        refusal = Refusal(Reason.NO_MASK, "there is no labeledImage")
        return _Drawn(label, colour, refusal=refusal)
    value = read_colour(colour)
    if value is None:
        shown = str(colour)[:_LONGEST_SHOWN]
        refusal = Refusal(Reason.BAD_BITMAP, f"{shown!r} is no colour")
        return _Drawn(label, colour, refusal=refusal)
    shape = Bitmap(data=data, colour=value, whole=True)
    return _Drawn(label, colour, shape)


def _annotation(job: str, image: str, drawn: _Drawn) -> Annotation:
    label = drawn.label
    key = f"{job}#{content_digest(image, label, drawn.content)}"
    if not isinstance(label, str):
        detail = "an object without a label"
        return Annotation(key=key, dropped=Reason.UNKNOWN_CLASS, detail=detail)
    if drawn.refusal is not None:
        return Annotation(
            key=key,
            label=label,
            dropped=drawn.refusal.reason,
            detail=drawn.refusal.detail,
        )
    return Annotation(
        key=key,
        label=label,
        shape=drawn.shape,
        flags=label_flags(label),
    )
