"""YAML without positions, read fast: for a large file that nearly always is right.

A file with anything unusual in it, or with a mistake, is left to `curate.yaml_files`, which is
some thirty times slower, but knows the position of each value and says what is wrong where.
"""

import re
from typing import Any

import yaml

_FAST_PARSER = getattr(yaml, "CLoader", None)  # missing where PyYAML has no libyaml
_MAX_DEPTH = 20  # nested mappings and lists

# The plain scalars of YAML 1.2 that are no text.
_CONSTANTS = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER = re.compile(
    r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?|0[xo][\da-fA-F]+|[-+]?\.(inf|nan)",
    re.IGNORECASE,
)


class _Unusual(ValueError):
    """The file has something that only the careful reader may judge."""


def read_fast(text: str) -> Any:
    """The plain data of a YAML text, or None if the careful reader must have it.

    That is a text with a mistake, with anchors, aliases, tags, repeated keys, several documents,
    keys that are no text, or numbers.

    >>> read_fast("car: {parent: vehicle, salient: true}")
    {'car': {'parent': 'vehicle', 'salient': True}}
    """
    if _FAST_PARSER is None:
        return None
    events = yaml.parse(text, Loader=_FAST_PARSER)
    try:
        return _document(events)
    except (yaml.YAMLError, _Unusual):
        return None


def _document(events: Any) -> Any:
    """The data of the only document of a stream of events."""
    documents = [
        _node(event, events, 0) for event in events if isinstance(event, yaml.NodeEvent)
    ]
    if len(documents) != 1:
        raise _Unusual
    return documents[0]


def _node(event: Any, events: Any, depth: int) -> Any:
    """The value that begins with an event; what belongs to it is taken from the events."""
    if depth > _MAX_DEPTH or event.anchor is not None:
        raise _Unusual
    if getattr(event, "tag", None) is not None:
        raise _Unusual

    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, depth)
    return _mapping(events, depth)


def _scalar(event: Any) -> Any:
    text = event.value
    is_plain = event.implicit[0]
    if not is_plain:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _NUMBER.fullmatch(text):
        raise _Unusual
    return text


def _sequence(events: Any, depth: int) -> list[Any]:
    items: list[Any] = []
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            break
        items.append(_node(event, events, depth + 1))
    return items


def _mapping(events: Any, depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        key = _node(event, events, depth + 1)
        is_merge = key == "<<"
        if not isinstance(key, str) or key in values or is_merge:
            raise _Unusual
        values[key] = _node(next(events), events, depth + 1)
    return values
