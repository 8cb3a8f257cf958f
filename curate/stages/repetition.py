"""Repetition in an export: what is the same annotation twice.

It is the same if picture, class and shape are the same. Its id proves nothing: tools
number anew in each document and for each picture, or give every annotation the id 0.

`new_annotations` compares shapes as they are written, because an image's annotations
may come in several records: from `all.json` and `train.json`, or under two image ids.
What a copy of a document (`a (1).json`) says of an image that the original has is all
repetition, although somebody may have changed it.
`first_of_each` compares masks, because one shape can be written in many ways and a mask
file can be there as a copy.

An id that stands for several different annotations of an image cannot name them. Each
of these gets a key of its id and of a digest of its content: in one record all of them
do, so that their order does not matter, and of several records the later ones.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from curate.exports.paths import original_of
from curate.pixels.rings import packed
from curate.reasons import Reason, Refusal
from curate.records import (
    Annotation,
    ImageRecord,
    Polygons,
)
from curate.stages.annotations import Object
from curate.stages.hashes import Hashes

_DIGEST_BYTES = 8
_GIVEN_BEFORE = "the export has given this image the same label and shape before"


@dataclass(slots=True)
class Given:
    """What an export has given to one image so far."""

    keys: Hashes = field(default_factory=Hashes)
    """Ids of annotations and paths of mask files."""
    contents: Hashes = field(default_factory=Hashes)
    """Labels with shapes."""
    sources: set[str] = field(default_factory=set)
    """The documents that have given it annotations."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """An object that its image has already."""

    key: str
    refusal: Refusal


def new_annotations(record: ImageRecord, given: Given) -> list[Annotation]:
    """The annotations of a record; those that the image has already are marked as
    dropped.

    Keys are made unique among those that have a shape. `given` grows.
    """
    marked = []
    is_new = []
    keys: Counter[str] = Counter()
    contents = given.contents.unpack()
    original = original_of(record.document)
    is_copy = original in given.sources
    given.sources.add(record.document)
    for annotation in record.annotations:
        is_one = False
        if annotation.dropped is None and is_copy:
            detail = f"{original} has this image, and {record.document} is a copy of it"
            annotation = _repeated(annotation, detail)
        elif annotation.dropped is None and annotation.shape is not None:
            content = hash(_content(annotation))
            is_one = content not in contents
            if is_one:
                contents.add(content)
                keys[annotation.key] += 1
            else:
                annotation = _repeated(annotation, _GIVEN_BEFORE)
        marked.append(annotation)
        is_new.append(is_one)
    given.contents.pack(contents)

    unique = []
    known = given.keys.unpack()
    for annotation, is_one in zip(marked, is_new, strict=True):
        key = annotation.key
        if is_one and (keys[key] > 1 or hash(key) in known):
            key = _key_of_content(key, _hash(_content(annotation)))
            annotation = msgspec.structs.replace(annotation, key=key)
        unique.append(annotation)
    known.update(map(hash, keys))
    given.keys.pack(known)
    return unique


def first_of_each(made: Sequence[Object]) -> tuple[list[Object], list[Repeated]]:
    """The first object of each label and mask, and the others.

    Different objects of one key get keys of their own.
    """
    first: dict[tuple[str, str], Object] = {}
    repeated = []
    for each in made:
        content = (each.label, each.counts)
        if content in first:
            detail = f"the same mask and label as {first[content].key}"
            refusal = Refusal(Reason.DUPLICATE_ANNOTATION, detail)
            repeated.append(Repeated(each.key, refusal))
        else:
            first[content] = each

    keys = Counter(each.key for each in first.values())
    unique = []
    for each in first.values():
        if keys[each.key] > 1:
            text = f"{each.label}\0{each.counts}"
            key = _key_of_content(each.key, _hash(text.encode()))
            each = msgspec.structs.replace(each, key=key)
        unique.append(each)
    return unique, repeated


def _repeated(annotation: Annotation, detail: str) -> Annotation:
    """The annotation, marked as one that its image has already."""
    return msgspec.structs.replace(
        annotation,
        shape=None,
        dropped=Reason.DUPLICATE_ANNOTATION,
        detail=detail,
    )


def _key_of_content(key: str, digest: bytes) -> str:
    return f"{key}~{digest.hex()}"


def _content(annotation: Annotation) -> bytes:
    """Label and shape as bytes that do not depend on how numbers are written."""
    shape = annotation.shape
    content: Any = shape
    if isinstance(shape, Polygons):
        rings = [packed(ring) for ring in shape.rings]
        holes = [packed(ring) for ring in shape.holes]
        content = ("polygons", rings, holes, shape.normalised)
    return msgspec.msgpack.encode((annotation.label, content))


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()
