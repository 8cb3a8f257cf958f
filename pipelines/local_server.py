"""What the servers of this program share: on this machine alone, for who knows the token.

The token is in the address that is printed. A page of another origin can neither read it
nor send it, and no page of ours may be shown in a frame.
"""

import secrets
import socket
from contextlib import suppress

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response

from curate.errors import InputError

LOOPBACK = "127.0.0.1"
"""The only address that is served."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The headers of every answer."""

# A name of a stranger that leads to this machine is refused, too.
ONLY_THIS_MACHINE = Middleware(
    TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"]
)
"""Refuses requests for another host's name."""

_BEARER = "bearer "


class Denied(Exception):
    """A request that does not come from the page, or from a program that has the token."""


def open_socket(port: int) -> socket.socket:
    """A socket on this machine's own address. InputError if the port is taken. 0: any port."""
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((LOOPBACK, port))
        opened.listen()  # whoever comes before the server is ready, waits
    except OSError as error:
        opened.close()
        raise InputError(f"port {port}: {error.strerror}; choose another one") from None
    return opened


def make_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)


def page_address(opened: socket.socket, token: str) -> str:
    """The address of the page, to print."""
    return f"http://{LOOPBACK}:{opened.getsockname()[1]}/?token={token}"


def check_request(request: Request, token: str) -> None:
    """Denied if a request lacks the token, or comes from a page of another origin.

    The token is in the header X-Token, or in Authorization as a bearer token.
    """
    given = request.headers.get("x-token", "")
    authorization = request.headers.get("authorization", "")
    if authorization.lower().startswith(_BEARER):
        given = authorization[len(_BEARER) :]
    if not is_token(given, token):
        raise Denied("the token is missing or wrong: load the page again")
    check_origin(request)


def check_origin(request: Request) -> None:
    """Denied if a request comes from a page of another origin."""
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{request.headers['host']}":
        raise Denied(f"a page of {origin} may not do this")


def is_token(given: str, token: str) -> bool:
    """Whether a token is the right one; takes as long for any that is wrong."""
    return secrets.compare_digest(given.encode(), token.encode())


def json_answer(status: int, content: object) -> Response:
    """An answer of plain data or of a msgspec Struct."""
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type="application/json",
        headers=HEADERS,
    )


def run_server(app: Starlette, opened: socket.socket, connections: int) -> None:
    """Serve until Ctrl-C. `connections`: at most, at the same time; others get a 503."""
    import uvicorn  # slow to import

    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        ws="none",
        limit_concurrency=connections,
    )
    with suppress(KeyboardInterrupt):  # how it is meant to end
        uvicorn.Server(config).run(sockets=[opened])
