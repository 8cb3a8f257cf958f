"""Filters of the templates: numbers for readers, and strangers' words made harmless.

What strangers wrote (labels, paths, keys) goes through `shown` or `words`: both spell
out what is invisible or turns the reading direction, and cut what is long.
"""

import math

from markupsafe import Markup

from pipelines.flow import screen

_LONGEST = 72  # characters of a stranger's text in a page
_LONGEST_HINT = 400  # characters of it in the hint that hovering shows
_NARROW_SPACE = "\u202f"


def number(value: float | None, digits: int = 0) -> str:
    """A number with a narrow space between thousands; a dash for None or NaN.

    >>> number(0.256, 2), number(None)
    ('0.26', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.{digits}f}".replace(",", _NARROW_SPACE)


def percent(share: float | None) -> str:
    """A share as per cent, with one decimal if it is small; a dash for None or NaN.

    >>> percent(0.5), percent(0.034), percent(0.0001)
    ('50%', '3.4%', '<0.1%')
    """
    if share is None or math.isnan(share):
        return "–"
    if 0 < share < 0.001:
        return "<0.1%"
    if 0 < share < 0.1:
        return f"{share:.1%}"
    return f"{share:.0%}"


def fraction(value: float) -> str:
    """A metric's value: three digits behind the point.

    >>> fraction(0.71)
    '0.710'
    """
    return f"{value:.3f}"


def signed_fraction(value: float) -> str:
    """A difference of two metrics' values, with its sign.

    >>> signed_fraction(0.02)
    '+0.020'
    """
    return f"{value:+.3f}"


def px(value: float) -> str:
    """A length or position in an SVG: a tenth of a px is finer than any screen.

    >>> px(12.3456)
    '12.3'
    """
    return f"{value:.1f}"


def counted(count: int, one: str, several: str = "") -> str:
    """A count with its noun, and a narrow space between thousands.

    >>> counted(2, "loss", "losses")
    '2 losses'
    """
    return screen.counted(count, one, several).replace(",", _NARROW_SPACE)


def words(text: str, longest: int = _LONGEST) -> str:
    """A stranger's text on one line, cut to `longest` characters, nothing invisible."""
    cut = text
    if len(text) > longest:
        cut = f"{text[: longest - 1]}…"
    return screen.printable(cut.replace("\n", "\\n"))


def shown(text: str, longest: int = _LONGEST) -> Markup:
    """A stranger's text as HTML, kept apart from the writing direction around it.

    Where the text had to be cut, hovering shows more of it.
    """
    if not text:
        return Markup('<i class="faint">empty</i>')
    brief = words(text, longest)
    if brief == text:
        return Markup('<bdi class="word">{}</bdi>').format(brief)
    hint = words(text, _LONGEST_HINT)
    return Markup('<bdi class="word" title="{}">{}</bdi>').format(hint, brief)


FILTERS = {
    "number": number,
    "percent": percent,
    "fraction": fraction,
    "signed_fraction": signed_fraction,
    "px": px,
    "counted": counted,
    "words": words,
    "shown": shown,
}
"""The filters by the names that templates use."""
