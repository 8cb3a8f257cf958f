"""Class tables of exports with masks: which value or colour is which class.

A table is a text, CSV, JSON or YAML file whose name speaks of classes, labels, categories
or colours (`class_names.txt`, `label_colors.txt`, `class_dict.csv`, `classes.json`,
`labelmap.txt`, …), nnU-Net's `dataset.json`, Datumaro's `dataset_meta.json` or Mapillary's
`config_v2.0.json`. The table for a mask is the one in the nearest folder above it, or the only one
of the export; of several in one folder, the one that fits the masks, see table_choice.py. What
lines may look like is in class_lines.py, and what JSON and YAML may look like in class_data.py.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from curate.drops import Drop
from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.paths import ancestors
from curate.formats.shared.class_data import (
    ClassRow,
    NoClassTable,
    rows_of_data,
)
from curate.formats.shared.class_lines import rows_of_text
from curate.formats.shared.datumaro_classes import (
    lists_no_colours,
    rows_without_colours,
)
from curate.formats.shared.written_colours import parse_colour
from curate.reasons import Refusal
from curate.yaml_files import parse_yaml

_FILE_NAME = re.compile(
    r"(?:.*[^a-z])?(?:class|label|categor|colou?r|codes|palette|legend|objectinfo)[^/]*"
    r"\.(?:txt|csv|tsv|json|names|ya?ml|pbtxt)"
    r"|id2label\.json|dataset(?:_meta)?\.json|config_v[\d.]+\.json",
    re.IGNORECASE,
)
_YAML = (".yaml", ".yml")
_MAX_BYTES = 4_000_000  # a larger file is no class table, and is left alone
_MAX_CLASSES = 65_536
_VALUES = range(-1, 1 << 24)  # what a picture may hold, and labelme's -1 for __ignore__

_BACKGROUND_NAMES = {"background", "bg", "back ground"}
_VOID_NAMES = {
    "void",
    "ignore",
    "ignored",
    "unlabeled",
    "unlabelled",
    "unclassified",
    "unannotated",
    "unknown",
    "not labeled",
}
_IGNORE = "__ignore__"
_GREYS = {value * 0x010101: value for value in range(256)}


@dataclass(frozen=True)
class ClassTable:
    """The classes of a mask."""

    labels: dict[int, str]
    """Class names by value."""
    colours: dict[int, int] = field(default_factory=dict)
    """Values by colour, 0xRRGGBB."""
    void: frozenset[int] = frozenset()
    """Values of no class at all."""
    background: frozenset[int] = frozenset()
    """Values of classes that are no objects."""
    is_list: bool = field(default=False, compare=False)
    """Whether it is a mere list of names: each value is the number of a line."""


@dataclass(frozen=True)
class FoundTable:
    """A class table, and the file that holds it."""

    path: str
    table: ClassTable


def find_tables(
    export: Export, *, with_colours: bool
) -> tuple[dict[str, list[FoundTable]], list[Drop]]:
    """The class tables of an export by folder, and drops of those that are broken.

    `with_colours`: only tables that have colours count.
    """
    tables: dict[str, list[FoundTable]] = {}
    broken = []
    for path in export.files.paths:
        folder, name = posixpath.split(path)
        if not _FILE_NAME.fullmatch(name):
            continue
        try:
            if export.files.file(path).stat().st_size > _MAX_BYTES:
                continue
            table = read_table(export, path)
        except Refusal as refusal:
            named = Refusal(refusal.reason, f"{path}: {refusal.detail}")
            broken.append(export.drop(named, annotation_key=path, count=None))
            continue
        except (NoClassTable, OSError):
            continue  # a file of such a name that is no table
        if table.colours or not with_colours:
            tables.setdefault(folder, []).append(FoundTable(path, table))
    return tables, broken


def nearest_table(tables: Mapping[str, ClassTable], path: str) -> ClassTable | None:
    """The table in the nearest folder above a file, else the only one."""
    for folder in ancestors(path):
        if folder in tables:
            return tables[folder]
    if "" in tables:
        return tables[""]
    if len(tables) == 1:
        return next(iter(tables.values()))
    return None


def stated_table(export: Export) -> ClassTable | None:
    """The table that option `classes` states: a mapping, a list, or a file of the export.

    Raises:
        InputError: if it states none.
    """
    stated = export.options.get("classes")
    if stated is None:
        return None
    try:
        if isinstance(stated, str):
            return read_table(export, stated)
        return make_table(rows_of_data(stated))
    except (Refusal, ValueError) as error:
        message = f"export {export.name}: option classes is no class table: {error}"
        raise InputError(message) from None


def with_exceptions(table: ClassTable, export: Export) -> ClassTable:
    """The table with what options `void` and `background` say of its classes.

    Each is a value, a name or a colour "#RRGGBB" of the table, or a list of these.

    Raises:
        InputError: if a name or colour is not in the table.
    """
    void = _stated_values(table, export, "void")
    table = replace(table, void=table.void | void, background=table.background - void)
    background = _stated_values(table, export, "background")
    return replace(
        table, background=table.background | background, void=table.void - background
    )


def read_table(export: Export, path: str) -> ClassTable:
    """A table in a file of the export.

    Raises:
        Refusal: if the file is broken.
        NoClassTable: if it is no table.
    """
    text = export.read_text(path)
    if path.lower().endswith(_YAML):
        data = parse_yaml(text, posixpath.basename(path)).data
        return make_table(rows_of_data(data))
    if path.lower().endswith(".json"):
        return make_table(rows_of_data(export.read_json(path)))
    if text.lstrip().startswith(("{", "[")):
        return make_table(rows_of_data(_read_data(export, path, text)))
    if lists_no_colours(path, text, export.files.paths):
        return make_table(rows_without_colours(text))
    return make_table(rows_of_text(text))


def _read_data(export: Export, path: str, text: str) -> Any:
    """JSON, or what Python prints of a list or a dictionary, as plain data. Refusal if neither."""
    try:
        return export.read_json(path)
    except Refusal:
        # What Python prints has quotes of both kinds, as YAML may have.
        return parse_yaml(text, posixpath.basename(path)).data


def make_table(rows: Iterable[ClassRow]) -> ClassTable:
    """The table of some rows, in their order.

    A row without a value gets its number, from 0; from -1 if the first is `__ignore__`
    (labelme). Names such as background or void make a class that is no object.

    Raises:
        NoClassTable: if there are no rows or too many, or if a row is no class.
    """
    listed = list(rows)
    if not 0 < len(listed) <= _MAX_CLASSES or not all(
        row.name.strip() for row in listed
    ):
        raise NoClassTable("it lists no classes, too many, or classes without a name")
    if _are_numbered_greys(listed):
        listed = _by_grey(listed)

    number = 0
    if listed[0].name.strip().lower() == _IGNORE:
        number = -1
    numbered: dict[int, ClassRow] = {}
    for row in listed:
        value = number
        if row.value is not None:
            value = row.value
        if value not in _VALUES:
            raise NoClassTable("a value that no picture can hold")
        numbered[value] = row
        number += 1
    return ClassTable(
        labels={value: row.name for value, row in numbered.items()},
        colours=_by_colour(numbered),
        void=_named(numbered, _VOID_NAMES),
        background=_named(numbered, _BACKGROUND_NAMES),
        is_list=all(row == ClassRow(row.name) for row in listed),
    )


def _are_numbered_greys(rows: list[ClassRow]) -> bool:
    """Whether colours are numbers: [1, 1, 1], [2, 2, 2] of Supervisely's machine masks."""
    listed = [row for row in rows if row.colour != 0]
    if not listed:
        return False

    greys = set()
    for row in listed:
        grey = _GREYS.get(row.colour or 0)
        if row.value is not None or grey is None or not 1 <= grey <= len(rows):
            return False
        greys.add(grey)
    return len(greys) == len(listed)


def _by_grey(rows: list[ClassRow]) -> list[ClassRow]:
    """Rows with their greys as values; what is black is nothing, if no row says otherwise."""
    numbered = []
    for row in rows:
        grey = _GREYS[row.colour or 0]
        numbered.append(ClassRow(row.name, grey, row.colour))
    if all(row.colour != 0 for row in rows):
        numbered.append(ClassRow("background", 0, 0))
    return numbered


def _by_colour(rows: dict[int, ClassRow]) -> dict[int, int]:
    """Values by colour; of two of one colour, the first."""
    values: dict[int, int] = {}
    for value, row in reversed(rows.items()):  # so that the first overwrites the others
        if row.colour is not None:
            values[row.colour] = value
    return values


def _named(rows: Mapping[int, ClassRow], names: set[str]) -> frozenset[int]:
    """Values of the classes that have one of the names, however it is written."""
    found = set()
    for value, row in rows.items():
        plain = re.sub(r"[\s_-]+", " ", row.name).strip().lower()
        if plain in names:
            found.add(value)
    return frozenset(found)


def _stated_values(table: ClassTable, export: Export, option: str) -> frozenset[int]:
    stated = export.options.get(option, [])
    if not isinstance(stated, list):
        stated = [stated]
    return frozenset(_value(table, each, option) for each in stated)


def _value(table: ClassTable, stated: Any, option: str) -> int:
    """The value that an option means by a value, a colour or a name."""
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated
    if isinstance(stated, str) and stated.startswith("#"):
        colour = parse_colour(stated)
        if colour in table.colours:
            return table.colours[colour]
    for value, name in table.labels.items():
        if name == stated:
            return value
    raise InputError(
        f"option {option}: {stated!r} is neither a value nor a name or colour of the class table"
    )
