"""Inspecting one export: as its settings say, or as the format that fits best."""

from dataclasses import dataclass, replace
from functools import partial

import msgspec
from upath import UPath

from curate.drops import FaultReport
from curate.errors import NotOfFormat
from curate.export_settings import ExportSettings
from curate.exports.export import Export
from curate.exports.not_opened import not_opened
from curate.limits import Limits
from curate.stages import ingest
from pipelines.flow.screen import Screen
from pipelines.inspection.counting import count
from pipelines.inspection.other_format import with_other_format
from pipelines.inspection.other_kinds import find_other_kinds
from pipelines.inspection.ranking import Attempt, rank_formats
from pipelines.inspection.reading import (
    Documents,
    ReadImages,
    batches_of,
    read_documents,
    read_images,
)
from pipelines.inspection.records import Candidate, Inspection, OtherKind
from pipelines.inspection.stanza import write_stanza
from pipelines.inspection.suggestions import suggest
from pipelines.inspection.unknown_exports import UnknownExport


@dataclass(frozen=True, slots=True)
class Inspected:
    """What inspect found of an export, and the images that it read, to paint them."""

    inspection: Inspection
    documents: Documents | None = None
    read: ReadImages | None = None

    @property
    def faults(self) -> list[FaultReport]:
        """Exceptions that no rule foresees."""
        if self.documents is None or self.read is None:
            return []
        return [*self.documents.faults, *self.read.faults]


@dataclass(frozen=True, slots=True)
class Inspector:
    """How exports are inspected.

    `scratch`: folder for what is unpacked. `most_images`: that are read of an export;
    None for all.
    """

    scratch: UPath
    limits: Limits
    most_images: int | None
    screen: Screen

    def inspect_path(
        self,
        unknown: UnknownExport,
        *,
        format_name: str = "",
        stated_path: str = "",
    ) -> Inspected:
        """An export of which nothing but its path is known.

        `format_name`: to read it as; else the one that fits best. `stated_path`: what
        its settings shall say. InputError if there is nothing to read.
        """
        opened = unknown.open(self.limits, self.scratch)
        candidates: list[Candidate] = []
        besides: list[OtherKind] = []
        if format_name:
            documents = self._documents(opened, unknown.read_as(format_name))
        else:
            attempts = rank_formats(
                unknown, opened, self.limits, self.scratch, self.most_images
            )
            candidates = [attempt.candidate for attempt in attempts]
            best = attempts[0]
            if best.documents is None or best.candidate.fit in ("no", "broken"):
                return _nothing_fits(unknown, opened, candidates)
            documents = best.documents
            besides = _read_by_others(documents, attempts)

        found = self._read(documents, candidates, besides)
        return self._with_stanza(found, stated_path or unknown.path)

    def inspect_export(self, export: ExportSettings) -> Inspected:
        """An export, read as its settings say."""
        opened = ingest.open_export(export, self.limits, self.scratch)
        return self._read(self._documents(opened, export), [], [])

    def _documents(self, opened: Export, export: ExportSettings) -> Documents:
        """The documents of an export whose format is stated."""
        try:
            return read_documents(opened, export, self.scratch, self.most_images)
        except NotOfFormat as error:
            raise with_other_format(error, export, opened, self.limits) from None

    def _read(
        self,
        documents: Documents,
        candidates: list[Candidate],
        besides: list[OtherKind],
    ) -> Inspected:
        """Read the images of an export, and count."""
        export = documents.export
        # Pictures take the time: documents have been read by now.
        steps = batches_of(len(documents.images.chosen()))
        with self.screen.steps(f"{export.name}: images", steps) as advance:
            read = read_images(documents, self.limits, None, partial(advance, 1))

        # What the format has read is of no other kind.
        used = documents.names | documents.found | documents.mask_files
        inspection = Inspection(
            name=export.name,
            path=export.path,
            contents=count(documents, read),
            candidates=candidates,
            others=[*besides, *find_other_kinds(documents.opened.files, used)],
        )
        return Inspected(inspection, documents, read)

    def _with_stanza(self, found: Inspected, path: str) -> Inspected:
        """What was found, with the settings to paste. `path`: what they say."""
        inspection = found.inspection
        contents = inspection.contents
        if contents is None or found.documents is None or found.read is None:
            return found
        suggestions = suggest(contents, found.documents, found.read, self.limits)
        stanza = write_stanza(inspection.name, path, contents.format, suggestions)
        told = msgspec.structs.replace(
            inspection, suggestions=suggestions, stanza=stanza
        )
        return replace(found, inspection=told)


def _read_by_others(best: Documents, attempts: list[Attempt]) -> list[OtherKind]:
    """Documents of other tools that are about other images: a folder of several exports."""
    names = set(best.names)
    images = _annotated(best)
    found = []
    for attempt in attempts:
        documents = attempt.documents
        if documents is None or documents is best or not documents.names:
            continue
        # Two tools' labels of the same images are two ways to read one export.
        annotated = _annotated(documents)
        is_same = names & documents.names or images & annotated
        if is_same or attempt.candidate.fit != "objects":
            continue
        format_name = attempt.candidate.format
        advice = (
            f"they are about other images; list the export once more, with another name "
            f"and format: {format_name}"
        )
        number = len(documents.names)
        example = min(documents.names)
        found.append(OtherKind(f"documents of {format_name}", number, example, advice))
        names |= documents.names
        images |= annotated
    return found


def _annotated(documents: Documents) -> set[str]:
    """The images of which something is annotated, of those that are kept to be read."""
    paths = set()
    for records in documents.images.chosen():
        if any(found.record.annotations for found in records):
            paths.add(records[0].path)
    return paths


def _nothing_fits(
    unknown: UnknownExport, opened: Export, candidates: list[Candidate]
) -> Inspected:
    """What is there may still be told by its names."""
    others = [*_not_opened(opened), *find_other_kinds(opened.files)]
    return Inspected(Inspection(unknown.name, unknown.path, None, candidates, others))


def _not_opened(opened: Export) -> list[OtherKind]:
    """What is not opened although there may be more in it: inner archives, links."""
    found = list(not_opened(opened))
    if not found:
        return []
    first = found[0]
    return [OtherKind("not opened", len(found), first.path, f"it {first.why}")]
