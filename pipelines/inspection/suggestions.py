"""What the settings of an export should say besides its format, as its contents show."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pyarrow as pa

from curate import formats
from curate.flags import Flag
from curate.limits import Limits
from curate.reasons import Reason
from pipelines.flow.reasons import Loss
from pipelines.inspection.counting import count
from pipelines.inspection.ranking import has_no_name
from pipelines.inspection.reading import (
    Documents,
    ReadImages,
    read_documents,
    read_images,
)
from pipelines.inspection.records import Contents, Suggestion

_TRIED_IMAGES = 40  # that are read again to see what an option changes
_CLEAR = 0.9  # share of the images that must agree on their scene
_MOST_VALUES = 12  # that a comment lists
_FOLLOW = "links: follow"

_UNDECIDED = (
    (
        Flag.FRAME_UNSURE,
        "frame",
        "objects are on turned photos: displayed or stored? look at their outlines",
    ),
    (
        Flag.ORDER_UNSURE,
        "options.order",
        "masks fit by columns and by rows: if their outlines lie across, it is the other",
    ),
)
"""Flags of what is unsure, each with the setting that decides it, and what to look at."""


def suggest(
    contents: Contents, documents: Documents, read: ReadImages, limits: Limits
) -> list[Suggestion]:
    """The lines to add to an export's settings; choices of the user have no value."""
    options = formats.options(contents.format)
    follows = documents.export.links == "follow"
    found = [*_suggest_scene(contents), *_suggest_links(contents, follows)]
    found += _suggest_undecided(contents)
    found += _suggest_names(contents, read.segments, options)
    if "mask_size" in options:
        found += _suggest_scaling(contents, documents, limits)
    return found


def _suggest_scene(contents: Contents) -> Iterator[Suggestion]:
    """Full or partial, if the images agree."""
    full = contents.images_by_scene.get("full", 0)
    images = sum(contents.images_by_scene.values())
    if images == 0:
        return
    share = full / images
    counted = (
        f"{full:,} of {images:,} images with objects have a class for 95% of their px"
    )
    why = f"a guess: {counted}"
    if share >= _CLEAR:
        yield Suggestion("scene", "full", why)
    elif share <= 1 - _CLEAR:
        yield Suggestion("scene", "partial", why)
    else:
        yield Suggestion("scene", "auto", f"the images differ: {counted}")


def _suggest_links(contents: Contents, follows: bool) -> Iterator[Suggestion]:
    """To follow links, if what is behind them is needed, or was read."""
    if follows:
        yield Suggestion("links", "follow", "as it was read here")
        return
    details = [each.why for each in contents.left_alone]
    details += [loss.example for loss in contents.dropped]
    if any(_FOLLOW in detail for detail in details):
        yield Suggestion("links", "follow", "links lead out of the export")


def _suggest_undecided(contents: Contents) -> Iterator[Suggestion]:
    """The settings that decide what nothing in the export decides."""
    for flag, setting, why in _UNDECIDED:
        unsure = contents.flags.get(flag.value, 0)
        if unsure:
            yield Suggestion(setting, "auto", f"{unsure:,} {why}")


def _suggest_names(
    contents: Contents, segments: pa.Table, options: frozenset[str]
) -> Iterator[Suggestion]:
    """Names of classes, if the export has none."""
    if "values" in options and _numbers_objects(segments):
        why = "a guess: each image has the values 1, 2, 3, … once each"
        yield Suggestion("options.values", "objects", why)
        yield Suggestion("options.label", None, "what the numbered objects are")
        return

    # What an export calls 7 is for its owner to name, so there is no value to propose.
    bare = [label for label in contents.labels if has_no_name(label) and label]
    if bare and "classes" in options:
        values = ", ".join(islice(sorted(bare, key=_by_value), _MOST_VALUES))
        if len(bare) > _MOST_VALUES:
            values += ", …"
        why = f"names of the values {values}; 'formats {contents.format}' shows how"
        yield Suggestion("options.classes", None, why)
    if "label" in options and contents.name in contents.labels:
        why = "the masks are of one class, and nothing in the export says which"
        yield Suggestion("options.label", None, why)


def _numbers_objects(segments: pa.Table) -> bool:
    """Whether values seem to number objects: in each image 1, 2, 3, …, and once each.

    Classes would come several times in an image, and not all of them in each.
    """
    by_image: dict[str, list[str]] = {}
    pairs = zip(
        segments["image_path"].to_pylist(), segments["label"].to_pylist(), strict=True
    )
    for path, label in pairs:
        if label != "0":
            by_image.setdefault(path, []).append(label)

    counts = set()
    for labels in by_image.values():
        numbers = {str(number) for number in range(1, len(labels) + 1)}
        if set(labels) != numbers:
            return False
        counts.add(len(labels))
    # Images that all have equally many could as well show each class once.
    return len(counts) > 1 and max(counts) > 2


def _suggest_scaling(
    contents: Contents, documents: Documents, limits: Limits
) -> Iterator[Suggestion]:
    """To scale masks, if that saves some that are of another size than their images."""
    lost = _lost(contents.dropped)
    if not lost:
        return
    export = documents.export.model_copy(
        update={"options": documents.export.options | {"mask_size": "scale"}}
    )
    scratch = documents.scratch
    opened = replace(documents.opened, options=export.options)
    again = read_documents(opened, export, scratch, documents.images.most)
    # Masks of other proportions stay refused, so only trying tells.
    most = min(_TRIED_IMAGES, contents.images_read)
    scaled = count(again, read_images(again, limits, most))
    as_it_is = count(documents, read_images(documents, limits, most))
    if scaled.objects > as_it_is.objects:
        why = f"{lost:,} masks are not as large as their images, but of their shape"
        yield Suggestion("options.mask_size", "scale", why)


def _lost(losses: list[Loss]) -> int:
    """Masks of another size than their image."""
    return sum(
        loss.annotations + loss.uncounted
        for loss in losses
        if loss.reason == Reason.MASK_SIZE_MISMATCH
    )


def _by_value(label: str) -> tuple[int, str]:
    """Numbers in their order, then colours."""
    if label.isdecimal():
        return int(label), label
    return 1 << 32, label
