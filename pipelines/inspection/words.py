"""What inspect found, in words for a terminal."""

from collections.abc import Iterator, Mapping

from curate.flags import Flag
from pipelines.flow.reasons import (
    BOXES_ONLY,
    describe_count,
    describe_losses,
    is_boxes_only,
)
from pipelines.flow.screen import counted
from pipelines.inspection.records import Candidate, Contents, Inspection

_MOST_LABELS = 40
_MOST_REASONS = 8
_MOST_FLAGS = 6
_MOST_NAMED = 5
_LONGEST = 160  # characters of a reason or an example


def describe(inspection: Inspection) -> str:
    """The whole inspection in words, a paragraph for each thing."""
    return "\n".join(_lines(inspection))


def warning(inspection: Inspection) -> str:
    """What a user must not miss: that nothing can be used; "" if something can."""
    contents = inspection.contents
    if contents is None:
        return _nothing_fits(inspection)
    if contents.objects:
        return ""

    # "Nothing is annotated" would be untrue of an export whose annotations are dropped.
    place = f"{inspection.path}, read as {contents.format}"
    if not contents.dropped:
        if contents.is_sample:
            return f"{place}: nothing is annotated in the images that were read"
        return f"{place}: nothing is annotated in it"
    if is_boxes_only(contents.dropped):
        return f"{place}: {BOXES_ONLY}"
    return f"{place}: every annotation is dropped: {describe_losses(contents.dropped)}"


def _lines(inspection: Inspection) -> Iterator[str]:
    contents = inspection.contents
    if contents is not None:
        yield f"{inspection.path} as {contents.format}"
        yield from _describe_contents(contents)
    if inspection.candidates:
        yield ""
        yield from _describe_candidates(inspection.candidates)
    for other in inspection.others:
        yield ""
        yield f"Not read: {other.name} ({other.files:,}, such as {other.example})"
        yield f"  {other.advice}"
    if inspection.page:
        yield ""
        yield f"Page with pictures and their masks: {inspection.page}"
    # Last, so that it can be copied from the end of the screen.
    if inspection.stanza:
        yield ""
        yield "To paste below 'exports:' of a settings file; ??? is for you to say:"
        yield inspection.stanza.rstrip("\n")


def _describe_contents(contents: Contents) -> Iterator[str]:
    if contents.documents:
        yield f"  documents  {contents.documents:,} of {contents.files:,} files"
    yield f"  images     {_describe_images(contents)}"
    if contents.annotations:
        yield f"  annotated  {counted(contents.annotations, 'annotation')} in documents"
    if contents.masks:
        yield f"  masks      {counted(contents.masks, 'mask file')}"
    yield f"  objects    {_describe_objects(contents)}"
    yield f"  classes    {_describe_labels(contents.labels)}"
    flags = _describe_flags(contents.flags)
    if flags:
        yield f"  flagged    {flags}"
    for doubt in contents.doubts:
        yield f"  doubtful   {doubt}"
    for loss in contents.dropped[:_MOST_REASONS]:
        example = _cut(loss.example)
        yield f"  dropped    {describe_count(loss)} {loss.reason}; first: {example}"
    if len(contents.dropped) > _MOST_REASONS:
        yield f"  dropped    {len(contents.dropped) - _MOST_REASONS} more reasons"
    for file in contents.left_alone[:_MOST_NAMED]:
        yield f"  left alone {file.path} ({_cut(file.why)})"
    if contents.files_left_alone > _MOST_NAMED:
        more = contents.files_left_alone - _MOST_NAMED
        yield f"  left alone {counted(more, 'more file')}"
    for fault in contents.faults[:_MOST_NAMED]:
        yield f"  fault      {_cut(fault)}: a bug of this program"


def _describe_images(contents: Contents) -> str:
    parts = [f"{contents.images:,} annotated"]
    if contents.images_found == contents.images:
        parts.append("all in the export")
    else:
        parts.append(f"{contents.images_found:,} of them are in the export")
    if contents.images_without_objects:
        without = f"{contents.images_without_objects:,} without an object"
        if contents.is_sample:
            without += f" of the {contents.images_read:,} read"
        parts.append(without)
    if contents.unused_pictures:
        parts.append(
            f"{counted(contents.unused_pictures, 'picture')} that nothing annotates"
        )
    return ", ".join(parts)


def _describe_objects(contents: Contents) -> str:
    objects = f"{contents.objects:,}"
    if contents.is_sample:
        read = f"{contents.images_read:,} of {contents.images_found:,}"
        objects += f" in a sample of {read} images (--images 0 reads all)"
    return objects


def _describe_labels(labels: Mapping[str, int]) -> str:
    if not labels:
        return "none"
    shown = []
    for label, number in list(labels.items())[:_MOST_LABELS]:
        shown.append(f"{label or repr(label)} ({number:,})")
    if len(labels) > _MOST_LABELS:
        shown.append(f"and {len(labels) - _MOST_LABELS} more")
    return ", ".join(shown)


def _describe_flags(flags: Mapping[str, int]) -> str:
    """The commonest flags but one, which says that an object reaches the edge of its image."""
    told = [
        f"{number:,} {flag}"
        for flag, number in flags.items()
        if flag != Flag.TOUCHES_EDGE
    ]
    return ", ".join(told[:_MOST_FLAGS])


def _describe_candidates(candidates: list[Candidate]) -> Iterator[str]:
    """The formats that fit, ranked; those that find nothing only by their number."""
    # Why a dozen other tools' formats do not fit helps nobody here; JSON has it.
    fitting = [each for each in candidates if each.fit not in ("no", "broken")]
    others = len(candidates) - len(fitting)
    if fitting:
        yield "Formats that fit, the best first:"
        width = max(len(each.format) for each in fitting)
        for number, each in enumerate(fitting, start=1):
            yield f"  {number}. {each.format:<{width}}  {_cut(each.reason)}"
        yield f"  The other {others} find nothing of theirs."


def _nothing_fits(inspection: Inspection) -> str:
    """Why no format fits: what is broken, or what it is instead."""
    lines = [f"{inspection.path}: no format fits"]
    # One broken file fails every format in the same words.
    broken = [each for each in inspection.candidates if each.fit == "broken"]
    reasons = dict.fromkeys(each.reason for each in broken)
    lines += [f"  cannot be read: {reason}" for reason in reasons]
    lines += [
        f"  not read: {other.name} ({other.files:,}, such as {other.example}): "
        f"{other.advice}"
        for other in inspection.others
    ]
    if len(lines) == 1:
        lines.append(
            "  no document of a tool that is known, and no pictures with masks of the "
            "same names"
        )
    lines.append(
        "  'python -m pipelines formats' says what each format looks like; --format "
        "NAME says why one of them does not fit"
    )
    return "\n".join(lines)


def _cut(text: str) -> str:
    if len(text) > _LONGEST:
        return f"{text[: _LONGEST - 1]}…"
    return text
