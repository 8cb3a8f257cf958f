"""Requests to the server: who may ask, what they may send, and how problems are answered."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pipelines.local_server import Denied, json_answer
from pipelines.loop.bounds import Bounds
from pipelines.loop.problems import (
    BUSY,
    DENIED,
    TOO_LARGE,
    TOO_SLOW,
    Problem,
    telling,
)
from pipelines.loop.records import Trouble

Endpoint = Callable[[Request], Awaitable[Response]]
"""What answers requests."""

_Record = TypeVar("_Record", bound=msgspec.Struct)


def guarded(endpoint: Endpoint, check: Callable[[Request], None]) -> Endpoint:
    """An endpoint for who may ask; its problems become answers.

    `check`: raises Denied, or a Problem.
    """

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            check(request)
            return await endpoint(request)
        except Denied as denied:
            return json_answer(DENIED, Trouble(str(denied)))
        except ClientDisconnect:
            return json_answer(TOO_SLOW, Trouble("the request ends too early"))
        except Problem as problem:
            # Programs that meet a server at its limit know by the header to try again.
            found = json_answer(problem.status, Trouble(problem.words))
            if problem.status == BUSY:
                found.headers["Retry-After"] = "1"
            return found

    return answer


async def read_record(request: Request, kind: type[_Record], bounds: Bounds) -> _Record:
    """The JSON of a request. Problem if it is of another kind, too long or too slow."""
    body = await read_body(request, bounds.json_bytes, bounds)
    with telling():
        return msgspec.json.decode(body, type=kind)


async def read_body(request: Request, most: int, bounds: Bounds) -> bytes:
    """The body of a request, `most` bytes. Problem if it is longer, or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(bounds.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise Problem(TOO_LARGE, f"more than {most:,} bytes in one request")
    except TimeoutError:
        seconds = bounds.body_seconds
        raise Problem(
            TOO_SLOW, f"the request has not arrived within {seconds:g} s"
        ) from None
    return bytes(body)
