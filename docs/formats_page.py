"""The page of the formats: its table and its sections, from the docstrings of their files.

`make settings-docs` writes them, with the pages of the settings. What formats.md has outside
the marks is written by hand.
"""

import re
from pathlib import Path

from curate import formats

HERE = Path(__file__).parent
PAGE = HERE / "formats.md"
"""The page."""

FACTS = ("Tools", "Versions", "Masks", "Gives")
"""The words of the second paragraph of a format's docstring: tools that write it, its versions,
in which form it holds masks, and what an object of it is."""

_LEAD_WORDS = re.compile(r"^([A-Z][\w ]{2,40}):(?= |$)")

TABLE = (
    "<!-- the table: make settings-docs writes it -->\n",
    "<!-- end of the table -->\n",
)
"""Between these marks is the table of all formats."""

SECTIONS = (
    "<!-- the formats: make settings-docs writes them -->\n",
    "<!-- end of the formats -->\n",
)
"""Between these marks is a section for each format."""


def with_formats(page: str) -> str:
    """The text of formats.md, with new text between its marks. ValueError without them."""
    sections = "\n".join(_section(name) for name in formats.names())
    page = _with(page, TABLE, _table())
    return _with(page, SECTIONS, sections)


def write_page() -> None:
    """Write what is between the marks of `formats.md` anew."""
    PAGE.write_text(with_formats(PAGE.read_text("utf-8")), "utf-8")


def _with(page: str, marks: tuple[str, str], text: str) -> str:
    before, rest = page.split(marks[0])
    _, after = rest.split(marks[1])
    return f"{before}{marks[0]}\n{text}\n{marks[1]}{after}"


def facts(name: str) -> dict[str, str]:
    """The four lines by their words. ValueError if the docstring has others."""
    _, block, *_ = formats.describe(name).split("\n\n")
    lines: list[str] = []
    for line in block.splitlines():
        if line.startswith("    "):
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)

    found = dict(line.split(": ", 1) for line in lines)
    if tuple(found) != FACTS:
        raise ValueError(f"format {name}: its second paragraph has to say {FACTS}")
    return found


def _table() -> str:
    """A row for each format."""
    titles = ["format", *(each.lower() for each in FACTS)]
    rows = [titles, ["---"] * len(titles)]
    for name in formats.names():
        known = facts(name)
        rows.append([f"[`{name}`](#{name})", *(known[each] for each in FACTS)])
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _section(name: str) -> str:
    """A format's docstring under its name; the table has its second paragraph."""
    first, _, *blocks = formats.describe(name).split("\n\n")
    shown = [_LEAD_WORDS.sub(r"**\1:**", block) for block in blocks]
    return "\n\n".join([f"## `{name}`", first, *shown]) + "\n"


if __name__ == "__main__":
    write_page()
