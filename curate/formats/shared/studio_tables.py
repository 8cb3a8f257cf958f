"""Label Studio's CSV and TSV exports: an annotation in each line, with JSON in its cells."""

from dataclasses import dataclass, field
from typing import Any

from curate.exports.documents import parse_json
from curate.formats.shared.studio_tasks import Task, is_short, read_short
from curate.formats.shared.table_lines import split_line
from curate.reasons import Reason, Refusal

_DELIMITERS = (",", "\t", ";")
_HEAD_BYTES = 65_536  # where the names of a table's columns are


@dataclass(frozen=True, slots=True)
class StudioTable:
    """The tasks of a table, and what is wrong with lines of it, by their place."""

    tasks: list[Task] = field(default_factory=list)
    broken: dict[str, Refusal] = field(default_factory=dict)


def is_table(raw: bytes) -> bool:
    """Whether a file begins as Label Studio's tables do, in whatever encoding."""
    head = raw[:_HEAD_BYTES].replace(b"\0", b"").partition(b"\n")[0]
    return b"annotation_id" in head and b"annotator" in head


def read_table(path: str, text: str, max_depth: int) -> StudioTable:
    """The tasks of a table. `max_depth`: of the JSON in a cell.

    Raises:
        Refusal: malformed_file if its first line does not name Label Studio's columns.
    """
    lines = text.split("\n")
    columns, delimiter = _columns(lines[0])

    table = StudioTable()
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        cells = split_line(line, delimiter)
        if len(cells) != len(columns):
            detail = f"a line of {len(cells)} cells under {len(columns)} columns"
            table.broken[place] = Refusal(Reason.MALFORMED_FILE, detail)
            continue
        try:
            contents = [_content(cell, max_depth) for cell in cells]
        except Refusal as refusal:
            table.broken[place] = refusal
            continue
        table.tasks.append(read_short(place, dict(zip(columns, contents, strict=True))))
    return table


def _columns(line: str) -> tuple[list[str], str]:
    """The names of the columns, and the character between them. Refusal malformed_file."""
    for delimiter in _DELIMITERS:
        names = split_line(line, delimiter)
        if is_short(names):
            return names, delimiter
    raise Refusal(
        Reason.MALFORMED_FILE, "its first line does not name Label Studio's columns"
    )


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
