"""Which formats fit an export: each reads it, and what it makes of it is compared.

Documents that say what they are (a JSON file with a tool's own keys) speak louder than
pictures whose names go together. After that counts how many objects have a real name,
how much of what was read is kept, and how many objects there are.
"""

import re
from dataclasses import dataclass

from upath import UPath

from curate import formats
from curate.errors import InputError
from curate.exports.export import Export
from curate.limits import Limits
from curate.reasons import Reason
from pipelines.flow.reasons import BOXES_ONLY, describe_losses, is_boxes_only
from pipelines.flow.screen import counted
from pipelines.inspection.counting import count
from pipelines.inspection.reading import Documents, read_documents, read_images
from pipelines.inspection.records import Candidate, Contents, Fit
from pipelines.inspection.unknown_exports import UnknownExport

_FIRST_LOOK = 12  # images that each format reads
_NO_NAME = re.compile(r"#[0-9A-Fa-f]{6}|\d*")
_PNG_COLOUR_TYPE = 25  # where a PNG's header says it
_PNG_RGB = (b"\x02", b"\x06")
_FITS: tuple[Fit, ...] = ("objects", "dropped", "empty", "broken", "no")


@dataclass(frozen=True, slots=True)
class Attempt:
    """An export, read as one format; without contents if the format finds nothing."""

    candidate: Candidate
    contents: Contents | None = None
    documents: Documents | None = None


def rank_formats(
    unknown: UnknownExport,
    opened: Export,
    limits: Limits,
    scratch: UPath,
    most_images: int | None,
) -> list[Attempt]:
    """Read an export as each format; the best first. `opened`: its files."""
    attempts = []
    for each in formats.names():
        export = unknown.read_as(each)
        try:
            documents = read_documents(opened, export, scratch, most_images)
        except InputError as error:
            why = _without_place(str(error), opened, unknown.path)
            attempts.append(Attempt(Candidate(each, "no", why)))
            continue
        looked = read_images(documents, limits, _FIRST_LOOK)
        contents = count(documents, looked)
        candidate = Candidate(each, fit_of(contents), describe_fit(contents))
        attempts.append(Attempt(candidate, contents, documents))
    return sorted(attempts, key=_rank)


def fit_of(contents: Contents) -> Fit:
    """How the format fits, by what it made of the first images."""
    if contents.objects:
        return "objects"
    # A missing image loses annotations that were there; a broken file may be anything.
    lost = sum(loss.annotations for loss in contents.dropped)
    uncounted = sum(loss.uncounted for loss in contents.dropped)
    if contents.images or lost:
        if lost or uncounted:
            return "dropped"
        return "empty"
    if uncounted:
        return "broken"
    if contents.documents:
        return "empty"
    return "no"


def describe_fit(contents: Contents) -> str:
    """Why the format has its rank, in a line."""
    fit = fit_of(contents)
    losses = describe_losses(contents.dropped)
    if fit == "no":
        return "it finds neither documents nor masks"
    if fit == "broken":
        return losses
    if fit == "empty":
        return f"{_sources(contents)}; nothing is annotated in it"
    if fit == "dropped":
        if is_boxes_only(contents.dropped):
            return f"{_sources(contents)}; {BOXES_ONLY}"
        return f"{_sources(contents)}; all is dropped: {losses}"

    objects = counted(contents.objects, "object")
    found = f"{_sources(contents)}; {objects}"
    if contents.is_sample:
        found += f" in {contents.images_read} images looked at"
    found += f", {_kept_share(contents):.0%} of what it read"
    named = _named_share(contents)
    if named == 0:
        found += "; none has a class name"
    elif named < 1:
        found += f"; {named:.0%} of them have a class name"
    return found


def _sources(contents: Contents) -> str:
    """What the format takes its objects from."""
    sources = []
    if contents.documents:
        documents = counted(contents.documents, "document")
        looked_at = contents.documents + contents.files_left_alone
        if looked_at > contents.documents:
            documents += f" among {looked_at:,} files of its kind"
        sources.append(documents)
    if contents.masks:
        sources.append(counted(contents.masks, "mask file"))
    images = counted(contents.images, "annotated image")
    if contents.images_found < contents.images:
        images += f" ({contents.images_found:,} of them in the export)"
    sources.append(images)
    return ", ".join(sources)


def _rank(attempt: Attempt) -> tuple[float, ...]:
    """What decides the order of two formats, the weightiest first; less is better."""
    place = _FITS.index(attempt.candidate.fit)
    contents = attempt.contents
    if contents is None:
        return (float(place),)

    # Shares are rounded: a single crowd must not decide between two formats.
    lost = sum(loss.annotations for loss in contents.dropped)
    return (
        float(place),
        -float(contents.documents > 0),
        -float(_named_share(contents) > 0.5),
        float(_has_colours_for_names(contents)),
        -round(_kept_share(contents), 1),
        float(_masks_are_of_another_kind(attempt)),
        -float(contents.images_found),
        -float(contents.images),
        -float(contents.objects + lost),
    )


def _kept_share(contents: Contents) -> float:
    """Objects of what was read; boxes and points are no failure of a format."""
    lost = 0
    for loss in contents.dropped:
        # An export of polygons and boxes is read well, though its boxes go.
        if loss.reason != Reason.NO_MASK:
            lost += loss.annotations + loss.uncounted
    return contents.objects / max(1, contents.objects + lost)


def _named_share(contents: Contents) -> float:
    """Share of objects whose label is a name, and no bare value or colour."""
    named = 0
    for label, number in contents.labels.items():
        if not _NO_NAME.fullmatch(label):
            named += number
    return named / max(1, contents.objects)


def _masks_are_of_another_kind(attempt: Attempt) -> bool:
    """Whether masks have colours and the format reads values, or the other way round."""
    documents = attempt.documents
    if documents is None or attempt.candidate.format not in ("labelmap", "colormap"):
        return False
    for path in sorted(documents.mask_files):
        # Both formats read palettes, but labelmap knows more layouts of them.
        has_colours = _has_colours(documents.opened.files.file(path))
        return has_colours != (attempt.candidate.format == "colormap")
    return False


def _has_colours(mask: UPath) -> bool:
    """Whether a mask file is a JPEG, or a PNG of RGB values without a palette."""
    try:
        with mask.open("rb") as stream:
            head = stream.read(_PNG_COLOUR_TYPE + 1)
    except OSError:
        return False
    if head.startswith(b"\x89PNG"):
        return head[_PNG_COLOUR_TYPE:] in _PNG_RGB
    return bool(head.startswith(b"\xff\xd8"))


def _has_colours_for_names(contents: Contents) -> bool:
    """Whether a label is a bare colour: grey values and indexes are likelier classes."""
    return any(label.startswith("#") for label in contents.labels)


def has_no_name(label: str) -> bool:
    """Whether a label is a bare value or colour of a mask, or empty.

    >>> has_no_name("7"), has_no_name("#80FF00"), has_no_name("car")
    (True, True, False)
    """
    return _NO_NAME.fullmatch(label) is not None


def _without_place(message: str, opened: Export, path: str) -> str:
    """A format's message without what all of them begin with."""
    for prefix in (f"export {opened.name}: ", f"{path}: "):
        message = message.removeprefix(prefix)
    return message
