"""Tables of comma- or tab-separated values in which tools write JSON: a record in each line."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from curate.drops import Drop, IgnoredFile
from curate.exports.documents import parse_json
from curate.exports.export import Export
from curate.formats.shared.table_lines import split_line
from curate.reasons import Reason, Refusal
from curate.text import decode_text

_SUFFIXES = (".csv", ".tsv")
_DELIMITERS = (",", "\t", ";")
_HEAD_BYTES = 65_536  # where the names of a table's columns are


_IsOurs = Callable[[Collection[str]], bool]
"""Whether names of columns are those of a format."""


@dataclass(frozen=True, slots=True)
class JsonTable:
    """A table of an export: its rows by their place, and what is wrong with other lines of it."""

    path: str
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    broken: dict[str, Refusal] = field(default_factory=dict)

    def drops(self, export: Export) -> Iterator[Drop]:
        """A drop for each broken line; nobody can know how many annotations it held."""
        for place, refusal in self.broken.items():
            named = Refusal(refusal.reason, f"{place}: {refusal.detail}")
            yield export.drop(named, annotation_key=place, count=None)


def json_tables(
    export: Export, name: str, is_ours: _IsOurs
) -> Iterator[JsonTable | Drop | IgnoredFile]:
    """The tables among an export's .csv and .tsv files that are a format's, called `name`.

    The others are notes, and those that cannot be read are drops.
    """
    for path in export.files.paths:
        if not path.lower().endswith(_SUFFIXES):
            continue
        try:
            raw = export.read(path)
            if _columns(_first_line(raw), is_ours) is None:
                yield export.ignored(path, f"no {name} table")
                continue
            text = decode_text(raw)
            yield _read(path, text.split("\n"), is_ours, export.limits.json_depth)
        except Refusal as refusal:
            yield export.drop(refusal, annotation_key=path, count=None)


def _first_line(raw: bytes) -> str:
    """The ASCII of a file's first line, whatever its encoding is."""
    head = raw[:_HEAD_BYTES].replace(b"\0", b"").partition(b"\n")[0]
    return head.decode("ascii", "ignore").strip()


def _read(path: str, lines: list[str], is_ours: _IsOurs, max_depth: int) -> JsonTable:
    """The table of a file's lines. Refusal malformed_file if the first names no columns."""
    found = _columns(lines[0], is_ours)
    if found is None:
        detail = f"{path}: its first line does not name the columns"
        raise Refusal(Reason.MALFORMED_FILE, detail)
    columns, delimiter = found

    table = JsonTable(path)
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        cells = split_line(line, delimiter)
        try:
            if len(cells) != len(columns):
                detail = f"a line of {len(cells)} cells under {len(columns)} columns"
                raise Refusal(Reason.MALFORMED_FILE, detail)
            contents = [_content(cell, max_depth) for cell in cells]
        except Refusal as refusal:
            table.broken[place] = refusal
        else:
            table.rows[place] = dict(zip(columns, contents, strict=True))
    return table


def _columns(line: str, is_ours: _IsOurs) -> tuple[list[str], str] | None:
    """The names of the columns, and the character between them; None if they are not ours."""
    for delimiter in _DELIMITERS:
        names = split_line(line, delimiter)
        if is_ours(names):
            return names, delimiter
    return None


def _content(cell: str, max_depth: int) -> Any:
    """What a cell says: JSON if it begins like it. Refusal over_limit or malformed_file."""
    if not cell.startswith(("{", "[")):
        return cell
    try:
        return parse_json(cell.encode("utf-8", "surrogatepass"), max_depth)
    except Refusal as refusal:
        # A text in brackets is data of the task, but results that break off are broken.
        if refusal.reason is Reason.MALFORMED_FILE and not cell.startswith("[{"):
            return cell
        raise
