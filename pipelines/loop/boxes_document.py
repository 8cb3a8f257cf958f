"""A COCO document of boxes: what it asks, image by image, and what in it cannot be asked."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.exports.documents import json_text, json_value
from curate.formats.shared.coco_entries import read_id
from curate.formats.shared.coco_images import file_name
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from pipelines.loop.records import Corners

Entry = dict[str, Any]
"""An entry of `images` or `annotations`; what is not known in it stays as it is."""

BAD_BOX = "bad_box"
"""Why a box is no box. It is no reason of the ledger, which knows masks alone."""


class Unanswered(msgspec.Struct, frozen=True):
    """An annotation that got no mask, and why."""

    place: int
    """The annotation's place in `annotations`, from 0."""

    annotation_id: Any
    image_id: Any
    file_name: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Question:
    """An annotation whose box is to be answered."""

    place: int
    annotation: Entry
    box: Corners


@dataclass(frozen=True, slots=True)
class AskedImage:
    """An entry of `images` and the boxes on it."""

    entry: Entry
    name: str
    questions: list[Question]


@dataclass(slots=True)
class BoxesDocument:
    """A document, parsed, and what became of its annotations."""

    content: dict[str, Any]
    asked: list[AskedImage] = field(default_factory=list)
    unanswered: list[Unanswered] = field(default_factory=list)
    kept: int = 0
    """Annotations that have a mask already; it stays."""

    def leave(
        self, question: Question, image: AskedImage, why: str, detail: str
    ) -> None:
        """Note that a box gets no mask."""
        left = _unanswered(question.place, question.annotation, image.name, why, detail)
        self.unanswered.append(left)


def read_boxes(path: UPath, limits: Limits) -> BoxesDocument:
    """The questions of a document. InputError if it is no COCO document."""
    if path.stat().st_size > limits.file_bytes:
        raise InputError(f"{path}: more than {limits.file_bytes:,} bytes")
    try:
        # As ingest reads it: NaN and Infinity are no JSON, but cost no other box.
        text = json_text(path.read_bytes(), limits.json_depth)
        content = json_value(text)
    except Refusal as refusal:
        raise InputError(
            f"{path}: not JSON that can be read: {refusal.detail}"
        ) from None
    if not isinstance(content, dict) or not _has_lists(content):
        raise InputError(
            f"{path}: not COCO: it needs the lists images, annotations and categories"
        )
    document = BoxesDocument(content)
    _sort_questions(document)
    return document


def _has_lists(content: dict[str, Any]) -> bool:
    wanted = ("images", "annotations", "categories")
    return all(isinstance(content.get(key), list) for key in wanted)


def _sort_questions(document: BoxesDocument) -> None:
    """Put each annotation to its image, or among those that get no answer."""
    images = _images_by_id(document.content["images"])
    for place, annotation in enumerate(document.content["annotations"]):
        if not isinstance(annotation, dict):
            left = _unanswered(place, {}, "", Reason.MALFORMED_FILE, "it is no object")
            document.unanswered.append(left)
            continue
        if annotation.get("segmentation"):
            document.kept += 1
            continue

        named = images.get(read_id(annotation.get("image_id")), [])
        image, why, detail = _one_of(named)
        box = _corners(annotation.get("bbox"))
        if image is not None and box is None:
            why = BAD_BOX
            detail = f"bbox {annotation.get('bbox')!r}: x, y, width, height in px"
        if image is None or box is None:
            name = file_name(named[0].entry) if named else ""
            left = _unanswered(place, annotation, name, why, detail)
            document.unanswered.append(left)
        else:
            image.questions.append(Question(place, annotation, box))
    document.asked = [each for each in _all(images) if each.questions]


def _images_by_id(entries: list[Any]) -> dict[str | None, list[AskedImage]]:
    """The images of each id: one, or several that cannot be told apart."""
    images: dict[str | None, list[AskedImage]] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        name = file_name(entry)
        named = images.setdefault(read_id(entry.get("id")), [])
        # Merged documents list an image twice.
        if name not in [each.name for each in named]:
            named.append(AskedImage(entry, name, []))
    images.pop(None, None)  # without an id, nothing can name it
    return images


def _one_of(named: list[AskedImage]) -> tuple[AskedImage | None, str, str]:
    """The one image of an id; else None, the reason and a detail."""
    if not named:
        return None, Reason.UNKNOWN_IMAGE, "its image_id is not listed in images"
    if len(named) > 1:
        several = ", ".join(sorted(each.name for each in named)[:4])
        return None, Reason.AMBIGUOUS_IMAGE, f"its image_id stands for {several}"
    if not named[0].name:
        return None, Reason.MISSING_IMAGE, "its image has no file_name"
    return named[0], "", ""


def _all(images: dict[str | None, list[AskedImage]]) -> Iterator[AskedImage]:
    for named in images.values():
        yield from named


def _corners(bbox: Any) -> Corners | None:
    """The corners of COCO's x, y, width, height; None if it is no box."""
    if not isinstance(bbox, list) or len(bbox) != 4:
        return None
    if not all(type(number) in (int, float) for number in bbox):
        return None
    try:
        x, y, width, height = (float(number) for number in bbox)
    except OverflowError:
        return None
    corners = (x, y, x + width, y + height)
    if not all(map(math.isfinite, corners)) or width <= 0 or height <= 0:
        return None
    return corners


def _unanswered(
    place: int, annotation: Entry, name: str, why: str, detail: str
) -> Unanswered:
    return Unanswered(
        place=place,
        annotation_id=annotation.get("id"),
        image_id=annotation.get("image_id"),
        file_name=name,
        reason=str(why),
        detail=detail,
    )
