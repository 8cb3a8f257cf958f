"""CVAT: a project's annotations and pictures, as its server makes them for download.

Asked is `POST /api/projects/ID/dataset/export` for the format "CVAT for images 1.1" with
pictures. The server makes it in the background (`GET /api/requests/RQ_ID` says how far it is) and
then names where it is. A token of 40 hex digits is a key as `/api/auth/login` gives it
(`Authorization: Token`); another one is a personal access token (`Authorization: Bearer`).

Written is `export.zip`, which has format `cvat`. CVAT packs it anew each time, so it is compared
member by member, and not touched if nothing has changed.
"""

import re
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from upath import UPath

from curate.limits import Limits
from curate.loop_settings import LoopSource
from pipelines.rounds.connection import (
    Unanswered,
    ask_for,
    connected,
    download,
    header_auth,
    token_of,
    wait_for,
)
from pipelines.rounds.records import Fetched

DOCUMENT = "export.zip"
"""The file in which the export is written."""

_FORMAT = {"format": "CVAT for images 1.1", "save_images": "true"}
_LOGIN_KEY = re.compile(r"[0-9a-f]{40}")

_Members = dict[str, tuple[int, int]]
"""Checksum and size of each file in an archive, by name."""


def fetch(
    source: LoopSource, folder: UPath, limits: Limits, log: Callable[[str], None]
) -> Fetched:
    """Fetch a project into a folder. InputError if the tool does not answer as it should."""
    del log  # nothing of it is worth a line
    token = token_of(source)
    scheme = "Bearer"
    if token is not None and _LOGIN_KEY.fullmatch(token):
        scheme = "Token"
    new = folder / f".{DOCUMENT}.new"
    with connected(source, header_auth(scheme, token)) as session:
        url = f"{source.address}/api/projects/{source.project}/dataset/export"
        begun = ask_for("rq_id", session, source, "POST", url, params=_FORMAT)
        made = _place_of(session, source, str(begun))
        download(session, source, made, new, limits.file_bytes)

    document = folder / DOCUMENT
    members = _members(new)
    is_changed = not document.exists() or _members(document) != members
    if is_changed:
        new.rename(document)
    else:
        new.unlink()
    return Fetched(export=source.export, entries=len(members), is_changed=is_changed)


def _place_of(session: Any, source: LoopSource, request: str) -> str:
    """Where the export is that a request has asked for, once it is made."""
    url = f"{source.address}/api/requests/{quote(request, safe='')}"
    wait_for("finished", session, source, url)
    result = ask_for("result_url", session, source, "GET", url)
    # A server behind another one may not know by which name it is asked.
    made = urlsplit(str(result))
    return f"{source.address}{made.path}?{made.query}"


def _members(archive: UPath) -> _Members:
    """What an archive holds. Unanswered if it is no archive."""
    try:
        with archive.open("rb") as file, zipfile.ZipFile(file) as opened:
            return {
                each.filename: (each.CRC, each.file_size) for each in opened.infolist()
            }
    except zipfile.BadZipFile as error:
        raise Unanswered(f"{archive}: the tool has sent no archive ({error})") from None
