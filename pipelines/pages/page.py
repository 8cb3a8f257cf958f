"""What pages are made of: a frame, notices, and sections in the order of a table.

A page fetches nothing and runs no script but the one whose digest its policy names.
Templates escape all that they are given; what strangers wrote goes through a filter,
too (see template_filters.py).
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Generic, TypeVar

import jinja2
import msgspec
from markupsafe import Markup
from PIL import Image

from curate.pixels.images import Pixels
from pipelines.pages.template_filters import FILTERS

_SCRIPT_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_TEMPLATES = Path(__file__).parent

Source = TypeVar("Source")

Values = Mapping[str, object]
"""What a template shows, by the names that it uses."""


@dataclass(frozen=True, slots=True)
class Section(Generic[Source]):
    """A section of a page: one line of the page's table of sections."""

    name: str
    """Its address inside the page."""

    title: str
    template: str
    """Path of its template below this folder."""

    values: Callable[[Source], Values | None]
    """What the template shows of the page's source; None leaves the section out."""

    short_title: str = ""
    """Its title in the list of contents, if not `title`."""


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section that is filled in, as base.html takes it."""

    name: str
    title: str
    short_title: str
    body: Markup


@dataclass(frozen=True, slots=True)
class Notice:
    """What may surprise a reader: a headline and a sentence."""

    headline: str
    sentence: str
    section: str = ""


def render_page(
    template: str,
    values: Values,
    sections: Iterable[Section[Source]],
    source: Source,
) -> bytes:
    """A page as UTF-8: the sections of `source`, in a template with `values`."""
    shown = list(_show_sections(sections, source))
    page = render(template, {**values, "sections": shown})
    return page.encode("utf-8", "replace")


def _show_sections(
    sections: Iterable[Section[Source]], source: Source
) -> Iterable[ShownSection]:
    """The sections that have something to show, filled in, in order."""
    for section in sections:
        values = section.values(source)
        if values is None:
            continue
        yield ShownSection(
            name=section.name,
            title=section.title,
            short_title=section.short_title or section.title,
            body=render(section.template, {**values, "section": section}),
        )


def render(template: str, values: Values) -> Markup:
    """A template of this folder, filled in.

    jinja2.UndefinedError if the template needs a name that `values` lacks.
    """
    return Markup(_environment().get_template(template).render(values))  # noqa: S704  escaped


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    environment.globals["file"] = file
    return environment


def file(name: str) -> Markup:
    """A style sheet or script of this folder, as it is, to include in a page."""
    return Markup((_TEMPLATES / name).read_text("utf-8"))  # noqa: S704  our own file


def embedded_json(data: object) -> Markup:
    """Plain data as JSON for a script element: no text in it can end the element."""
    text = msgspec.json.encode(data).decode()
    for character, escape in _SCRIPT_ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704  escaped


def data_uri(picture: bytes) -> str:
    """An address that holds an encoded WebP picture itself."""
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


def picture_uri(pixels: Pixels, quality: int) -> str:
    """An address that holds a picture itself, as lossy WebP of a quality from 0 to 100."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "WEBP", quality=quality, method=4)
    return data_uri(file.getvalue())
