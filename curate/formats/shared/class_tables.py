"""Class tables of exports with masks: which number or colour is which class.

A table is a .txt, .csv, .tsv or .json whose name speaks of classes, labels, categories or colours (`class_names.txt`,
`label_colors.txt`, `class_dict.csv`, `classes.json`, `labelmap.txt`, …). A mask's table is the one in the nearest
folder above it, or the only one of the export.

Lines: a name; or a name with a number before or after it, which is its value (a second number, a z-order, is passed
over); or a name and three numbers, R G B, in that order unless a header says otherwise; or a name, a value and R G B;
separated by commas, semicolons, tabs, colons or spaces; `#RRGGBB` is a colour. CVAT's `label:color_rgb:parts:actions`.
Where no value is given, it is the number of the line, from 0; from -1 where the first line is `__ignore__` (labelme).
JSON: a list of names, or of objects with name (title, label, class) and id or color; or an object name → colour or
value, value → name; or one of these under `classes`, `labels` or `categories`.
"""

import csv
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from curate.errors import InputError
from curate.exports.export import Export
from curate.reasons import Refusal
from curate.records import Drop

_FILE = re.compile(
    r"(?:.*[^a-z])?(?:class|label|categor|colou?r|codes|palette|legend|objectinfo)[^/]*\.(?:txt|csv|tsv|json|names)",
    re.IGNORECASE,
)
_BACKGROUND = {"background", "bg", "back ground"}
_VOID = frozenset(
    (
        "void",
        "ignore",
        "ignored",
        "unlabeled",
        "unlabelled",
        "unclassified",
        "unannotated",
        "unknown",
        "not labeled",
    )
)
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_INTEGER = re.compile(r"-?\d{1,9}")
_NAME_KEYS = ("name", "title", "label", "class", "class_name", "label_name", "category", "readable")
_VALUE_KEYS = (
    "id",
    "idx",
    "value",
    "index",
    "pixel value",
    "pixel_value",
    "class_id",
    "label_id",
    "class_index",
    "trainid",
)
_COLOUR_KEYS = ("color", "colour", "rgb", "color_rgb", "hex", "color_hex_code", "palette")
_CHANNELS = (("r", "g", "b"), ("red", "green", "blue"))
_MAX_CLASSES = 65_536
_MAX_VALUE = 1 << 24
_MAX_BYTES = 4_000_000  # a larger file is no class table, and is left alone
_MAX_LINE = 1_000  # a longer one is a name as it stands
_PICTURE = re.compile(r"\.(?:jpe?g|png|bmp|tiff?)\b", re.IGNORECASE)
_NUMBER = re.compile(r"#[0-9A-Fa-f]{6}\b|-?\d{1,9}")
_ONE = rf"(?:{_NUMBER.pattern})"
_LINE = re.compile(
    rf"(?P<before>(?:[(\[{{]?{_ONE}[)\]}}]?[\s,;:=|]+){{0,5}})"
    rf"(?P<name>\S.*?)"
    rf"(?P<after>(?:[\s,;:=|]+[(\[{{]?{_ONE}[)\]}}]?){{0,5}})[\s,;:]*"
)


@dataclass(frozen=True)
class ClassTable:
    """Classes by value and by colour (0xRRGGBB → value); those that are no objects are in `void` or `background`."""

    labels: dict[int, str]
    colours: dict[int, int] = field(default_factory=dict)
    void: frozenset[int] = frozenset()
    background: frozenset[int] = frozenset()


@dataclass(frozen=True)
class _Row:
    name: str
    value: int | None = None
    colour: int | None = None


def find_tables(export: Export, *, with_colours: bool) -> tuple[dict[str, ClassTable], list[Drop]]:
    """By folder, the first file by name that is a class table, with colours where they are due; and broken files."""
    tables: dict[str, ClassTable] = {}
    broken: list[Drop] = []
    for path in export.files.paths:
        folder, name = posixpath.split(path)
        if folder in tables or not _FILE.fullmatch(name):
            continue
        try:
            if (export.files.root / path).stat().st_size > _MAX_BYTES:
                continue
            table = read_table(export, path)
        except Refusal as refusal:
            broken.append(
                export.drop(refusal.reason, f"{path}: {refusal.detail}", key=path, count=None)
            )
        except (ValueError, OSError):
            continue  # another file of that name, not a table
        else:
            if table.colours or not with_colours:
                tables[folder] = table
    return tables, broken


def nearest_table(tables: Mapping[str, ClassTable], path: str) -> ClassTable | None:
    """The table in the nearest folder above a file, else the only one."""
    folder = posixpath.dirname(path)
    while folder and folder not in tables:
        folder = posixpath.dirname(folder)
    return tables.get(folder) or (next(iter(tables.values())) if len(tables) == 1 else None)


def stated_table(export: Export) -> ClassTable | None:
    """The table of option `classes`: a mapping, a list, or a file of the export. InputError where it is none."""
    stated = export.options.get("classes")
    if stated is None:
        return None
    try:
        return (
            read_table(export, stated)
            if isinstance(stated, str)
            else make_table(_from_data(stated))
        )
    except (Refusal, ValueError) as error:
        raise InputError(
            f"export {export.name}: option classes is no class table: {error}"
        ) from None


def with_exceptions(table: ClassTable, export: Export) -> ClassTable:
    """The table with options `void` and `background` obeyed: values, names or '#RRGGBB' colours."""
    for option in ("void", "background"):
        stated = export.options.get(option, [])
        values = {
            _value(table, each, option)
            for each in (stated if isinstance(stated, list) else [stated])
        }
        others = {"void": table.background, "background": table.void}[option] - values
        other = "background" if option == "void" else "void"
        table = replace(table, **{option: getattr(table, option) | values, other: others})
    return table


def read_table(export: Export, path: str) -> ClassTable:
    """A table file of the export. Refusal, or ValueError where it is no table."""
    text = export.read_text(path)
    if path.lower().endswith(".json") or text.lstrip().startswith(("{", "[")):
        return make_table(_from_data(export.read_json(path)))
    return make_table(_from_text(text))


def make_table(rows: Iterable[_Row]) -> ClassTable:
    """The table of rows in order; names such as background or void make a class no object."""
    listed = list(rows)
    if not 0 < len(listed) <= _MAX_CLASSES or not all(row.name.strip() for row in listed):
        raise ValueError("it lists no classes, too many, or classes without a name")
    first = -1 if listed[0].name.strip().lower() == "__ignore__" else 0
    if any(row.value is not None and not -1 <= row.value < _MAX_VALUE for row in listed):
        raise ValueError("a value that no picture can hold")
    numbered = {
        number if row.value is None else row.value: row for number, row in enumerate(listed, first)
    }
    labels = {value: row.name for value, row in numbered.items()}
    colours = {
        row.colour: value for value, row in reversed(numbered.items()) if row.colour is not None
    }
    plain = {value: re.sub(r"[\s_-]+", " ", name).strip().lower() for value, name in labels.items()}
    return ClassTable(
        labels,
        colours,
        void=frozenset(value for value, name in plain.items() if name in _VOID),
        background=frozenset(value for value, name in plain.items() if name in _BACKGROUND),
    )


def _value(table: ClassTable, stated: Any, option: str) -> int:
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated
    if isinstance(stated, str) and _HEX.fullmatch(stated):
        found = table.colours.get(int(stated[1:], 16))
    else:
        found = next((value for value, name in table.labels.items() if name == stated), None)
    if found is None:
        raise InputError(
            f"option {option}: {stated!r} is neither a value nor a name or colour of the class table"
        )
    return found


def _from_data(data: Any) -> list[_Row]:
    if isinstance(data, Mapping):
        inner = next(
            (data[key] for key in ("classes", "labels", "categories") if key in data), None
        )
        if isinstance(inner, Mapping | list):
            return _from_data(inner)
        return [_pair(key, value) for key, value in data.items()]
    if isinstance(data, list):
        return [_Row(each) if isinstance(each, str) else _object(each) for each in data]
    raise ValueError("neither a list nor an object")


def _pair(key: Any, value: Any) -> _Row:
    if isinstance(value, str) and _INTEGER.fullmatch(str(key)):
        return _Row(value, value=int(key))
    colour = _colour(value)
    if colour is not None:
        return _Row(str(key), colour=colour)
    if isinstance(value, str) and (colour := _colour(key)) is not None:
        return _Row(value, colour=colour)
    if isinstance(value, int) and not isinstance(value, bool):
        return _Row(str(key), value=value)
    raise ValueError(f"{key!r}: {value!r} is neither a colour nor a value")


def _object(each: Any) -> _Row:
    if not isinstance(each, Mapping):
        raise ValueError(f"{each!r} is no class")
    named = {str(key).lower(): value for key, value in each.items()}
    name = next((named[key] for key in _NAME_KEYS if isinstance(named.get(key), str)), None)
    if name is None:
        raise ValueError(f"{each!r} has no name")
    value = next((named[key] for key in _VALUE_KEYS if isinstance(named.get(key), int)), None)
    colour = next(
        (colour for key in _COLOUR_KEYS if (colour := _colour(named.get(key))) is not None), None
    )
    for channels in _CHANNELS:
        if colour is None and set(channels) <= set(named):
            colour = _colour([named[each] for each in channels])
    return _Row(name, value, colour)


def _colour(raw: Any) -> int | None:
    """0xRRGGBB of '#RRGGBB', of three numbers in a list or a text; None for anything else."""
    if isinstance(raw, str):
        if _HEX.fullmatch(raw):
            return int(raw[1:], 16)
        raw = (
            [int(each) for each in re.findall(r"\d{1,3}", raw)]
            if re.fullmatch(r"[\s\d,;()\[\]]+", raw)
            else None
        )
    if not isinstance(raw, list | tuple) or len(raw) not in (3, 4):
        return None
    if not all(isinstance(each, int) and 0 <= each <= 255 for each in raw):
        return None
    red, green, blue = raw[:3]
    return int(red) << 16 | int(green) << 8 | int(blue)


def _from_text(text: str) -> list[_Row]:
    lines = [line.strip() for line in text.split("\n")]
    if any(line.lower().startswith("# label:color_rgb") for line in lines):
        cvat = (line.partition(":") for line in lines if line and not line.startswith("#"))
        return [_Row(name, colour=_colour(rest.split(":")[0])) for name, _, rest in cvat]
    lines = [line for line in lines if line and not line.startswith(("//", "# "))]
    if any(_PICTURE.search(line) for line in lines):
        raise ValueError("a list of pictures")
    try:
        rows = list(csv.reader(lines, delimiter=_delimiter(lines), skipinitialspace=True))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    if (
        len(header) > 1
        and set(header) & set(_NAME_KEYS)
        and not any(map(_INTEGER.fullmatch, header))
    ):
        return [_object(dict(zip(header, map(_cell, row), strict=False))) for row in rows[1:]]
    return _from_lines(lines)


def _delimiter(lines: list[str]) -> str:
    return next((mark for mark in "\t;," if lines and mark in lines[0]), " ")


def _cell(text: str) -> int | str:
    return int(text) if _INTEGER.fullmatch(text.strip()) else text.strip()


def _from_lines(lines: list[str]) -> list[_Row]:
    """Names, each with the numbers before and after it; a name of several words that holds a number stays whole."""
    found = [_LINE.fullmatch(line) if len(line) <= _MAX_LINE else None for line in lines]
    numbers = [
        [_NUMBER.findall(part) for part in match.group("before", "after")] if match else []
        for match in found
    ]
    shapes = {tuple(map(len, each)) for each in numbers}
    names = [match["name"].strip("\"' ") for match in found if match]
    if (names and all(map(_INTEGER.fullmatch, names))) or any("\0" in line for line in lines):
        raise ValueError("numbers, or no text at all")
    if (
        len(shapes) != 1
        or len(names) < len(lines)
        or (shapes == {(0, 1)} and len(set(names)) < len(names))
    ):
        return [_Row(line) for line in lines]
    return [
        _numbered(name, before, after) for name, (before, after) in zip(names, numbers, strict=True)
    ]


def _numbered(name: str, before: list[str], after: list[str]) -> _Row:
    """A name with its numbers: value and z-order, R G B, or a value and R G B; a colour as #RRGGBB where one stands."""
    codes = [each for each in before + after if each.startswith("#")]
    plain = [int(each) for each in before + after if not each.startswith("#")]
    if codes:
        return _Row(name, plain[0] if plain else None, _colour(codes[0]))
    colour_first = len(before) == 3 and len(plain) == 4
    channels = before if colour_first else plain[-3:]
    match len(plain):
        case 0:
            return _Row(name)
        case 1 | 2:
            return _Row(name, plain[0])
        case 3 | 4:
            value = plain[3 if colour_first else 0] if len(plain) == 4 else None
            colour = _colour(list(map(int, channels)))
            if colour is not None:
                return _Row(name, value, colour)
    raise ValueError(f"{name}: {len(plain)} numbers that are neither a value nor a colour")
