"""The pages that the answering server gives, and the files that they load."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.loop.openapi import Operation
from pipelines.pages.page import render

_FOLDER = Path(__file__).parent
_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}

FILES: Mapping[str, Path] = {
    "page.css": _FOLDER.parent / "page.css",
    **{path.name: path for path in _FOLDER.iterdir() if path.suffix in _MEDIA_TYPES},
}
"""Style sheets and scripts, by the names under which the page loads them."""


def media_type(name: str) -> str:
    """What a file of the page is."""
    return _MEDIA_TYPES[Path(name).suffix]


def render_page(token: str) -> bytes:
    """The page on which boxes are drawn. `token`: what its requests bring along."""
    return render("serve/serve.html", {"token": token}).encode()


def render_api(operations: list[Operation], document: Mapping[str, Any]) -> bytes:
    """The page of the API: each operation, and the records. `document`: OpenAPI's."""
    records = {}
    for name, schema in document["components"]["schemas"].items():
        records[name] = json.dumps(schema, indent=2)
    values = {
        "operations": operations,
        "records": records,
    }
    return render("serve/api.html", values).encode()
