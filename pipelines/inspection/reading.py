"""Reading an export as one format: all of its documents, and some of its images.

It is ingest's own code that reads, so that the counts are those that ingest will have.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec
import pyarrow as pa
from upath import UPath

from curate.drops import Drop, FaultReport, IgnoredFile, make_drop
from curate.export_settings import ExportSettings
from curate.exports.export import Export
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import ExportTraits, FoundImage
from curate.schema import drops_table
from curate.stages import ingest
from pipelines.inspection.records import LeftAlone

_MOST_LEFT_ALONE = 1000  # files that are named; all are counted
_DROPS_IN_A_TABLE = 5000
_IMAGES_AT_ONCE = 20
_IMAGE_LOST = (Reason.MISSING_IMAGE, Reason.AMBIGUOUS_IMAGE)

Tick = Callable[[], None]
"""Called after some images were read."""


class Images:
    """Found images by path; at most so many paths, chosen evenly and always the same."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self._found: dict[str, list[FoundImage]] = {}

    def add(self, found: FoundImage) -> None:
        """Note a record. An image may have several, from several documents."""
        self._found.setdefault(found.path, []).append(found)
        if self.most is not None and len(self._found) >= 2 * self.most + 100:
            self._shrink(self.most)

    def chosen(self) -> list[list[FoundImage]]:
        """The records of each chosen image."""
        if self.most is not None:
            self._shrink(self.most)
        return list(self._found.values())

    def _shrink(self, most: int) -> None:
        # The order of digests has nothing to do with folders, times or cameras.
        paths = sorted(self._found, key=_place)[:most]
        self._found = {path: self._found[path] for path in paths}


@dataclass(slots=True)
class Documents:
    """What the documents of an export say, as one format reads them."""

    export: ExportSettings
    opened: Export
    scratch: UPath
    """Folder for pictures that are embedded in documents."""
    images: Images
    names: set[str] = field(default_factory=set)
    """Paths of the documents."""
    found: set[str] = field(default_factory=set)
    """Paths of the images that are in the export."""
    lost: set[str] = field(default_factory=set)
    """Images that are not."""
    mask_files: set[str] = field(default_factory=set)
    annotations: int = 0
    masks: int = 0
    """Mask files whose regions nobody counts before their pixels are read."""
    by_label: Counter[str] = field(default_factory=Counter)
    drops: list[pa.Table] = field(default_factory=list)
    """Drops of what is lost before a pixel is read."""
    verdicts: Counter[Reason] = field(default_factory=Counter)
    """Annotations that the format itself drops, such as crowds."""
    first_verdicts: dict[Reason, Drop] = field(default_factory=dict)
    left_alone: list[LeftAlone] = field(default_factory=list)
    files_left_alone: int = 0
    faults: list[FaultReport] = field(default_factory=list)
    traits: ExportTraits = field(default_factory=ExportTraits)


@dataclass(frozen=True, slots=True)
class ReadImages:
    """What ingest makes of some images of an export."""

    paths: list[str]
    segments: pa.Table
    drops: list[pa.Table]
    faults: list[FaultReport]


def read_documents(
    opened: Export, export: ExportSettings, scratch: UPath, most_images: int | None
) -> Documents:
    """Read all documents of an export as its format, and choose images to read.

    `opened`: its files. `most_images`: None for all. InputError if it is not of its
    format.
    """
    own = replace(
        opened, name=export.name, options=export.options, objects=export.objects
    )
    # A format sees its own options; the files were listed once for all formats.
    documents = Documents(export, own, scratch, Images(most_images))
    records = ingest.read_export(own, export)
    drops: list[Drop] = []
    for each in ingest.plan(own, records, ingest.keep_in(scratch / "embedded")):
        if isinstance(each, Drop):
            drops.append(each)
            # Of an image that is lost, nothing but its drops tells what was annotated.
            documents.annotations += each.count or 0
            if each.reason in _IMAGE_LOST:
                documents.lost.add(each.image_path)
        elif isinstance(each, FoundImage):
            _add_image(documents, each)
        elif isinstance(each, IgnoredFile):
            _add_left_alone(documents, each)
        elif isinstance(each, FaultReport):
            documents.faults.append(each)
        else:
            documents.traits = each

        if len(drops) == _DROPS_IN_A_TABLE:
            documents.drops.append(drops_table(drops))
            drops = []
    documents.drops.append(drops_table(drops))
    return documents


def read_images(
    documents: Documents, limits: Limits, most: int | None, tick: Tick | None = None
) -> ReadImages:
    """Read the first so many of the chosen images, as ingest does."""
    chosen = documents.images.chosen()[:most]
    places = documents.opened.files.places
    segments = [ingest.ADDS.empty_table()]
    drops = []
    faults = []
    # Each batch begins with the traits, as a partition of ingest does.
    for start in range(0, len(chosen), _IMAGES_AT_ONCE):
        batch: list[ingest.BatchItem] = [documents.traits]
        for records in chosen[start : start + _IMAGES_AT_ONCE]:
            batch += records
        made = ingest.ingest_partition(batch, documents.export, places, limits)
        segments.append(made.segments)
        drops.append(made.drops)
        faults += made.faults
        if tick is not None:
            tick()
    paths = [records[0].path for records in chosen]
    return ReadImages(paths, pa.concat_tables(segments), drops, faults)


def verdicts_of_others(documents: Documents, read: ReadImages) -> pa.Table:
    """The format's own drops of the images that were not read, a row for each reason."""
    # There may be hundreds of thousands of them, so only their number is kept.
    known = set(read.paths)
    of_others = documents.verdicts.copy()
    for records in documents.images.chosen():
        for found in records:
            if found.path in known:
                of_others.subtract(_verdicts(found))

    drops = []
    for reason, count in of_others.items():
        if count > 0:
            first = documents.first_verdicts[reason]
            drops.append(msgspec.structs.replace(first, count=count))
    return drops_table(drops)


def batches_of(read: int) -> int:
    """In how many steps so many images are read."""
    return -(-read // _IMAGES_AT_ONCE)


def _add_image(documents: Documents, found: FoundImage) -> None:
    record = found.record
    documents.images.add(found)
    documents.found.add(found.path)
    # An image that no file annotates is a record that names itself.
    if record.document and record.document != found.path:
        documents.names.add(record.document)

    documents.annotations += len(record.annotations)
    for annotation in record.annotations:
        if annotation.dropped is None:
            documents.by_label[annotation.label] += 1
        elif annotation.dropped not in documents.first_verdicts:
            documents.first_verdicts[annotation.dropped] = make_drop(
                Refusal(annotation.dropped, annotation.detail),
                export=documents.export.name,
                image_path=found.path,
                annotation_key=annotation.key,
            )
    documents.verdicts.update(_verdicts(found))

    for region_map in record.maps:
        documents.masks += 1
        documents.mask_files.add(region_map.path)
        if region_map.instances:
            documents.mask_files.add(region_map.instances)
    for segment_map in record.segment_maps:
        documents.mask_files.add(segment_map.path)
        documents.masks += int(segment_map.others)


def _verdicts(found: FoundImage) -> list[Reason]:
    """The reasons for which the format itself drops annotations of an image."""
    reasons = [annotation.dropped for annotation in found.record.annotations]
    return [reason for reason in reasons if reason is not None]


def _add_left_alone(documents: Documents, ignored: IgnoredFile) -> None:
    documents.files_left_alone += 1
    if len(documents.left_alone) < _MOST_LEFT_ALONE:
        documents.left_alone.append(LeftAlone(ignored.path, ignored.why))


def _place(path: str) -> str:
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
