"""Inspecting one export: as its settings say, or as the format that fits best."""

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.files import Files
from curate.exports.not_opened import not_opened
from curate.limits import Limits
from curate.records import FaultReport
from curate.settings import ExportSettings
from curate.stages import ingest
from pipelines.flow.screen import Screen
from pipelines.inspection.counting import count
from pipelines.inspection.other_kinds import find_other_kinds
from pipelines.inspection.ranking import rank_formats
from pipelines.inspection.reading import (
    Documents,
    ReadImages,
    any_export,
    batches_of,
    open_once,
    read_documents,
    read_images,
)
from pipelines.inspection.records import Candidate, Inspection, OtherKind
from pipelines.inspection.stanza import export_name, write_stanza
from pipelines.inspection.suggestions import suggest


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
        path: str,
        *,
        name: str = "",
        stated_path: str = "",
        format_name: str = "",
        links: str = "inside",
    ) -> Inspected:
        """An export of which nothing but its path is known.

        `name`: of the export; its path's if empty. `stated_path`: what its settings
        shall say. `format_name`: to read it as; else the one that fits best. InputError
        if there is nothing to read.
        """
        name = name or export_name(path)
        opened = open_for_all(path, name, self.limits, links, self.scratch)
        candidates: list[Candidate] = []
        documents = None
        if format_name:
            export = any_export(path, format_name, name=name, links=links)
            documents = read_documents(opened, export, self.scratch, self.most_images)
        else:
            attempts = rank_formats(
                opened,
                name,
                path,
                links,
                self.limits,
                self.scratch,
                self.most_images,
            )
            candidates = [attempt.candidate for attempt in attempts]
            if candidates[0].fit not in ("no", "broken"):
                documents = attempts[0].documents

        # Nothing to count: what is there may be told by its names at least.
        if documents is None:
            others = [*_not_opened(opened), *find_other_kinds(opened.files)]
            return Inspected(Inspection(name, path, None, candidates, others, [], ""))
        found = self._read(documents, candidates)
        contents = found.inspection.contents
        if contents is None or found.documents is None or found.read is None:
            return found
        suggestions = suggest(contents, found.documents, found.read, self.limits)
        stanza = write_stanza(name, stated_path or path, contents.format, suggestions)
        told = {"suggestions": suggestions, "stanza": stanza}
        return replace(found, inspection=_changed(found.inspection, **told))

    def inspect_export(self, export: ExportSettings) -> Inspected:
        """An export, read as its settings say."""
        opened = ingest.open_export(export, self.limits, self.scratch)
        documents = read_documents(opened, export, self.scratch, self.most_images)
        return self._read(documents, [])

    def _read(self, documents: Documents, candidates: list[Candidate]) -> Inspected:
        """Read the images of an export, and count."""
        export = documents.export
        chosen = len(documents.images.chosen())
        title = f"{export.name}: images"
        with self.screen.steps(title, batches_of(chosen)) as tick:
            read = read_images(documents, self.limits, None, tick)
        contents = count(documents, read)
        used = documents.names | documents.found | documents.mask_files
        inspection = Inspection(
            name=export.name,
            path=export.path,
            contents=contents,
            candidates=candidates,
            others=find_other_kinds(documents.opened.files, used),
            suggestions=[],
            stanza="",
        )
        return Inspected(inspection, documents, read)


def open_for_all(
    path: str, name: str, limits: Limits, links: str, scratch: UPath
) -> Export:
    """An export's files. InputError that names its kind if it is one of another kind."""
    try:
        return open_once(path, name, limits, links, scratch)
    except InputError as error:
        file = Path(path)
        if "://" in path or not file.is_file():
            raise
        own = Files(UPath(file.absolute().parent), (file.name,))
        kinds = find_other_kinds(own)
        if not kinds:
            raise
        message = f"{path}: this is {kinds[0].name}, which cannot be read"
        raise InputError(f"{message}: {kinds[0].advice}") from error


def _not_opened(opened: Export) -> list[OtherKind]:
    """What is not opened although there may be more in it: inner archives, links."""
    found = list(not_opened(opened))
    if not found:
        return []
    first = found[0]
    return [OtherKind("not opened", len(found), first.path, f"it {first.why}")]


def _changed(inspection: Inspection, **changes: object) -> Inspection:
    return msgspec.structs.replace(inspection, **changes)
