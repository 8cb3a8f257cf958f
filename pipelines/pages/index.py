"""The index of a build's pages: `<build>/report/index.html`."""

import html
import re
from dataclasses import dataclass

from upath import UPath

from curate.storage import write_bytes
from pipelines.pages.page import render_page

INDEX = "index.html"
CURATION = "curation.html"
EVALUATION = "report.html"
QUALITY = "quality.html"
LOOP_PAGE = "loop.html"

_FIRST = {
    CURATION: "What came in, what became of it, and what waits for a reviewer",
    EVALUATION: "Whether the model is better, by how much, where it is bad, and what next",
    QUALITY: "Which annotations are doubtful, and the lines that reject them",
    LOOP_PAGE: "What became of each round of corrections, and what they cost annotators",
}
"""The pages that come first, in order, with what they answer; others follow by name."""

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_HEAD = 20_000  # characters of a page among which its title is


@dataclass(frozen=True, slots=True)
class Listed:
    """A page in the index."""

    file: str
    title: str
    answers: str


def write_index(build: UPath) -> UPath:
    """Write the index of the pages that are in a build's report folder; its path."""
    folder = build / "report"
    names = sorted(path.name for path in folder.glob("*.html"))
    names = [name for name in names if name not in (INDEX, *_FIRST)]
    first = [name for name in _FIRST if (folder / name).exists()]
    pages = [_listed(folder, name) for name in (*first, *names)]
    card = build / "evaluate" / "model-card.md"

    values = {
        "name": build.name,
        "pages": pages,
        "has_card": card.exists(),
        "notices": [],
        "links": [],
    }
    path = folder / INDEX
    write_bytes(path, render_page("index.html", values, [], None))
    return path


def links_beside(build: UPath, page: str) -> list[tuple[str, str]]:
    """The address and title of each page that a page of the report folder links to."""
    links = [(INDEX, "All pages")]
    titles = {
        CURATION: "Curation",
        EVALUATION: "Evaluation",
        QUALITY: "Annotations",
        LOOP_PAGE: "Loop",
    }
    for name, title in titles.items():
        if name != page and (build / "report" / name).exists():
            links.append((name, title))
    return links


def _listed(folder: UPath, name: str) -> Listed:
    text = (folder / name).read_text("utf-8")[:_HEAD]
    title = _TITLE.search(text)
    words = name
    if title:
        words = html.unescape(title[1])
    return Listed(name, words, _FIRST.get(name, ""))
