"""Stand-ins of annotation tools on this machine, which follow the tools' own APIs.

Label Studio: export (`/api/projects/ID/export`), snapshots (`/api/projects/ID/exports`),
pictures, both kinds of tokens. CVAT: `dataset/export`, `requests`, download.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.pipelines.served_app import serving

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  of the tests
REFRESH = "header.payload.signature"
ACCESS = "the.short.one"


@dataclass
class Tool:
    """What the tool holds, how it misbehaves, and what it was asked."""

    address: str = ""
    tasks: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    """By path and query."""

    archive: bytes = b""
    export_status: int = 200
    """Of the next answers to an export."""

    failures: int = 0
    """Exports that fail with 500 before one is given."""

    cut_off: int = 0
    """Exports whose body breaks off."""

    body: bytes | None = None
    """Instead of the tasks."""

    polls: int = 0
    """Times that a snapshot or an export is said not to be ready."""

    snapshot: dict[str, Any] = field(
        default_factory=lambda: {"id": 9, "status": "created"}
    )
    """The answer to who asks for one."""

    result: str = "completed"
    asked: Counter[str] = field(default_factory=Counter)
    """Number of requests by method and path."""


def _check(tool: Tool, request: Request) -> Response | None:
    """The answer to a request that may not be made."""
    tool.asked[f"{request.method} {request.url.path}"] += 1
    given = request.headers.get("authorization")
    if given in (f"Token {TOKEN}", f"Bearer {TOKEN}", f"Bearer {ACCESS}"):
        return None
    return Response('{"detail": "Invalid token."}', 401)


def _json(data: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(data), status, media_type="application/json")


def label_studio(tool: Tool) -> Starlette:
    async def refresh(request: Request) -> Response:
        tool.asked["POST /api/token/refresh/"] += 1
        if (await request.json()) != {"refresh": REFRESH}:
            return _json({"detail": "Token is invalid"}, 401)
        return _json({"access": ACCESS})

    async def export(request: Request) -> Response:
        denied = _check(tool, request)
        if denied is not None:
            return denied
        if request.path_params["project"] != 3:
            return _json({"detail": "Not found."}, 404)
        if request.query_params["exportType"] != "JSON":
            return _json({"detail": "no such format"}, 400)
        return _tasks(tool)

    async def snapshots(request: Request) -> Response:
        return _check(tool, request) or _json(tool.snapshot, 201)

    async def snapshot(request: Request) -> Response:
        denied = _check(tool, request)
        if denied is not None:
            return denied
        if request.method == "DELETE":
            return Response(status_code=204)
        tool.polls -= 1
        if tool.polls >= 0:
            return _json({"id": 9, "status": "in_progress"})
        return _json({"id": 9, "status": tool.result})

    async def snapshot_file(request: Request) -> Response:
        spaced = json.dumps(tool.tasks, indent=1).encode()
        return _check(tool, request) or Response(spaced)

    async def picture(request: Request) -> Response:
        denied = _check(tool, request)
        if denied is not None:
            return denied
        address = request.url.path
        if request.url.query:
            address += f"?{request.url.query}"
        if address not in tool.pictures:
            return Response(status_code=404)
        return Response(tool.pictures[address])

    one = "/api/projects/{project:int}"
    return Starlette(
        routes=[
            Route("/api/token/refresh/", refresh, methods=["POST"]),
            Route(f"{one}/export", export),
            Route(f"{one}/exports/", snapshots, methods=["POST"]),
            Route(f"{one}/exports/{{number}}", snapshot, methods=["GET", "DELETE"]),
            Route(f"{one}/exports/{{number}}/download", snapshot_file),
            Route("/data/{path:path}", picture),
        ]
    )


def _tasks(tool: Tool) -> Response:
    """The tasks, or what the tool does instead."""
    body = msgspec.json.encode(tool.tasks)
    if tool.body is not None:
        body = tool.body
    if tool.failures:
        tool.failures -= 1
        return _json({"detail": "Internal server error"}, 500)
    if tool.export_status != 200:
        return Response(status_code=tool.export_status)
    if tool.cut_off:
        tool.cut_off -= 1
        half = body[: len(body) // 2]
        return Response(half, headers={"Content-Length": str(len(body))})
    return Response(body, media_type="application/json")


def cvat(tool: Tool) -> Starlette:
    rq_id = "action=export&target=project&id=3&format=CVAT for images 1.1"

    async def begin(request: Request) -> Response:
        denied = _check(tool, request)
        if denied is not None:
            return denied
        assert request.query_params["format"] == "CVAT for images 1.1"
        assert request.query_params["save_images"] == "true"
        return _json({"rq_id": rq_id}, 202)

    async def state(request: Request) -> Response:
        denied = _check(tool, request)
        if denied is not None:
            return denied
        assert request.path_params["request"] == rq_id
        tool.polls -= 1
        if tool.polls >= 0:
            return _json({"status": "started"})
        if tool.result == "failed":
            return _json({"status": "failed", "message": "no space left"})
        made = "http://inside:8080/api/projects/3/dataset/download?rq_id=1"
        return _json({"status": "finished", "result_url": made})

    async def download(request: Request) -> Response:
        return _check(tool, request) or Response(tool.archive)

    return Starlette(
        routes=[
            Route("/api/projects/3/dataset/export", begin, methods=["POST"]),
            Route("/api/requests/{request}", state),
            Route("/api/projects/3/dataset/download", download),
        ]
    )


@contextmanager
def running(app: Starlette, tool: Tool) -> Iterator[Tool]:
    """Serve a tool as long as the context lasts."""
    with serving(app) as address:
        tool.address = address
        yield tool
