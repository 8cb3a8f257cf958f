"""`init`: the draft of a settings file, from the exports that it shall read."""

import shlex
from collections import Counter
from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.limits import Limits
from curate.settings_errors import OPEN_CHOICE
from curate.storage import write_bytes
from pipelines.inspection import words
from pipelines.inspection.inspecting import Inspector
from pipelines.inspection.records import Contents, Inspection
from pipelines.inspection.stanza import export_name, write_draft
from pipelines.inspection.unknown_exports import UnknownExport
from pipelines.verbs.inspect import absolute_path, open_inspector

_MOST_IMAGES = 50  # that are read of each export


class Drafted(msgspec.Struct, frozen=True):
    """What was drafted. `open_choices`: how many the user has to make."""

    file: str
    open_choices: int
    exports: list[Contents]
    problems: list[str]
    """What is not in the file: exports of which nothing can be used, and parts of others."""


def init(paths: list[str], out: Path) -> Drafted:
    """Inspect each export, and write the settings file.

    InputError if the file exists, or if no format fits any of the exports.
    """
    if out.exists():
        raise InputError(f"{out}: exists already; --out FILE writes another file")

    contents = []
    stanzas = []
    problems = []
    names: Counter[str] = Counter()
    with open_inspector(Limits(), _MOST_IMAGES) as inspector:
        for path in dict.fromkeys(map(absolute_path, paths)):
            try:
                found = _inspect(inspector, path, names, out)
            except InputError as error:
                problems.append(str(error))
                continue
            if found.contents is None or words.warning(found):
                problems.append(words.warning(found))
            else:
                contents.append(found.contents)
                stanzas.append(found.stanza)
            problems += _not_read(found)

    if not contents:
        raise InputError("\n".join([*problems, "nothing is written"]))
    draft = write_draft(stanzas, f"build/{out.stem}", problems)
    write_bytes(UPath(out), draft.encode())
    # One more is in the comment that explains them.
    choices = draft.count(f" {OPEN_CHOICE}") - 1
    return Drafted(str(out), choices, contents, problems)


def text(drafted: Drafted) -> str:
    """What was drafted, for a reader."""
    lines = [
        f"{contents.name}: {contents.format}, {contents.objects:,} objects in the "
        f"{contents.images_read:,} images read of {contents.images:,}"
        for contents in drafted.exports
    ]
    lines += [f"left out: {problem}" for problem in drafted.problems]
    lines.append(
        f"written: {drafted.file}; {drafted.open_choices} choices in it are yours, each "
        f"marked {OPEN_CHOICE}"
    )
    lines.append(f"then: python -m pipelines all {shlex.quote(drafted.file)}")
    return "\n".join(lines)


def _not_read(found: Inspection) -> list[str]:
    """What of an export its stanza leaves out, and what to do about it."""
    if found.contents is None:
        return []  # the words on that say it
    return [
        f"{found.path}: {other.name} ({other.files:,}, such as {other.example}): "
        f"{other.advice}"
        for other in found.others
    ]


def _inspect(
    inspector: Inspector, path: str, names: Counter[str], out: Path
) -> Inspection:
    """Inspect an export under a name of its own."""
    name = export_name(path)
    names[name] += 1
    if names[name] > 1:
        name = f"{name}-{names[name]}"
    stated = _from_folder(path, out.absolute().parent)
    unknown = UnknownExport(path, name)
    return inspector.inspect_path(unknown, stated_path=stated).inspection


def _from_folder(path: str, folder: Path) -> str:
    """A path as seen from the settings file's folder, if it is below that."""
    if "://" in path or not Path(path).is_relative_to(folder):
        return path
    return Path(path).relative_to(folder).as_posix()
