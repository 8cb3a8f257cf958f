"""`formats`: the formats that can be read, with their documentation."""

import msgspec

from curate import formats
from curate.errors import InputError, nearest


class FormatDescription(msgspec.Struct, frozen=True):
    """A format's name, and its module's docstring."""

    name: str
    documentation: str


def describe_formats(name: str | None) -> list[FormatDescription]:
    """All formats, or the one of this name. InputError if no format has the name."""
    names = formats.names()
    if name is not None:
        if name not in names:
            known = ", ".join(names)
            raise InputError(
                f"unknown format {name!r}; known: {known}{nearest(name, names)}"
            )
        names = [name]
    return [FormatDescription(each, formats.describe(each)) for each in names]


def overview(described: list[FormatDescription]) -> str:
    """A line for each format, with the first paragraph of its documentation."""
    width = max(len(each.name) for each in described)
    lines = []
    for each in described:
        paragraphs = each.documentation.split("\n\n")
        in_one_line = paragraphs[0].replace("\n", " ")
        lines.append(f"{each.name:<{width}}  {in_one_line}")
    lines += ["", "formats NAME prints all of one."]
    return "\n".join(lines)


def documentation(described: list[FormatDescription]) -> str:
    """Each format with all of its documentation."""
    return "\n\n".join(f"{each.name}\n\n{each.documentation}" for each in described)
