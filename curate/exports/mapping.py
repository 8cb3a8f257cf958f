"""Files of any size as if they were in memory.

A large file of this machine is mapped: its pages are read when they are looked at, and the
system may drop them again. What cannot be mapped, because it is at a URL or has to be
rewritten first, is written to a temporary file, and that is mapped.
"""

import mmap
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from upath import UPath

from curate.stores import is_local

Text = bytes | memoryview
"""The bytes of a document. A slice of a view costs nothing; `bytes(slice)` copies it."""

WINDOW = 1 << 20
"""Bytes of a document that are looked at in one go."""

_SMALL = 1 << 18  # bytes; below it a map costs more than a copy


def map_file(file: UPath) -> Text:
    """The bytes of a file. OSError if it cannot be read."""
    with file.open("rb") as opened:
        if is_local(file):
            try:
                return _map(opened)
            except (ValueError, OSError):
                opened.seek(0)  # some network file systems have no maps
        return spool(iter(lambda: opened.read(WINDOW), b""))


def spool(pieces: Iterable[bytes]) -> Text:
    """The bytes of all pieces together, which need not fit into memory."""
    # The file has no name: it is gone as soon as nothing looks at it any more.
    with tempfile.TemporaryFile() as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        file.seek(0)
        return _map(file)


def windows(text: Text) -> Iterator[bytes]:
    """The bytes of a text, some at a time."""
    for start in range(0, len(text), WINDOW):
        yield bytes(text[start : start + WINDOW])


def _map(file: IO[bytes]) -> Text:
    size = file.seek(0, 2)
    if size < _SMALL:
        file.seek(0)
        return file.read()
    return memoryview(mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ))
