"""Label Studio: a project's tasks with their annotations, and the pictures that it keeps itself.

Asked is `GET /api/projects/ID/export?exportType=JSON`. A server that takes too long for a large
project answers 502, 503 or 504, or nothing; then it is asked for a snapshot, which it makes in the
background (`POST /api/projects/ID/exports`), and which is fetched when it is there. Its tokens
are of two kinds, see `pipelines/studio_token.py`.

Written is `export.json`, tasks in the order of their ids, so that the same tasks are the same
bytes; it is not touched if nothing has changed. Pictures that the tool itself keeps
(`/data/upload/…`, `/data/local-files/?d=…`, `/storage-data/uploaded/…`) go to `images/`, each
once. Those of other addresses are never asked for: put them into `images/` yourself.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import msgspec
from upath import UPath

from curate.formats.shared.addresses import path_of
from curate.limits import Limits
from curate.loop_settings import LoopSource
from curate.storage import write_bytes
from pipelines.rounds.connection import (
    Auth,
    Unanswered,
    ask,
    ask_for,
    connected,
    download,
    header_auth,
    token_of,
    wait_for,
)
from pipelines.rounds.records import Fetched
from pipelines.studio_token import REFRESH_PATH, is_personal

DOCUMENT = "export.json"
"""The file in which the tasks are written."""

_TOO_SLOW = (0, 502, 503, 504)  # 0: no answer at all
_KEPT_HERE = ("/data/upload/", "/data/local-files/", "/storage-data/uploaded/")
_AT_ONCE = 4  # pictures
_ACCESS_SECONDS = 120.0  # a fetched access token lasts five minutes at least
_SNAPSHOT = {"title": "segcurate"}


class _Numbered(msgspec.Struct):
    """What is read of a task: its number."""

    id: int


def fetch(
    source: LoopSource, folder: UPath, limits: Limits, log: Callable[[str], None]
) -> Fetched:
    """Fetch a project into a folder. InputError if the tool does not answer as it should."""
    auth = _auth(source, token_of(source))
    new = folder / f".{DOCUMENT}.new"
    with connected(source, auth) as session:
        _download_tasks(session, source, new, limits, log)
        tasks = _tasks(new.read_bytes(), source)
        pictures = _fetch_pictures(session, source, tasks, folder / "images", limits)
    new.unlink()
    if pictures.lost:
        lost = f"{len(pictures.lost):,} of the pictures of {source.export}"
        log(f"loop: {lost} cannot be fetched; the first: {pictures.lost[0]}")

    # Last, because it says that the pictures are there.
    document = folder / DOCUMENT
    content = b"[\n" + b",\n".join(tasks) + b"\n]\n"
    is_changed = not document.exists() or document.read_bytes() != content
    if is_changed:
        write_bytes(document, content)
    return Fetched(
        export=source.export,
        entries=len(tasks),
        pictures=pictures.new,
        lost_pictures=len(pictures.lost),
        is_changed=is_changed,
    )


class _Pictures(msgspec.Struct):
    """What came of the pictures of the tasks: how many are new, and why others are not there."""

    new: int = 0
    lost: list[str] = []


def _auth(source: LoopSource, token: str | None) -> Auth | None:
    """How requests bear the token."""
    if token is None or not is_personal(token):
        return header_auth("Token", token)

    access = ""
    until = 0.0

    def put(request: Any) -> Any:
        nonlocal access, until
        if time.monotonic() > until:
            url = f"{source.address}/{REFRESH_PATH}"
            with connected(source, None) as session:
                given = {"refresh": token}
                access = ask_for("access", session, source, "POST", url, json=given)
            until = time.monotonic() + _ACCESS_SECONDS
        request.headers["Authorization"] = f"Bearer {access}"
        return request

    return put


def _download_tasks(
    session: Any,
    source: LoopSource,
    target: UPath,
    limits: Limits,
    log: Callable[[str], None],
) -> None:
    """Write all annotated tasks to a file, at once or by a snapshot."""
    url = f"{source.address}/api/projects/{source.project}/export"
    as_json = {"exportType": "JSON"}
    try:
        download(session, source, url, target, limits.file_bytes, params=as_json)
        return
    except Unanswered as error:
        if error.status not in _TOO_SLOW:
            raise
        log(f"loop: {error}; asks for a snapshot instead")

    snapshots = f"{source.address}/api/projects/{source.project}/exports/"
    number = ask_for("id", session, source, "POST", snapshots, json=_SNAPSHOT)
    url = f"{snapshots}{number}"
    wait_for("completed", session, source, url)
    download(
        session, source, f"{url}/download", target, limits.file_bytes, params=as_json
    )
    ask(session, source, "DELETE", url)


def _tasks(content: bytes, source: LoopSource) -> list[bytes]:
    """The tasks of an answer as they came, by their numbers."""
    try:
        raw = msgspec.json.decode(content, type=list[msgspec.Raw])
        numbered = [
            (msgspec.json.decode(each, type=_Numbered).id, each) for each in raw
        ]
    except msgspec.DecodeError as error:
        raise Unanswered(
            f"{source.address}: project {source.project} is answered with something else than a "
            f"list of tasks ({error})"
        ) from None
    numbered.sort(key=lambda pair: pair[0])
    # A snapshot is written with other spaces.
    return [msgspec.json.format(bytes(each), indent=-1) for _, each in numbered]


def _fetch_pictures(
    session: Any,
    source: LoopSource,
    tasks: list[bytes],
    folder: UPath,
    limits: Limits,
) -> _Pictures:
    """Fetch the pictures that the tool keeps and that are not in the folder yet."""
    wanted = {}
    for address in _own_addresses(source, tasks):
        target = _place(folder, address)
        if target is not None and not target.exists():
            wanted[address] = target

    fetch_one = partial(_fetch_picture, session, source, limits)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        lost = list(threads.map(fetch_one, wanted.keys(), wanted.values()))
    words = [each for each in lost if each]
    return _Pictures(len(wanted) - len(words), words)


def _fetch_picture(
    session: Any, source: LoopSource, limits: Limits, address: str, target: UPath
) -> str:
    """Fetch a picture; "", or why it is not to be had. Unanswered if the tool is gone."""
    try:
        download(
            session, source, f"{source.address}{address}", target, limits.file_bytes
        )
    except Unanswered as error:
        if error.status == 0:
            raise
        return str(error)
    return ""


def _own_addresses(source: LoopSource, tasks: list[bytes]) -> Iterator[str]:
    """The addresses on the tool itself that tasks show, without the tool's own."""
    for task in tasks:
        data = msgspec.json.decode(task).get("data")
        if not isinstance(data, dict):
            continue
        for value in data.values():
            if not isinstance(value, str):
                continue
            address = value.removeprefix(source.address)
            if address.startswith(_KEPT_HERE):
                yield address


def _place(folder: UPath, address: str) -> UPath | None:
    """Where ingest looks for a picture; None if its address names no file below the folder."""
    path = PurePosixPath(path_of(address))
    if not path.name or path.is_absolute() or ".." in path.parts:
        return None
    return folder / str(path)
