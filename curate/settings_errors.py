"""What is wrong in a settings file, in plain sentences: where, what, and what to write.

pydantic finds the mistakes. Its own messages speak to programmers, so each of its kinds
of error has a sentence here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from curate.errors import nearest
from curate.settings import Settings
from curate.yaml_files import Located

OPEN_CHOICE = "???"
"""What a drafted settings file has in place of a choice that only its user can make."""

_LONGEST_SHOWN = 100  # characters of a wrong value in a message

_NAME = (
    "a name has only letters without accents, digits, '.', '_' and '-', and begins with a "
    "letter or a digit"
)

_LANGUAGE = "a language is two small letters, such as en"

_SENTENCES: Mapping[str, str] = {
    "string_type": "must be a text; a number is one in quotes",
    "string_pattern_mismatch": _NAME,
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "list_type": "must be a list, with an item on each line after '-', or in [ ]",
    "tuple_type": "must be a list of two numbers, such as [0.0, 0.1]",
    "dict_type": "must be a mapping of keys and values",
    "model_type": "must be a mapping of keys and values",
    "model_attributes_type": "must be a mapping of keys and values",
    "too_short": "must have at least one item",
    "too_long": "must have at most {max_length} items",
    "value_error": "{error}",
}
"""A sentence for each kind of pydantic's errors; names in braces are its details."""


def explain(error: Any, document: Located) -> str:
    """A finding of pydantic in plain words: where, what, and the nearest valid word."""
    # pydantic ends the path of a mapping's wrong key with this word of its own.
    path = tuple(step for step in error["loc"] if step != "[key]")
    where = document.where(*path)
    dotted = ".".join(str(step) for step in path)

    if error["type"] == "extra_forbidden":
        known = _keys_of(path[:-1])
        hint = nearest(str(path[-1]), known)
        if not hint and known:
            hint = f"; known: {', '.join(known)}"
        return f"{where}: unknown key {dotted!r}{hint}"
    if error["type"] == "missing" and isinstance(path[-1], int):
        return f"{where}: {dotted}: this list must have one more value"
    if error["type"] == "missing":
        return f"{where}: key {dotted!r} is missing{_meaning(path)}"

    # A kind that is not listed keeps pydantic's own words, which is better than none.
    sentence = _SENTENCES.get(error["type"], "{msg}")
    sentence = sentence.format(msg=error["msg"], **error.get("ctx", {}))
    if "languages" in path and error["type"] == "string_pattern_mismatch":
        sentence = _LANGUAGE
    hint = ""
    if error["type"] == "enum":
        valid = re.findall("'([^']+)'", error["ctx"]["expected"])
        hint = nearest(str(error["input"]), valid)
    return f"{where}: {dotted}: {sentence}{_found(error['input'])}{hint}"


def open_choices(document: Located) -> list[str]:
    """A message for each choice that a drafted file still leaves to its user."""
    return [
        f"{document.where(*path)}: {_dotted(path)} is {OPEN_CHOICE}: "
        f"put your own choice there{_meaning(path)}"
        for path in _open_paths(document.data, ())
    ]


def _open_paths(data: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The paths of all values that are still open."""
    if data == OPEN_CHOICE:
        yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _open_paths(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _open_paths(value, (*path, number))


def _dotted(path: tuple[Any, ...]) -> str:
    return ".".join(str(step) for step in path)


def _meaning(path: tuple[Any, ...]) -> str:
    """What a key is for, in brackets; "" if it is no key of the settings."""
    keys = [step for step in path if not isinstance(step, int)]
    model = _model_at(tuple(keys[:-1]))
    if model is None or not keys:
        return ""
    field = model.model_fields.get(keys[-1])
    if field is None or not field.description:
        return ""
    return f" ({field.description})"


def _found(value: Any) -> str:
    """The wrong value in brackets; "" if it is a whole section, which the place tells."""
    if isinstance(value, dict | BaseModel):
        return ""
    found = repr(value)
    if len(found) > _LONGEST_SHOWN:
        found = f"{found[:_LONGEST_SHOWN]}…"
    return f" (found {found})"


def _keys_of(path: tuple[Any, ...]) -> list[str]:
    """The keys that a section of the settings knows.

    `path`: leads to the section; it may hold indexes of lists.
    """
    model = _model_at(tuple(step for step in path if not isinstance(step, int)))
    if model is None:
        return []
    return list(model.model_fields)


def _model_at(keys: tuple[Any, ...]) -> type[BaseModel] | None:
    """The section to which keys lead, or None."""
    model: type[BaseModel] = Settings
    for key in keys:
        field = model.model_fields.get(key)
        if field is None:
            return None
        section = next(_models_in(field.annotation), None)
        if section is None:
            return None
        model = section
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The sections that a field's type names: itself, or those in its brackets."""
    for kind in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield kind
