"""An export's settings as YAML to paste, and the draft of a whole settings file.

What only the user can say is marked `???`: a settings file with such a mark is valid
YAML, and loading it names each mark with its line.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence

from curate.exports.archives import SUFFIXES
from curate.settings_errors import OPEN_CHOICE
from pipelines.inspection.records import Suggestion

_CHOICES = {
    "customer": "whose labels these are",
    "domain": "the kind of pictures: street, medicine, …",
    "licence": "SPDX identifier, or the owner's words",
}
_COMMENT_COLUMN = 32
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ -]*[A-Za-z0-9_./-]|[A-Za-z0-9]")
_NOT_TEXT = re.compile(r"(?i)[-+.\d_e:x]+|true|false|yes|no|on|off|null|~")
_SAYS_NOTHING = ("data", "dataset", "export", "exports", "images", "annotations")
_DOCUMENT_SUFFIXES = (".json", ".ndjson", ".jsonl", ".csv", ".xml", ".manifest")
_LONGEST_NAME = 100


def export_name(path: str) -> str:
    """A name for an export, from the last part of its path that says something.

    >>> export_name("/customers/Acme Street/data")
    'Acme-Street'
    >>> export_name("Übungsplatz.7z")
    'Ubungsplatz'
    """
    # The last part is often only `data` or `export`, which would name every export.
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    for part in reversed(parts):
        plain = _without_accents(_without_suffix(part))
        name = _NO_NAME.sub("-", plain).strip("._-")
        if name and name.casefold() not in _SAYS_NOTHING:
            return name[:_LONGEST_NAME]
    return "export"


def _without_suffix(part: str) -> str:
    """A file's name without the ending that an archive or a document has."""
    # The longest first: of "a.tar.gz", ".gz" alone would leave "a.tar".
    suffixes = (*SUFFIXES, *_DOCUMENT_SUFFIXES, ".gz")
    for suffix in sorted(suffixes, key=len, reverse=True):
        if part.lower().endswith(suffix):
            return part[: -len(suffix)]
    return part


def _without_accents(text: str) -> str:
    """A text in which a letter stands for what was an accented one, and ss for ß."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def write_stanza(
    name: str, path: str, format_name: str, suggestions: Sequence[Suggestion]
) -> str:
    """An item of the settings' list `exports`, indented by two spaces."""
    lines = [
        _line("  - ", "name", _scalar(name)),
        _line("    ", "path", _scalar(path)),
        _line("    ", "format", format_name),
    ]
    for key, what in _CHOICES.items():
        lines.append(_line("    ", key, OPEN_CHOICE, what))

    options = []
    for each in suggestions:
        value = OPEN_CHOICE
        if each.value is not None:
            value = _scalar(each.value)
        if each.key.startswith("options."):
            option = each.key.removeprefix("options.")
            options.append(_line("      ", option, value, each.why))
        else:
            lines.append(_line("    ", each.key, value, each.why))
    if options:
        lines += ["    options:", *options]
    return "\n".join(lines) + "\n"


def write_draft(stanzas: Iterable[str], build: str, notes: Iterable[str] = ()) -> str:
    """A whole settings file. `notes`: comments on exports that no format fits."""
    head = [
        "# Drafted by `segcurate init`. Replace each ??? by your own choice; until then",
        "# every verb names the ones that are left. docs/settings.md explains all keys.",
        _line("", "build", _scalar(build)),
        "licences:",
        "  allow:  # the licences that may enter a build, one on each line",
        f"    - {OPEN_CHOICE}",
        "exports:",
    ]
    body = "".join(stanzas)
    comments = "".join(f"  # {_one_line(note)}\n" for note in notes)
    return "\n".join(head) + "\n" + body + comments


def _line(indent: str, key: str, value: str, comment: str = "") -> str:
    line = f"{indent}{key}: {value}"
    # Comments in one column: the values are read first.
    if comment:
        line = f"{line:<{_COMMENT_COLUMN}}  # {_one_line(comment)}"
    return line


def _scalar(text: str) -> str:
    """A text as a YAML scalar, quoted as in JSON if it could be read as something else."""
    if _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text) and ": " not in text:
        return text
    # YAML reads JSON's texts; what is not printable could be a line break for it.
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _one_line(text: str) -> str:
    """A comment's text: what is not printable would end the comment, or be refused."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(shown.split())
