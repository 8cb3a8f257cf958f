"""What does not go on: drops, files that are left alone, faults of ours."""

import hashlib
from collections.abc import Iterable

import msgspec

from curate.reasons import Reason, Refusal


class Drop(msgspec.Struct, frozen=True, kw_only=True, tag="drop"):
    """What does not go on; `make_drop` makes it."""

    reason: Reason
    detail: str
    """What is wrong, for people."""
    export: str = ""
    """The name of the export."""
    image_path: str = ""
    """In the export; empty if no image is meant."""
    annotation_key: str = ""
    object_id: str = ""
    count: int | None = 1
    """Annotations that this drop stands for; None if nobody can know."""


class IgnoredFile(msgspec.Struct, frozen=True, kw_only=True, tag="ignored"):
    """A file of an export that its format left alone, for the user to be told of."""

    export: str
    path: str
    why: str
    """In a few words, such as "no COCO document"."""


class FaultReport(msgspec.Struct, frozen=True, kw_only=True, tag="fault"):
    """An exception that no rule foresees, and the image that it cost."""

    export: str
    image_path: str
    summary: str
    """The exception's type and message, in a line."""
    trace: str
    """Its traceback, for `<build>/faults/`."""


def make_drop(
    refusal: Refusal,
    *,
    export: str,
    image_path: str = "",
    annotation_key: str = "",
    count: int | None = 1,
) -> Drop:
    """The drop that a refusal causes; it has an object_id if it names an annotation.

    `count`: annotations that are lost; None if nobody can know.
    """
    identity = ""
    if annotation_key:
        identity = object_id(export, image_path, annotation_key)
    return Drop(
        reason=refusal.reason,
        detail=refusal.detail,
        export=export,
        image_path=image_path,
        annotation_key=annotation_key,
        object_id=identity,
        count=count,
    )


def object_id(export: str, image_path: str, annotation_key: str) -> str:
    """First 32 hex digits of SHA-256 over export name, image path and annotation key.

    They are joined by NUL. The id survives re-runs, another order, and new data.
    """
    text = "\0".join((export, image_path, annotation_key))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def object_ids(
    export: str, image_path: str, annotation_keys: Iterable[str]
) -> list[str]:
    """The `object_id` of many annotations of an image."""
    of_image = hashlib.sha256(
        f"{export}\0{image_path}\0".encode("utf-8", "surrogatepass")
    )
    found = []
    for key in annotation_keys:
        digest = of_image.copy()
        digest.update(key.encode("utf-8", "surrogatepass"))
        found.append(digest.hexdigest()[:32])
    return found
