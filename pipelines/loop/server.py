"""The answering server over HTTP: the page on which boxes are drawn, and an API.

On this machine alone, for who knows its token; see pipelines/local_server.py.
"""

import functools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, get_args

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from curate.own_version import own_version
from pipelines.local_server import (
    HEADERS,
    ONLY_THIS_MACHINE,
    check_request,
    is_token,
    json_answer,
)
from pipelines.loop.downloads import CocoFile, Segmentation
from pipelines.loop.openapi import Operation, document
from pipelines.loop.problems import DENIED, UNKNOWN, UNUSABLE, Problem
from pipelines.loop.records import (
    Health,
    MaskAnswers,
    MasksWanted,
    Picture,
    PictureList,
    SavedObjects,
    ServerState,
    Trouble,
)
from pipelines.loop.requests import guarded, read_body, read_record
from pipelines.loop.service import Service
from pipelines.pages.serve import serve as pages

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may do: talk to this server, and nothing else."""

_MOST_NAME = 300  # characters of a picture's name

OPERATIONS = [
    Operation("GET", "/api/state", "state", "What the server is", answer=ServerState),
    Operation(
        "GET",
        "/api/pictures",
        "list_pictures",
        "The pictures to choose from: the build's test pictures, and those sent here",
        answer=PictureList,
    ),
    Operation(
        "POST",
        "/api/pictures",
        "add_picture",
        "Send a picture's file; what it is, with its id",
        body=bytes,
        answer=Picture,
        query=(("name", "its file name"),),
    ),
    Operation(
        "GET",
        "/api/pictures/{picture}/image",
        "show_picture",
        "A picture as displayed, of 2,048 px at most",
        answer="image/jpeg",
    ),
    Operation(
        "POST",
        "/api/masks",
        "find_masks",
        "The masks of the objects in drawn boxes",
        body=MasksWanted,
        answer=MaskAnswers,
    ),
    Operation(
        "GET",
        "/api/pictures/{picture}/objects",
        "read_objects",
        "The objects that were saved for a picture",
        answer=SavedObjects,
    ),
    Operation(
        "PUT",
        "/api/pictures/{picture}/objects",
        "save_objects",
        "Save the objects of a picture; 409 if another page has saved since",
        body=SavedObjects,
        answer=SavedObjects,
    ),
    Operation(
        "GET",
        "/api/pictures/{picture}/coco",
        "read_coco",
        "The saved objects as a COCO document",
        answer=CocoFile,
        query=(("segmentation", "run_lengths (exact) or polygons"),),
    ),
    Operation(
        "GET",
        "/api/pictures/{picture}/png",
        "read_png",
        "The saved objects as numbers in a PNG",
        answer="image/png",
    ),
]
"""The API: one line for each function of `_Endpoints` of the same name."""


class _Endpoints:
    """The operations over HTTP, by their names."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._bounds = service.bounds

    async def state(self, _: Request) -> Response:
        return json_answer(200, self._service.state())

    async def list_pictures(self, _: Request) -> Response:
        return json_answer(200, PictureList(await self._service.list_pictures()))

    async def add_picture(self, request: Request) -> Response:
        name = request.query_params.get("name", "")[:_MOST_NAME]
        data = await read_body(request, self._bounds.picture_bytes, self._bounds)
        return json_answer(200, await self._service.add_picture(data, name))

    async def show_picture(self, request: Request) -> Response:
        data = await self._service.shown(_picture(request))
        return Response(data, media_type="image/jpeg", headers=HEADERS)

    async def find_masks(self, request: Request) -> Response:
        wanted = await read_record(request, MasksWanted, self._bounds)
        return json_answer(200, await self._service.masks(wanted))

    async def read_objects(self, request: Request) -> Response:
        return json_answer(200, await self._service.objects(_picture(request)))

    async def save_objects(self, request: Request) -> Response:
        saved = await read_record(request, SavedObjects, self._bounds)
        return json_answer(200, await self._service.save(_picture(request), saved))

    async def read_coco(self, request: Request) -> Response:
        how: Any = request.query_params.get("segmentation", "run_lengths")
        if how not in get_args(Segmentation):
            allowed = " or ".join(get_args(Segmentation))
            raise Problem(UNUSABLE, f"segmentation={how!r}: it may be {allowed}")
        found = await self._service.coco(_picture(request), how)
        return json_answer(200, found)

    async def read_png(self, request: Request) -> Response:
        data = await self._service.png(_picture(request))
        return Response(data, media_type="image/png", headers=HEADERS)


def make_app(service: Service, token: str, of_tools: Sequence[Route] = ()) -> Starlette:
    """The server's application. `of_tools`: addresses that annotation tools call."""
    endpoints = _Endpoints(service)
    # It is the same for all who ask, and tells nothing of pictures: it needs no token.
    api = document(OPERATIONS, own_version())

    async def page(request: Request) -> Response:
        if not is_token(request.query_params.get("token", ""), token):
            return json_answer(DENIED, Trouble("use the address that serve printed"))
        return _page_part(pages.render_page(token), "text/html")

    async def page_file(request: Request) -> Response:
        name = request.path_params["name"]
        found = pages.FILES.get(name)
        if found is None:
            return json_answer(UNKNOWN, Trouble(f"there is no {name!r} here"))
        return _page_part(found.read_bytes(), pages.media_type(name))

    async def openapi(_: Request) -> Response:
        return json_answer(200, api)

    async def api_page(_: Request) -> Response:
        return _page_part(pages.render_api(OPERATIONS, api), "text/html")

    async def healthz(_: Request) -> Response:
        return json_answer(200, Health(service.model()))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with service.running():
            yield

    routes = [
        Route("/", page),
        Route("/page/{name}", page_file),
        Route("/openapi.json", openapi),
        Route("/api", api_page),
        Route("/healthz", healthz),
        *of_tools,
    ]
    check = functools.partial(check_request, token=token)
    for operation in OPERATIONS:
        endpoint = guarded(getattr(endpoints, operation.name), check)
        routes.append(Route(operation.path, endpoint, methods=[operation.method]))
    return Starlette(
        routes=routes,
        middleware=[ONLY_THIS_MACHINE],
        exception_handlers={HTTPException: _http_error},
        lifespan=lifespan,
    )


async def _http_error(_: Request, error: Exception) -> Response:
    """What Starlette finds wrong, such as an unknown address, in the API's own words."""
    if not isinstance(error, HTTPException):
        raise error
    return json_answer(error.status_code, Trouble(error.detail))


def _picture(request: Request) -> str:
    return str(request.path_params["picture"])


def _page_part(data: bytes, media_type: str) -> Response:
    # Stricter than that of other answers, which are no pages.
    headers = {**HEADERS, "Content-Security-Policy": POLICY}
    return Response(data, media_type=media_type, headers=headers)
