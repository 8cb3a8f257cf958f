"""An address that always has a tool's last export: a script of the tool, a bucket, a file server.

Fetched is the file itself, an archive or a document, under its own name. It is not touched if its
bytes are the same as before.
"""

import filecmp
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from upath import UPath

from curate.errors import InputError
from curate.limits import Limits
from curate.loop_settings import LoopSource
from pipelines.rounds.connection import connected, download, header_auth, token_of
from pipelines.rounds.records import Fetched


def fetch(
    source: LoopSource, folder: UPath, limits: Limits, log: Callable[[str], None]
) -> Fetched:
    """Fetch a file into a folder. InputError if the address does not answer as it should."""
    del log  # nothing of it is worth a line
    name = PurePosixPath(unquote(urlsplit(source.address).path)).name
    if not name:
        raise InputError(f"loop.sources: {source.address} names no file")
    new = folder / f".{name}.new"
    with connected(source, header_auth("Bearer", token_of(source))) as session:
        download(session, source, source.address, new, limits.file_bytes)

    document = folder / name
    is_changed = not document.exists() or not _are_equal(document, new)
    if is_changed:
        new.rename(document)
    else:
        new.unlink()
    return Fetched(export=source.export, entries=1, is_changed=is_changed)


def _are_equal(one: UPath, other: UPath) -> bool:
    """Whether two files of this machine have the same bytes, piece by piece."""
    return filecmp.cmp(one.path, other.path, shallow=False)
