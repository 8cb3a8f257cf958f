"""The page of `inspect`: its sections, and the notices above them."""

from collections.abc import Iterator
from dataclasses import dataclass

from curate.limits import Limits
from curate.reasons import Reason
from pipelines.flow.reasons import describe_count
from pipelines.inspection import words
from pipelines.inspection.inspecting import Inspected
from pipelines.inspection.records import Contents
from pipelines.pages.inspection.overlays import paint_overlays
from pipelines.pages.page import Notice, Section, Values, render_page

_MOST_LABELS = 200  # rows of the table of classes
_MEANINGS = {reason.value: reason.meaning for reason in Reason}


@dataclass(frozen=True, slots=True)
class InspectionPage:
    """What the page shows."""

    found: Inspected
    contents: Contents
    limits: Limits


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A class. `annotations`: in all documents."""

    label: str
    objects: int
    annotations: int
    share: float


@dataclass(frozen=True, slots=True)
class DropRow:
    """A reason for which something would be dropped."""

    reason: str
    meaning: str
    count: str
    example: str


def render_inspection(found: Inspected, limits: Limits) -> bytes:
    """The page as UTF-8. ValueError if no format fits the export."""
    contents = found.inspection.contents
    if contents is None:
        raise ValueError("there is nothing to show")
    page = InspectionPage(found, contents, limits)
    return render_page(
        "inspection/inspection.html", _show_head(page), INSPECTION_SECTIONS, page
    )


def _show_head(page: InspectionPage) -> Values:
    return {
        "name": page.contents.name,
        "path": page.contents.path,
        "format": page.contents.format,
        "contents": page.contents,
        "notices": list(_notices(page)),
    }


def _notices(page: InspectionPage) -> Iterator[Notice]:
    contents = page.contents
    nothing = words.warning(page.found.inspection)
    if nothing:
        yield Notice("Nothing of this export can be used", nothing, "drops")
    if contents.is_sample:
        read = f"{contents.images_read:,} of {contents.images_found:,}"
        sentence = (
            f"Objects, classes and pictures are those of {read} images, chosen evenly. "
            "Documents are counted whole. --images 0 reads all images."
        )
        yield Notice("Counts of a sample", sentence)
    if contents.images_found < contents.images:
        lost = contents.images - contents.images_found
        sentence = (
            f"Not in the export: {lost:,} of {contents.images:,} annotated images."
        )
        yield Notice("Images are missing", sentence, "drops")
    if contents.faults:
        sentence = f"{contents.faults[0]} This is a bug of this program."
        yield Notice(f"{len(contents.faults)} images met a fault", sentence)


def show_pictures(page: InspectionPage) -> Values | None:
    """Photos with their objects."""
    overlays = paint_overlays(page.found, page.limits)
    if not overlays:
        return None
    return {"overlays": overlays}


def show_classes(page: InspectionPage) -> Values | None:
    """Objects by class."""
    contents = page.contents
    labels = dict.fromkeys([*contents.labels, *contents.annotations_by_label])
    if not labels:
        return None
    most = max([1, *contents.labels.values()])
    rows = []
    for label in labels:
        objects = contents.labels.get(label, 0)
        annotations = contents.annotations_by_label.get(label, 0)
        rows.append(LabelRow(label, objects, annotations, objects / most))
    return {
        "rows": rows[:_MOST_LABELS],
        "more": max(0, len(rows) - _MOST_LABELS),
        "is_sample": contents.is_sample and contents.annotations > 0,
    }


def show_drops(page: InspectionPage) -> Values | None:
    """What ingest would drop, by reason."""
    rows = [
        DropRow(
            reason=loss.reason,
            meaning=_MEANINGS.get(loss.reason, ""),
            count=describe_count(loss),
            example=loss.example,
        )
        for loss in page.contents.dropped
    ]
    if not rows:
        return None
    return {"rows": rows}


def show_left_alone(page: InspectionPage) -> Values | None:
    """Files that were not read."""
    contents = page.contents
    others = page.found.inspection.others
    if not (contents.files_left_alone or contents.unused_pictures or others):
        return None
    return {
        "files": contents.left_alone,
        "more": contents.files_left_alone - len(contents.left_alone),
        "pictures": contents.unused_pictures,
        "others": others,
    }


def show_formats(page: InspectionPage) -> Values | None:
    """The formats by rank."""
    candidates = page.found.inspection.candidates
    if not candidates:
        return None
    fitting = [each for each in candidates if each.fit not in ("no", "broken")]
    others = [each for each in candidates if each.fit in ("no", "broken")]
    return {"fitting": fitting, "others": others}


def show_settings(page: InspectionPage) -> Values | None:
    """The stanza to paste."""
    if not page.found.inspection.stanza:
        return None
    return {"stanza": page.found.inspection.stanza}


INSPECTION_SECTIONS = (
    Section(
        "pictures",
        "Pictures with their masks",
        "inspection/sections/pictures.html",
        show_pictures,
        "Pictures",
    ),
    Section(
        "classes", "Objects by class", "inspection/sections/classes.html", show_classes
    ),
    Section(
        "drops", "What would be dropped", "inspection/sections/drops.html", show_drops
    ),
    Section(
        "left-alone",
        "Files that were not read",
        "inspection/sections/left_alone.html",
        show_left_alone,
    ),
    Section(
        "formats",
        "Formats that fit",
        "inspection/sections/formats.html",
        show_formats,
        "Formats",
    ),
    Section(
        "settings",
        "Settings to paste",
        "inspection/sections/settings.html",
        show_settings,
        "Settings",
    ),
)
"""The sections of the page, in order."""
