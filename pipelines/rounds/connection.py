"""Requests to an annotation tool: with its token, and tried again where that may help.

Nothing is asked of another host than the one that the settings name: redirections are not
followed, so no token goes astray. What goes wrong becomes an InputError that says what to do;
what was fetched before stays.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from upath import UPath
from urllib3.util import Retry

from curate.errors import InputError
from curate.loop_settings import LoopSource
from curate.storage import opened_beside

# Each try that fails would be a line of its own; what comes of them is said here.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

Auth = Callable[[Any], Any]
"""Puts a token into a request of requests."""

_TIMEOUT = (10.0, 120.0)  # seconds: to connect, and without a byte
_AGAIN = (429, 500, 502, 503)  # a moment later they may be gone
_TRIES = 4
_PAUSE = 0.5  # seconds before the second of them; doubled each time
_CHUNK = 1_000_000  # bytes
_POLL_SECONDS = 1.0
_MOST_POLLS = 3600


class Unanswered(InputError):
    """A tool that has not answered as it should. `status`: of HTTP; 0: no answer came at all."""

    def __init__(self, words: str, status: int = 0) -> None:
        super().__init__(words)
        self.status = status


@contextmanager
def connected(source: LoopSource, auth: Auth | None) -> Iterator[Any]:
    """A session of requests with a tool."""
    retry = Retry(
        total=_TRIES,
        backoff_factor=_PAUSE,
        status_forcelist=_AGAIN,
        allowed_methods=("GET",),
        raise_on_status=False,
    )
    with requests.Session() as session:
        session.mount(source.address, HTTPAdapter(max_retries=retry))
        # Set even without a token: otherwise a .netrc would be looked into.
        session.auth = auth or _unchanged
        yield session


def token_of(source: LoopSource) -> str | None:
    """The token of a tool, from the environment; None if it needs none.

    InputError if the variable is not set.
    """
    name = source.token_variable
    if name is None:
        return None
    token = os.environ.get(name, "").strip()
    if not token:
        raise InputError(
            f"loop.sources: the environment variable {name} is not set; it holds the token for "
            f"{source.address}"
        )
    return token


def header_auth(scheme: str, token: str | None) -> Auth | None:
    """The header `Authorization: SCHEME TOKEN`; None without a token."""
    if token is None:
        return None

    def put(request: Any) -> Any:
        request.headers["Authorization"] = f"{scheme} {token}"
        return request

    return put


def ask(
    session: Any, source: LoopSource, method: str, url: str, **arguments: Any
) -> Any:
    """The answer to a request, of requests. Unanswered if the tool does not give what was asked."""
    try:
        answer = session.request(
            method, url, timeout=_TIMEOUT, allow_redirects=False, **arguments
        )
    except requests.RequestException as error:
        raise Unanswered(f"{url}: no answer ({_reason(error)})") from None
    if answer.ok and not answer.is_redirect:
        return answer
    with answer:
        raise Unanswered(_what_is_wrong(source, url, answer), answer.status_code)


def ask_for(
    key: str, session: Any, source: LoopSource, method: str, url: str, **arguments: Any
) -> Any:
    """A value of the JSON that a tool answers. Unanswered as `ask`, and if it is not there."""
    answer = ask(session, source, method, url, **arguments)
    try:
        return answer.json()[key]
    except (requests.JSONDecodeError, KeyError, TypeError):
        raise Unanswered(
            f"{url}: has answered without {key!r}: another version of the tool, or none"
        ) from None


def wait_for(status: str, session: Any, source: LoopSource, url: str) -> None:
    """Wait until what a tool makes in the background, and tells of at a URL, has a status.

    Unanswered as `ask_for`, if it has failed, or if it does not get ready within an hour.
    """
    for _ in range(_MOST_POLLS):
        told = ask_for("status", session, source, "GET", url)
        if told == status:
            return
        if told == "failed":
            words = ask(session, source, "GET", url).text[:200]
            raise Unanswered(f"{url}: the tool says that it has failed: {words}")
        time.sleep(_POLL_SECONDS)
    raise Unanswered(f"{url}: does not get ready")


def download(
    session: Any,
    source: LoopSource,
    url: str,
    target: UPath,
    most: int,
    **arguments: Any,
) -> None:
    """Fetch a file, whole or not at all; one that breaks off is fetched again.

    `most`: bytes. Unanswered as `ask`, if the file is larger, or if it breaks off each time.
    """
    for attempt in range(1, _TRIES + 1):
        with ask(session, source, "GET", url, stream=True, **arguments) as answer:
            try:
                with opened_beside(target) as file:
                    _copy(answer, file, url, most)
            except requests.RequestException as error:
                if attempt == _TRIES:
                    raise Unanswered(
                        f"{url}: the answer breaks off ({_reason(error)}), {_TRIES} times in a "
                        "row"
                    ) from None
            else:
                return


def _copy(answer: Any, file: Any, url: str, most: int) -> None:
    written = 0
    for chunk in answer.iter_content(_CHUNK):
        written += len(chunk)
        if written > most:
            raise Unanswered(f"{url}: more than {most:,} bytes (limits.file_bytes)")
        file.write(chunk)


def _unchanged(request: Any) -> Any:
    return request


def _what_is_wrong(source: LoopSource, url: str, answer: Any) -> str:
    """What a refusal of the tool says, and what to do about it."""
    status = answer.status_code
    if answer.is_redirect:
        place = answer.headers.get("Location", "")
        return (
            f"{url}: moved to {place}; put the address that answers into loop.sources"
        )
    if status == 401:
        held = f"the token in {source.token_variable} is"
        if source.token_variable is None:
            held = "a request without a token (token_variable) is"
        return f"{url}: {held} refused ({status}); make a new one in the tool"
    if status == 403:
        return (
            f"{url}: not allowed (403); look at what the token may do, and at what the "
            "tool serves"
        )
    if status == 404:
        return f"{url}: is not there (404); look at address and project in loop.sources"
    if status >= 500:
        return f"{url}: the tool has failed ({status}); its own log says why"
    return f"{url}: refused ({status}): {answer.text[:200]}"


def _reason(error: Exception) -> str:
    """The last cause that an exception of requests names."""
    inner: Any = error
    while inner.args and isinstance(inner.args[0], Exception):
        inner = inner.args[0]
    reason = getattr(inner, "reason", None) or inner
    return str(reason).rpartition(": ")[2][:200] or type(error).__name__
