"""The server of the review page: on this machine alone, for who knows its token.

Who may ask is decided in pipelines/local_server.py.
"""

import socket
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from upath import UPath

from curate.errors import InputError
from curate.labels.answers import read_answers
from curate.labels.decisions import customers_folder, decision_of
from curate.labels.taxonomy import Taxonomy
from curate.settings import Settings
from curate.yaml_files import load_yaml, read_yaml
from pipelines.flow import labels, reviewing
from pipelines.flow.queue import customers
from pipelines.local_server import (
    HEADERS,
    ONLY_THIS_MACHINE,
    Denied,
    check_request,
    is_token,
    json_answer,
    run_server,
)
from pipelines.pages.review.review import page_file

_MAX_BODY = 4 << 20  # bytes of one request
_CONNECTIONS = 100


class Decided(msgspec.Struct):
    """A decision in a customer's file. `export`: "" if it holds in all exports."""

    customer: str
    export: str
    label: str
    decision: str
    by: str


def make_app(settings: Settings, token: str) -> Starlette:
    """The server's application for a build whose review page is written."""

    async def page(request: Request) -> Response:
        if not is_token(request.query_params.get("token", ""), token):
            return json_answer(
                403, {"error": "use the address that taxonomy serve printed"}
            )
        html = await run_in_threadpool(page_file(UPath(settings.build)).read_bytes)
        with_token = html.replace(
            b'data-token=""', b'data-token="%b"' % token.encode(), 1
        )
        return Response(with_token, media_type="text/html", headers=HEADERS)

    async def decisions(request: Request) -> Response:
        try:
            check_request(request, token)
            found = await run_in_threadpool(read_decisions, settings)
        except Denied as error:
            return json_answer(403, {"error": str(error)})
        except InputError as error:
            return json_answer(409, {"error": str(error)})
        return json_answer(200, found)

    async def answers(request: Request) -> Response:
        try:
            check_request(request, token)
            body = await _read_body(request)
            written = await run_in_threadpool(_apply, settings, body)
        except Denied as error:
            return json_answer(403, {"error": str(error)})
        except InputError as error:
            return json_answer(409, {"error": str(error)})
        return json_answer(200, written)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/decisions", decisions),
            Route("/answers", answers, methods=["POST"]),
        ],
        middleware=[ONLY_THIS_MACHINE],
    )


def serve(settings: Settings, opened: socket.socket, token: str) -> None:
    """Serve the page until Ctrl-C."""
    run_server(make_app(settings, token), opened, _CONNECTIONS)


def read_decisions(settings: Settings) -> dict[str, Any]:
    """What the customers' files say now: decisions on labels, and rejected objects."""
    taxonomy, _ = labels.load(settings)  # a mistake in a file is told here
    found: list[Decided] = []
    rejected: dict[str, list[str]] = {}
    for customer in customers(settings):
        path = customers_folder(settings.taxonomy) / f"{customer}.yaml"
        if not path.is_file():
            continue
        data = load_yaml(path, as_text=True).data or {}
        found += _decided(customer, "", data.get("labels") or {}, taxonomy)
        for export, entries in (data.get("exports") or {}).items():
            found += _decided(customer, export, entries or {}, taxonomy)
        rejected[customer] = data.get("rejected_objects") or []
    return {"labels": found, "rejected": rejected}


def _decided(
    customer: str, export: str, entries: Mapping[str, Any], taxonomy: Taxonomy
) -> list[Decided]:
    found = []
    for label, entry in entries.items():
        by = ""
        if isinstance(entry, dict):
            by = entry.get("by") or ""
        word = decision_of(entry, taxonomy).word
        found.append(Decided(customer, export, label, word, by))
    return found


def _apply(settings: Settings, body: bytes) -> reviewing.Written:
    """Write the answers of a request into the customers' files."""
    document = read_yaml(body, "the answers", as_text=True)
    with reviewing.writing(settings):
        taxonomy = labels.load_taxonomy(settings)
        found = read_answers(document, taxonomy, customers(settings))
        return reviewing.apply_answers(settings, found)


async def _read_body(request: Request) -> bytes:
    """The body of a request. InputError if it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise InputError(f"more than {_MAX_BODY:,} bytes in one request")
    return body
