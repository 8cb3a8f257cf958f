"""What is published of models: the tables of settings.md, and the JSON Schemas.

`make settings-docs` writes them, and the page of the formats (formats_page.py). What
settings.md has outside the two marks is written by hand.
"""

import json
from pathlib import Path
from typing import Any

from curate.formats import options_by_name
from curate.labels.customer_schema import customer_schema
from curate.settings_file import schema
from docs import formats_page

HERE = Path(__file__).parent
CUSTOMER_SCHEMA = HERE.parent / "taxonomy" / "customer.schema.json"
BEGIN = "<!-- the tables: make settings-docs writes them -->\n"
END = "<!-- end of the tables -->\n"

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "array": "list",
    "object": "mapping",
    "null": "`null`",
}

Schema = dict[str, Any]
"""A JSON Schema, or a part of one."""


def write_pages(folder: Path = HERE) -> None:
    """Write `settings.md` and `settings.schema.json` in `folder` anew, and the schema of the
    customers' files.
    """
    page = folder / "settings.md"
    page.write_text(with_tables(page.read_text("utf-8")), "utf-8")
    (folder / "settings.schema.json").write_text(schema_text(), "utf-8")
    CUSTOMER_SCHEMA.write_text(_as_text(customer_schema()), "utf-8")


def schema_text() -> str:
    """The JSON Schema of the settings file, as it is published."""
    return _as_text(schema(options_by_name()))


def _as_text(published: Schema) -> str:
    return json.dumps(published, indent=2, ensure_ascii=False) + "\n"


def with_tables(page: str) -> str:
    """The text of settings.md, with new tables between its marks. ValueError without both marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + "\n" + tables() + END + after


def tables() -> str:
    """A section for the file's own keys, one for those of an export, one for each other model."""
    whole = schema(options_by_name())
    sections = whole["$defs"]
    plain = {}
    parts = []
    for key, value in whole["properties"].items():
        reference = value.get("$ref")
        if reference is None:
            plain[key] = value
        else:
            section = sections[reference.rpartition("/")[2]]
            parts.append(_section(f"`{key}`", section))
        if key == "loop":
            parts.append(_section("Each of `loop.sources`", sections["LoopSource"]))

    top = _section("The file", {**whole, "properties": plain})
    exports = _section("Each of `exports`", sections["ExportSettings"])
    return "".join([top, exports, *parts])


def _section(title: str, section: Schema) -> str:
    """A heading, what the section is for, and a table with a row for each key."""
    required = section.get("required", [])
    lines = [
        f"## {title}\n",
        section["description"] + "\n",
        "| key | value | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for key, value in section["properties"].items():
        default = "required" if key in required else _default(value)
        lines.append(
            f"| `{key}` | {_allowed(value)} | {default} | {value['description']} |"
        )
    return "\n".join(lines) + "\n\n"


def _default(value: Schema) -> str:
    """The default as YAML has it; where the schema names none, the model makes an empty mapping."""
    default = value.get("default", {})
    if isinstance(default, str):
        return f"`{default}`"
    return f"`{json.dumps(default)}`"


def _allowed(value: Schema) -> str:
    """What a key may hold: its words, or its type with its bounds."""
    if "anyOf" in value:
        return " or ".join(_allowed(each) for each in value["anyOf"])
    if "enum" in value:
        return ", ".join(f"`{word}`" for word in value["enum"])
    if "prefixItems" in value:
        return f"two numbers{_bounds(value['prefixItems'][0])}"
    return _TYPES[value["type"]] + _bounds(value)


def _bounds(value: Schema) -> str:
    """The least and the largest number allowed, each with the sign of its comparison."""
    signs = {
        "minimum": "≥",
        "exclusiveMinimum": ">",
        "maximum": "≤",
        "exclusiveMaximum": "<",
    }
    bounds = [
        f" {sign} {_number(value[name])}"
        for name, sign in signs.items()
        if name in value
    ]
    return ",".join(bounds)


def _number(number: float) -> str:
    """Whole numbers without a decimal point, thousands apart."""
    if number == int(number):
        return f"{int(number):,}"
    return str(number)


if __name__ == "__main__":
    write_pages()
    formats_page.write_page()
