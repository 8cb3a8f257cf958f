"""`inspect`: what an export holds, before anything is built."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from upath import UPath

from curate import formats
from curate.errors import InputError, nearest
from curate.exports.walking import Links
from curate.limits import Limits
from curate.settings import Settings
from curate.storage import write_bytes
from pipelines.failures import FaultsMet
from pipelines.flow.faults import describe, stage_faults, write_traces
from pipelines.flow.screen import Screen
from pipelines.inspection import words
from pipelines.inspection.inspecting import Inspected, Inspector
from pipelines.inspection.records import Inspection
from pipelines.inspection.stanza import export_name
from pipelines.inspection.unknown_exports import UnknownExport
from pipelines.pages.inspection.inspection import render_inspection

_STAGE = "inspect"  # no stage, but named like one where its pages and faults are
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def inspect_settings(
    settings: Settings, most_images: int | None, page: str | None
) -> list[Inspection]:
    """What each export of the settings holds, read as its settings say.

    `page`: file or folder for the pages; a folder of the build if None.
    """
    build = UPath(settings.build)
    with open_inspector(settings.limits, most_images) as inspector:
        return [
            _with_page(inspector.inspect_export(export), build, page, inspector)
            for export in settings.exports
        ]


def inspect_path(
    path: str,
    most_images: int | None,
    page: str | None,
    format_name: str | None,
    follow_links: bool,
) -> Inspection:
    """What an export holds, read as the format that fits it best.

    `page`: file for the page; one below build/inspect of the working folder if None.
    """
    if format_name is not None and format_name not in formats.names():
        hint = nearest(format_name, formats.names())
        raise InputError(f"unknown format {format_name!r}{hint}")

    links: Links = "inside"
    if follow_links:
        links = "follow"
    with open_inspector(Limits(), most_images) as inspector:
        place = absolute_path(path)
        unknown = UnknownExport(place, export_name(place), links)
        found = inspector.inspect_path(unknown, format_name=format_name or "")
        return _with_page(found, UPath("build"), page, inspector)


def text(found: list[Inspection]) -> str:
    """What was found, for a reader."""
    fitting = [each for each in found if each.contents is not None]
    return "\n\n".join(words.describe(each) for each in fitting)


def warnings(found: list[Inspection]) -> list[str]:
    """What a reader must not miss of exports that some format fits."""
    told = [words.warning(each) for each in found if each.contents is not None]
    return [warning for warning in told if warning]


def end_well(found: list[Inspection], build: str) -> None:
    """InputError if no format fits; FaultsMet if a bug cost something of an export.

    `build`: folder where the tracebacks are.
    """
    faults = 0
    for each in found:
        if each.contents is None:
            raise InputError(words.warning(each))
        faults += len(each.contents.faults)
    if faults:
        raise FaultsMet(describe([stage_faults(UPath(build), _STAGE, faults)]))


def absolute_path(path: str) -> str:
    """A path from the working folder; a URL stays as it is."""
    if "://" in path:
        return path
    # Not Path.resolve: links of the user's own stay as they are written.
    return os.path.normpath(Path(path).absolute())


@contextmanager
def open_inspector(limits: Limits, most_images: int | None) -> Iterator[Inspector]:
    """An inspector with a folder for what is unpacked, which is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="segcurate-") as scratch:
        yield Inspector(UPath(scratch), limits, most_images, Screen())


def _with_page(
    found: Inspected, build: UPath, page: str | None, inspector: Inspector
) -> Inspection:
    """The inspection with its page and its faults written.

    `page`: where, if not below the folder `build`.
    """
    write_traces(build, _STAGE, found.faults)
    name = _UNSAFE.sub("-", found.inspection.name)
    target = build / _STAGE / f"{name}.html"
    if page == "" or found.inspection.contents is None:
        return found.inspection
    if page is not None and page.endswith(".html"):
        target = UPath(page)
    elif page is not None:
        target = UPath(page) / f"{name}.html"
    rendered = render_inspection(found, inspector.limits)
    try:
        write_bytes(target, rendered)
    except OSError as error:
        if page is not None:
            raise
        # Nobody asked for a page here, so the rest is not lost for it.
        reason = error.strerror or error
        inspector.screen.note(
            f"no page: {target}: {reason}; --page FILE writes it elsewhere"
        )
        return found.inspection
    return msgspec.structs.replace(found.inspection, page=str(target))
