"""Writing that a kill cannot spoil.

Everything is written beside its place, then renamed into it.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

_Record = TypeVar("_Record", bound=msgspec.Struct)


def digest(*parts: Any) -> str:
    """Hex digest of plain data: the key of a cache.

    Plain data are dicts in any order, lists, strings, numbers and bytes.
    """
    encoded = msgspec.json.encode(parts, order="deterministic")
    return hashlib.sha256(encoded).hexdigest()


@contextmanager
def opened_beside(path: UPath) -> Iterator[IO[bytes]]:
    """A file to write to that takes the place of `path` once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".partial")
    with beside.open("wb") as file:
        yield file

    if is_local(path):
        # Not UPath.rename: a file:// URL would lose its scheme.
        os.replace(beside.path, path.path)  # noqa: PTH105
    else:
        beside.rename(path)


def write_bytes(path: UPath, data: bytes | memoryview) -> None:
    """Write a file whole or not at all."""
    with opened_beside(path) as file:
        file.write(data)


def write_json(path: UPath, data: Any) -> None:
    """Write plain data, or a msgspec Struct, as indented JSON, whole or not at all."""
    encoded = msgspec.json.encode(data)
    write_bytes(path, msgspec.json.format(encoded, indent=2) + b"\n")


def read_json(path: UPath) -> Any:
    """Plain data of a JSON file that `write_json` wrote; None if the file does not exist."""
    if not path.exists():
        return None
    return msgspec.json.decode(path.read_bytes())


def read_record(path: UPath, kind: type[_Record]) -> _Record | None:
    """The record in a JSON file that `write_json` wrote; None if there is no such file.

    msgspec.ValidationError if the file holds something else, msgspec.DecodeError if it is broken.
    """
    if not path.exists():
        return None
    return msgspec.json.decode(path.read_bytes(), type=kind)


def write_table(path: UPath, table: pa.Table) -> None:
    """Write a Parquet file whole or not at all."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    write_bytes(path, memoryview(sink.getvalue()))


def read_table(path: UPath, columns: list[str] | None = None) -> pa.Table:
    """A Parquet file, or some columns of it."""
    with path.open("rb") as file:
        return pq.read_table(pa.PythonFile(file, mode="r"), columns=columns)


def partitions(folder: UPath) -> list[UPath]:
    """The `part-*.parquet` files of a folder, in order; none if the folder does not exist."""
    if not folder.exists():
        return []
    return sorted(folder.glob("part-*.parquet"), key=lambda path: path.name)


def read_partitions(
    folder: UPath, columns: list[str] | None = None
) -> Iterator[pa.Table]:
    """The tables of a folder, one partition at a time."""
    for path in partitions(folder):
        yield read_table(path, columns)


def replace_folder(new: UPath, final: UPath) -> None:
    """Put the finished folder `new` in the place of `final`.

    `recover` repairs what a kill between the two renames leaves.
    """
    old = _retired(final)
    remove_folder(old)
    if final.exists():
        _move(final, old)
    _move(new, final)
    remove_folder(old)


def recover(final: UPath) -> None:
    """Bring back the folder that a killed `replace_folder` had moved away."""
    old = _retired(final)
    if old.exists() and not final.exists():
        _move(old, final)


def remove_folder(folder: UPath) -> None:
    """Remove a folder and all in it, if it exists."""
    if not folder.exists():
        return
    if is_local(folder):
        shutil.rmtree(folder.path)
    else:
        folder.fs.rm(folder.path, recursive=True)


def is_local(path: UPath) -> bool:
    """Whether a path is of this machine's own file system."""
    protocol = getattr(path, "protocol", "")
    return protocol in ("", "file", "local")


def _move(folder: UPath, to: UPath) -> None:
    if is_local(folder):
        folder.rename(to)
    else:
        folder.fs.mv(folder.path, to.path, recursive=True)


def _retired(final: UPath) -> UPath:
    """Where `replace_folder` keeps the old folder until the new one is in its place."""
    return final.with_name(f".{final.name}.old")
