"""The `internal-color-map` of SageMaker Ground Truth: number, class and colour of each class."""

from dataclasses import dataclass
from typing import Any

from curate.formats.shared.written_colours import parse_colour

_BACKGROUND = "BACKGROUND"
_WHITE = 0xFFFFFF
_NO_CLASS = -1  # a number that no map has
_LARGEST = 1 << 24


@dataclass(frozen=True, slots=True)
class ColourMap:
    """What the colours and the numbers of a mask mean."""

    labels: dict[int, str]
    """Class by number."""
    colours: dict[int, int]
    """Number by colour; empty if colours do not tell the classes apart."""
    void: list[int]
    """Numbers of what nobody labelled."""


def colour_map(listed: dict[str, Any]) -> ColourMap:
    """The classes of an `internal-color-map`; entries without number or name are passed over."""
    labels: dict[int, str] = {}
    colours: dict[int, int] = {}
    void = [_NO_CLASS]
    is_unique = True
    for key, entry in listed.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("class-name"), str):
            continue
        if not key.isascii() or not key.isdigit() or int(key) >= _LARGEST:
            continue
        number = int(key)
        labels[number] = entry["class-name"]
        if labels[number] == _BACKGROUND:
            void.append(number)
        colour = read_colour(entry.get("hex-color"))
        if colour is None or colour in colours:
            is_unique = False
        else:
            colours[colour] = number

    if not is_unique:
        colours = {}
    elif colours:
        # Older masks leave white what has no class, without saying so.
        colours.setdefault(_WHITE, _NO_CLASS)
    return ColourMap(labels, colours, void)


def read_colour(text: Any) -> int | None:
    """0xRRGGBB of a colour in hex, with `#` or without; None for anything else.

    >>> read_colour("#ff7f0e") == read_colour("FF7F0E") == 0xFF7F0E
    True
    """
    if not isinstance(text, str):
        return None
    return parse_colour("#" + text.removeprefix("#"))
