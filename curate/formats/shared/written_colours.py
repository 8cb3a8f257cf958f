"""Colours as people write them: `#RRGGBB`, `#RGB`, `0xRRGGBB`, `rgb(…)`, numbers, shares of 1."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_HEX = re.compile(r"(?:#|0x)?([0-9a-f]{6})", re.IGNORECASE)
_HEX_WITH_ALPHA = re.compile(r"(?:#|0x)([0-9a-f]{6})[0-9a-f]{2}", re.IGNORECASE)
_SHORT_HEX = re.compile(r"#([0-9a-f])([0-9a-f])([0-9a-f])", re.IGNORECASE)
_CSS = re.compile(r"rgba?\(([^()]*)\)", re.IGNORECASE)
_CHANNELS = re.compile(r"[\s\d,;()\[\]]+")  # "255, 0, 0" or "(255,0,0)"


def parse_colour(raw: Any) -> int | None:
    """0xRRGGBB of a colour: a text, three numbers, or `{"r": …, "g": …, "b": …}`; else None.

    A fourth number, for transparency, is passed over. Numbers with a point, none of them
    above 1, are shares of 255.

    >>> parse_colour("#FF0000") == parse_colour([255, 0, 0]) == parse_colour("255, 0, 0")
    True
    >>> parse_colour("ff0000") == parse_colour("rgb(255, 0, 0)") == parse_colour([1.0, 0.0, 0.0])
    True
    """
    if isinstance(raw, str):
        return _colour_of_text(raw.strip())
    if isinstance(raw, list | tuple) and len(raw) in (3, 4):
        return _colour_of_channels(raw[:3])
    if isinstance(raw, Mapping):
        return _colour_of_named_channels(raw)
    return None


def _colour_of_text(text: str) -> int | None:
    """The colour that a text is; None if it is not one."""
    written = _HEX.fullmatch(text) or _HEX_WITH_ALPHA.fullmatch(text)
    if written:
        return int(written[1], 16)
    short = _SHORT_HEX.fullmatch(text)
    if short:
        # #F80 stands for #FF8800.
        red, green, blue = short.groups()
        return int(f"{red}{red}{green}{green}{blue}{blue}", 16)

    channels = text
    in_css = _CSS.fullmatch(text)
    if in_css:
        listed = in_css[1].split(",")
        channels = ",".join(listed[:3])  # a fourth may have a point
    if not _CHANNELS.fullmatch(channels):
        return None
    numbers = re.findall(r"\d{1,3}", channels)
    return parse_colour(list(map(int, numbers)))


def _colour_of_named_channels(raw: Mapping[Any, Any]) -> int | None:
    """The colour whose channels are named by a word or its first letter; None if it is not one."""
    named = {str(key).lower()[:1]: value for key, value in raw.items()}
    if not set("rgb") <= set(named):
        return None
    return _colour_of_channels([named[channel] for channel in "rgb"])


def _colour_of_channels(channels: Sequence[Any]) -> int | None:
    """The colour of red, green and blue; None if they are not."""
    if not all(type(each) in (int, float) for each in channels):
        return None

    # JavaScript writes [1, 0.5, 0].
    has_points = any(isinstance(each, float) for each in channels)
    if has_points and max(channels) <= 1:
        channels = [each * 255 for each in channels]
    if not all(0 <= each <= 255 for each in channels):
        return None

    red, green, blue = map(round, channels)
    colour: int = (red << 16) | (green << 8) | blue
    return colour
