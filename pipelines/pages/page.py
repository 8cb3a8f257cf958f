"""The look that all pages share: templates that escape everything, numbers for readers, pictures inside the file.

    render("curation/curation.html", {"title": …})   ->  the bytes of one HTML file

A page fetches nothing and runs no script but the one whose digest its policy names. What strangers wrote (labels,
paths, keys) goes through `shown` or `words`: what is invisible or turns the reading direction is spelled out, and what
is long is cut.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from pipelines.flow.screen import printable

_TEMPLATES = Path(__file__).parent
_LONGEST = 72  # characters of a stranger's text in a page
_LONGEST_HINT = 400  # and in the hint that hovering shows


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """A template of this folder, filled in, as UTF-8."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "percent": percent, "shown": shown, "words": words}
    environment.globals["style"] = style
    return environment.get_template(template).render(context).encode("utf-8", "replace")


def style(name: str) -> Markup:
    """A style sheet of this folder, to stand inside a page."""
    return Markup((_TEMPLATES / name).read_text("utf-8"))  # noqa: S704  our own file


def number(value: float | None, digits: int = 0) -> str:
    """A number with a narrow space between thousands; a dash for None."""
    return "–" if value is None else f"{value:,.{digits}f}".replace(",", "\u202f")


def percent(share: float | None) -> str:
    """A share as per cent, with a digit behind the point where it is small."""
    if share is None:
        return "–"
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}"


def words(text: str, longest: int = _LONGEST) -> str:
    """A stranger's text on one line, cut, with nothing invisible in it."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return printable(cut.replace("\n", "\\n"))


def shown(text: str, longest: int = _LONGEST) -> Markup:
    """A stranger's text as code, kept apart from the writing direction around it; all of it as a hint where cut."""
    brief = words(text, longest)
    if not text:
        return Markup('<i class="faint">empty</i>')
    hint = Markup(' title="{}"').format(words(text, _LONGEST_HINT)) if brief != text else Markup("")
    return Markup('<bdi class="word"{}>{}</bdi>').format(hint, brief)


def data_uri(picture: bytes, kind: str = "webp") -> str:
    """A picture's address that holds the picture itself."""
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
