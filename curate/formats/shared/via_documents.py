"""VIA's documents: projects, and exports in JSON and in CSV, with what of them cannot be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from curate.drops import Drop
from curate.errors import InputError
from curate.exports.export import Export
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.via_files import (
    Project,
    ViaFile,
    is_project,
    is_via,
    read_files,
    read_project,
)
from curate.formats.shared.via_projects3 import is_via3, read_files3, read_project3
from curate.formats.shared.via_tables import is_table, read_table
from curate.reasons import Reason, Refusal
from curate.records import ReadItem
from curate.text import decode_text

_NEEDS = "is a project of VIA 2, or has entries with filename and regions"


@dataclass(slots=True)
class ViaDocument:
    """A document and what it holds. `lost`: what of it cannot be read."""

    path: str
    project: Project = field(default_factory=Project)
    files: list[ViaFile] = field(default_factory=list)
    lost: list[Drop] = field(default_factory=list)


def declared_attributes(export: Export) -> dict[str, Any]:
    """How all projects of the export say that region attributes are filled in.

    People keep a project beside what they exported from it: both must get the same labels, or
    ingest could not see that they hold the same objects.
    """
    declared: dict[str, Any] = {}
    try:
        for each in documents(export, "VIA", is_project, _NEEDS):
            if isinstance(each, JsonDocument):
                declared |= read_project(each).region_attributes
    except InputError:
        pass
    return declared


def read_documents(export: Export) -> Iterator[ViaDocument | ReadItem]:
    """The documents of an export, tables first, and notes of the other files.

    InputError if there is no document at all.
    """
    has_table = False
    for table in _tables(export):
        has_table |= isinstance(table, ViaDocument)
        yield table

    try:
        for each in documents(export, "VIA", _is_ours, _NEEDS):
            if isinstance(each, JsonDocument):
                yield _json_document(export, each)
            else:
                yield each
    except InputError:
        if not has_table:
            raise


def _tables(export: Export) -> Iterator[ViaDocument | ReadItem]:
    """VIA's tables among the .csv files."""
    for path in export.files.paths:
        if not path.lower().endswith(".csv"):
            continue
        try:
            raw = export.read(path)
            if not is_table(raw):
                yield export.ignored(path, "no VIA table")
                continue
            table = read_table(decode_text(raw), export.limits.json_depth)
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=path, count=None)
            continue

        document = ViaDocument(path, files=table.files)
        for number, wrong in table.refusals.items():
            place = f"{path}:{number}"
            named = Refusal(wrong.reason, f"{place}: {wrong.detail}")
            document.lost.append(export.drop(named, annotation_key=place))
        yield document


def _is_ours(json: JsonDocument) -> bool:
    return is_via3(json) or is_via(json)


def _json_document(export: Export, json: JsonDocument) -> ViaDocument:
    """What a project or a JSON export holds."""
    if is_via3(json):
        document = ViaDocument(json.path, read_project3(json))
        items = read_files3(json)
    else:
        document = ViaDocument(json.path, read_project(json))
        items = read_files(json)

    for each in items:
        if isinstance(each, ViaFile):
            document.files.append(each)
            continue
        count: int | None = 1
        if each.reason is Reason.MALFORMED_FILE:
            count = None  # nobody can know how many regions the entry held
        document.lost.append(export.drop(each, annotation_key=json.path, count=count))
    return document
