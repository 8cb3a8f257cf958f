"""Files that a kill cannot spoil, on this machine and on a store.

This machine writes each beside its place, and renames it. A store has no rename, and needs
none: an object is there whole, or not at all. Folders as a whole are in `curate.folders`.
"""

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.errors import InputError
from curate.stores import is_local, reaching

_FULL = (errno.ENOSPC, errno.EDQUOT)
_ADVICE = "restore it, or remove it and run again"  # on a file that is broken

_Record = TypeVar("_Record", bound=msgspec.Struct)


def digest(*parts: Any) -> str:
    """Hex digest of plain data: the key of a cache.

    Plain data are dicts in any order, lists, strings, numbers and bytes.
    """
    encoded = msgspec.json.encode(parts, order="deterministic")
    return hashlib.sha256(encoded).hexdigest()


@contextmanager
def opened_beside(path: UPath) -> Iterator[IO[bytes]]:
    """A file to write to that takes the place of `path` once it is whole.

    On a store it is kept in memory until then: closing a file there makes an object of
    what has been written so far, also after an exception.
    """
    if not is_local(path):
        with io.BytesIO() as buffer:
            yield buffer
            _put(path, buffer.getvalue())
        return

    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".partial")
    try:
        with beside.open("wb") as file:
            yield file
    except OSError as error:
        # Of a full disk the system does not say which file found no room.
        if error.errno in _FULL:
            error.filename = path.path
        raise
    # Not UPath.rename: a file:// URL would lose its scheme.
    os.replace(beside.path, path.path)  # noqa: PTH105


def write_bytes(path: UPath, data: bytes | memoryview) -> None:
    """Write a file whole or not at all."""
    with opened_beside(path) as file:
        file.write(data)


def read_bytes(path: UPath) -> bytes:
    """The bytes of a file, in one request if it is in a store. OSError, StoreUnavailable."""
    if is_local(path):
        return bytes(path.read_bytes())
    with reaching(path):
        return bytes(path.fs.cat_file(path.path))


def write_json(path: UPath, data: Any) -> None:
    """Write plain data, or a msgspec Struct, as indented JSON, whole or not at all."""
    encoded = msgspec.json.encode(data)
    write_bytes(path, msgspec.json.format(encoded, indent=2) + b"\n")


def read_json(path: UPath) -> Any:
    """Plain data of a JSON file that `write_json` wrote; None if the file does not exist.

    InputError if it is broken.
    """
    return _decoded(path, Any, _ADVICE)


def read_record(
    path: UPath, kind: type[_Record], advice: str = _ADVICE
) -> _Record | None:
    """The record in a JSON file that `write_json` wrote; None if there is no such file.

    InputError if it is broken, or of a version whose records have another form. `advice`: what to
    do about it.
    """
    found: _Record | None = _decoded(path, kind, advice)
    return found


def read_kept(path: UPath, kind: type[_Record]) -> _Record | None:
    """A record of work that can be done again; None where `read_record` finds no good one."""
    try:
        return read_record(path, kind)
    except InputError:
        return None


def write_table(path: UPath, table: pa.Table) -> None:
    """Write a Parquet file whole or not at all."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    write_bytes(path, memoryview(sink.getvalue()))


def read_table(path: UPath, columns: list[str] | None = None) -> pa.Table:
    """A Parquet file, or some columns of it.

    InputError if it is broken, or has not all columns. OSError if it cannot be opened.
    """
    source = path.path
    if not is_local(path):
        # Whole: one request is cheaper than the bytes of the other columns.
        source = pa.BufferReader(read_bytes(path))
    try:
        return _read_file(source, columns)
    # pyarrow has the path in its message alone, where nobody looks for it.
    except FileNotFoundError as error:
        advice = "is missing; restore it, or run again what writes it"
        raise FileNotFoundError(errno.ENOENT, advice, path.path) from error
    except PermissionError as error:
        raise PermissionError(errno.EACCES, "may not be read", path.path) from error
    except (pa.ArrowException, KeyError, OSError) as error:
        raise broken(path, error) from error


def broken(path: UPath, error: Exception) -> InputError:
    """The error that a file cannot be read, in one line, where pyarrow's may have several."""
    return InputError(f"{path}: broken ({one_line(error)}); {_ADVICE}")


def one_line(error: Exception) -> str:
    """What an error says, without its line breaks."""
    return " ".join(str(error).split())


def partitions(folder: UPath) -> list[UPath]:
    """The `part-*.parquet` files of a folder, in order; none if the folder does not exist."""
    with reaching(folder):
        found = list(folder.glob("part-*.parquet"))
    return sorted(found, key=lambda path: path.name)


def read_partitions(
    folder: UPath, columns: list[str] | None = None
) -> Iterator[pa.Table]:
    """The tables of a folder, one partition at a time."""
    for path in partitions(folder):
        yield read_table(path, columns)


def _read_file(source: Any, columns: list[str] | None) -> pa.Table:
    """A Parquet file of a path or an open file; `columns` in this order.

    It is one file and no data set, and too small for several threads: that takes half the time.
    """
    with pq.ParquetFile(source) as file:
        table = file.read(columns, use_threads=False)
    if columns is None:
        return table
    return table.select(columns)


def _decoded(path: UPath, kind: Any, advice: str) -> Any:
    """What a JSON file holds; None if there is no such file. InputError as `read_record`."""
    data = _read_if_there(path)
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise InputError(
            f"{path}: broken, or of another version ({error}); {advice}"
        ) from None


def _read_if_there(path: UPath) -> bytes | None:
    """The bytes of a file; None if there is no such file."""
    try:
        return read_bytes(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _put(path: UPath, data: bytes) -> None:
    """Write an object: it is there whole, or not at all."""
    with reaching(path):
        path.fs.pipe_file(path.path, data)
