"""Texts as YAML writes them: plain where that is safe, else in quotes, always on one line."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# What needs no quotes: no reader of YAML takes it for a number, a date or a sign.
_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*([-][A-Za-z0-9_]+)*")
_WORDS_OF_YAML = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


def plain_or_quoted(text: str) -> str:
    """A text as YAML: plain if it is a simple word, else in quotes."""
    if _SIMPLE.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return quoted(text)


def one_line(data: Any) -> str:
    """Texts, lists and mappings as YAML on one line.

    >>> one_line({"decision": "car", "note": "not: a van"})
    '{decision: car, note: "not: a van"}'
    """
    if isinstance(data, Mapping):
        pairs = [
            f"{plain_or_quoted(key)}: {one_line(value)}" for key, value in data.items()
        ]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(data, list | tuple):
        return "[" + ", ".join(one_line(each) for each in data) + "]"
    return plain_or_quoted(str(data))


def quoted(text: str) -> str:
    """Any text as a YAML string in double quotes, on one line.

    Characters that are invisible or change the direction of the text are escaped.
    """
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    """A character as it is, or as YAML's escape if it would break the line or cannot be seen."""
    if character in '"\\':
        return "\\" + character
    category = unicodedata.category(character)
    if category[0] != "C" and category not in ("Zl", "Zp"):
        return character

    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"
