"""`inspect`: what an export holds, before anything is built."""

import tempfile
from collections import Counter

import msgspec
from upath import UPath

from curate import formats
from curate.errors import InputError
from curate.limits import Limits
from curate.reasons import Fault, Reason
from curate.records import Drop, FaultReport, FoundImage
from curate.settings import ExportSettings, Settings
from curate.stages import ingest

_MOST_LABELS = 40  # in the text; JSON has them all
_IMAGE_LOST = (Reason.MISSING_IMAGE, Reason.AMBIGUOUS_IMAGE)


class ExportContents(msgspec.Struct, frozen=True):
    """What an export holds, read as one format.

    `images`: annotated images, of which `images_found` are in the export.
    `annotations`: with a shape in a document; `masks`: mask files, whose annotations
    nobody counts before the pixels are read. `dropped`: annotations by reason.
    `labels`: annotations by label, 0 for a label of mask files.
    """

    name: str
    path: str
    format: str
    images: int
    images_found: int
    annotations: int
    masks: int
    dropped: dict[str, int]
    labels: dict[str, int]


def inspect_settings(settings: Settings) -> list[ExportContents]:
    """What each export of the settings holds, read as its settings say."""
    return [_contents(export, settings.limits) for export in settings.exports]


def inspect_path(path: str) -> list[ExportContents]:
    """What an export holds, read as each format that fits it, the best first.

    InputError if none fits.
    """
    # What cannot be known from the files alone does not matter here: any words will do.
    found = []
    failures = []
    for name in formats.names():
        export = ExportSettings(
            name="export",
            path=path,
            format=name,
            customer="customer",
            domain="domain",
            licence="unknown",
        )
        try:
            contents = _contents(export, Limits())
        except InputError as error:
            failures.append(f"{name}: {error}")
            continue
        if contents.annotations or contents.masks:
            found.append(contents)
        else:
            failures.append(f"{name}: nothing annotated")

    if not found:
        raise InputError(f"{path}: no format fits\n  " + "\n  ".join(failures))
    return sorted(found, key=_fit, reverse=True)


def text(found: list[ExportContents]) -> str:
    """What was found, for a reader."""
    return "\n\n".join(_describe(contents) for contents in found)


def _fit(contents: ExportContents) -> tuple[int, ...]:
    """How well a format fits an export: the one that finds most in it fits best."""
    return (
        contents.images_found,
        contents.annotations,
        contents.masks,
        len(contents.labels),
    )


def _describe(contents: ExportContents) -> str:
    annotations = f"{contents.annotations:,}"
    if contents.masks:
        annotations += f", and {contents.masks:,} mask files"
    images = (
        f"{contents.images:,}, of which {contents.images_found:,} are in the export"
    )
    lines = [
        f"{contents.path} as {contents.format}",
        f"  images       {images}",
        f"  annotations  {annotations}",
    ]
    for reason, number in contents.dropped.items():
        lines.append(f"  dropped      {number:,} {reason}")
    lines.append(f"  labels       {_describe_labels(contents.labels)}")
    return "\n".join(lines)


def _describe_labels(labels: dict[str, int]) -> str:
    if not labels:
        return "none"

    shown = []
    for label, number in list(labels.items())[:_MOST_LABELS]:
        if number:
            shown.append(f"{label or repr(label)} ({number:,})")
        else:
            shown.append(label)
    if len(labels) > _MOST_LABELS:
        shown.append(f"and {len(labels) - _MOST_LABELS} more")
    return ", ".join(shown)


class _Counts:
    """Counts over the records of one export."""

    def __init__(self) -> None:
        self.images: set[str] = set()
        self.images_lost = 0
        self.annotations = 0
        self.masks = 0
        self.dropped: Counter[str] = Counter()
        self.labels: Counter[str] = Counter()

    def add_drop(self, drop: Drop) -> None:
        """Count a drop; one of unknown count counts once."""
        number = 1
        if drop.count is not None:
            number = drop.count
        self.dropped[drop.reason.value] += number
        if drop.reason in _IMAGE_LOST:
            self.images_lost += 1

    def add_image(self, found: FoundImage) -> None:
        """Count an image, its annotations and its mask files."""
        self.images.add(found.path)
        for annotation in found.record.annotations:
            if annotation.dropped is not None:
                self.dropped[annotation.dropped.value] += 1
            else:
                self.annotations += 1
                self.labels[annotation.label] += 1

        # What a mask file holds shows when its pixels are read; its labels are known
        # now.
        for region_map in found.record.maps:
            self.masks += 1
            for label in region_map.labels.values():
                self.labels[label] += 0
            if region_map.label:
                self.labels[region_map.label] += 0


def _contents(export: ExportSettings, limits: Limits) -> ExportContents:
    """Read an export's annotations and count them.

    InputError if it is not of its format.
    """
    counts = _Counts()
    with tempfile.TemporaryDirectory(prefix="segcurate-") as scratch:
        opened = ingest.open_export(export, limits, UPath(scratch))
        records = ingest.read_export(opened, export)
        for record in ingest.plan(opened, records, _keep_nothing):
            if isinstance(record, FaultReport):
                raise Fault(record.summary, record.trace)
            if isinstance(record, Drop):
                counts.add_drop(record)
            elif isinstance(record, FoundImage):
                counts.add_image(record)

    labels = sorted(counts.labels.items(), key=lambda item: (-item[1], item[0]))
    return ExportContents(
        name=export.name,
        path=export.path,
        format=export.format,
        images=len(counts.images) + counts.images_lost,
        images_found=len(counts.images),
        annotations=counts.annotations,
        masks=counts.masks,
        dropped=dict(counts.dropped.most_common()),
        labels=dict(labels),
    )


def _keep_nothing(_: bytes) -> str:
    """Where an embedded image would be kept; here nothing opens it."""
    return "embedded"
