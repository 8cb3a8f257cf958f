"""Writing that a kill cannot spoil: everything is written beside its place, then renamed into it."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath


def digest(*parts: Any) -> str:
    """Hex digest of plain data (dicts in any order, lists, strings, numbers, bytes): the key of a cache."""
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


@contextmanager
def opened_beside(path: UPath) -> Iterator[IO[bytes]]:
    """A file to write to that takes the place of `path` once it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".partial")
    with beside.open("wb") as file:
        yield file
    os.replace(beside.path, path.path) if is_local(path) else beside.rename(path)  # noqa: PTH105  file:// URLs, too


def write_bytes(path: UPath, data: bytes) -> None:
    """Write a file whole or not at all."""
    with opened_beside(path) as file:
        file.write(data)


def write_json(path: UPath, data: Any) -> None:
    """Write plain data as indented JSON, whole or not at all."""
    write_bytes(path, msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")


def read_json(path: UPath) -> Any:
    """Plain data of a JSON file that `write_json` wrote; None where there is no such file."""
    return msgspec.json.decode(path.read_bytes()) if path.exists() else None


def write_table(path: UPath, table: pa.Table) -> None:
    """Write a Parquet file whole or not at all."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    write_bytes(path, sink.getvalue().to_pybytes())


def read_table(path: UPath, columns: list[str] | None = None) -> pa.Table:
    """A Parquet file, or some columns of it."""
    with path.open("rb") as file:
        return pq.read_table(pa.PythonFile(file, mode="r"), columns=columns)


def parts(folder: UPath) -> list[UPath]:
    """The `part-*.parquet` files of a folder, in order."""
    return (
        sorted(folder.glob("part-*.parquet"), key=lambda path: path.name) if folder.exists() else []
    )


def read_parts(folder: UPath, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The tables of a folder, one part at a time."""
    for path in parts(folder):
        yield read_table(path, columns)


def replace_folder(new: UPath, final: UPath) -> None:
    """Put the finished folder `new` in the place of `final`; `recover` mends a kill between the two renames."""
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
    """Remove a folder and all in it, if it is there."""
    if not folder.exists():
        return
    if is_local(folder):
        shutil.rmtree(folder.path)
    else:
        folder.fs.rm(folder.path, recursive=True)


def _move(folder: UPath, to: UPath) -> None:
    if is_local(folder):
        folder.rename(to)
    else:
        folder.fs.mv(folder.path, to.path, recursive=True)


def _retired(final: UPath) -> UPath:
    return final.with_name(f".{final.name}.old")


def is_local(path: UPath) -> bool:
    """Whether a path is of this machine's own file system."""
    return getattr(path, "protocol", "") in ("", "file", "local")
