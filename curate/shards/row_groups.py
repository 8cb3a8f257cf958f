"""Row groups of shards: read whole, and kept for the threads that use them."""

import os
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.errors import InputError
from curate.schema import SHARD_ROW
from curate.stores import is_local

PIXELS = ("image", "mask")
"""The columns of a shard that hold pixels."""

Columns = dict[str, pa.BinaryArray]
"""The encoded pictures of a row group, by the name of their column in `PIXELS`."""

CACHE_BYTES = 256 * 2**20
"""Encoded crops and masks that stay in memory."""

_MAX_OPEN_FILES = 64

_UNREADABLE = (OSError, ValueError, pa.ArrowException)
"""What pyarrow raises of files that are damaged, or have other columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One row group of a shard, found by its identity: to compare paths takes long."""

    file: UPath
    number: int
    """Its number in the file."""
    first: int
    """The number of its first row among the rows of all files."""
    bytes: int
    """What it takes in memory, about."""


@dataclass(slots=True)
class _OpenFile:
    """A shard that stays open. Parquet files are not made for several threads."""

    path: UPath
    lock: threading.Lock = field(default_factory=threading.Lock)
    file: pq.ParquetFile | None = None

    def read(self, number: int) -> Columns:
        """The columns `PIXELS` of a row group."""
        with self.lock:
            if self.file is None:
                self.file = _open(self.path)
            table = self.file.read_row_group(number, columns=list(PIXELS))
        return {name: table[name].combine_chunks().field("bytes") for name in PIXELS}


class Cache:
    """The row groups that were used last, up to `CACHE_BYTES`, for several threads.

    A thread that asks for a group reads it; others that want it wait for that very
    reading, and those that want another group do not wait at all.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._files: OrderedDict[UPath, _OpenFile] = OrderedDict()
        self._groups: OrderedDict[Group, Future[Columns]] = OrderedDict()
        self._bytes = 0

    def get(self, group: Group) -> Columns:
        """The columns `PIXELS` of a row group. InputError if its file cannot be read."""
        # A forked process has the parent's open files and locks, but not its threads.
        if os.getpid() != self._process:
            self._begin()

        with self._lock:
            known = self._groups.get(group)
            if known is not None:
                self._groups.move_to_end(group)
            else:
                reading = self._expect(group)
                file = self._file(group.file)
        if known is not None:
            return known.result()

        try:
            reading.set_result(file.read(group.number))
        except BaseException as error:
            self._drop(group)  # who asks again reads again
            reading.set_exception(_unreadable(group.file, error))
        return reading.result()

    def _expect(self, group: Group) -> "Future[Columns]":
        """A place for a group that will be read; those used longest ago make room."""
        reading: Future[Columns] = Future()
        self._groups[group] = reading
        self._bytes += group.bytes
        # The group that was asked for stays, however large it is.
        while self._bytes > CACHE_BYTES and len(self._groups) > 1:
            oldest, _ = self._groups.popitem(last=False)
            self._bytes -= oldest.bytes
        return reading

    def _drop(self, group: Group) -> None:
        with self._lock:
            if self._groups.pop(group, None) is not None:
                self._bytes -= group.bytes

    def _file(self, path: UPath) -> _OpenFile:
        """The file at a path. If too many are open, the one used longest ago is closed."""
        file = self._files.setdefault(path, _OpenFile(path))
        self._files.move_to_end(path)
        if len(self._files) > _MAX_OPEN_FILES:
            self._files.popitem(last=False)
        return file


def read_columns(path: UPath, rows: int, first: int) -> tuple[pa.Table, list[Group]]:
    """All columns of a shard but the pixels, and its row groups.

    `first`: the number of its first row among the rows of all files. InputError if the
    file cannot be read, or has not as many rows as the manifest says.
    """
    file = _open(path)
    groups = []
    found = 0
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        groups.append(Group(path, number, first + found, group.total_byte_size))
        found += group.num_rows

    if found != rows:
        detail = f"{found} rows where the manifest lists {rows}"
        raise InputError(f"{path}: {detail}; make the shards anew")

    schema = file.schema_arrow
    missing = [name for name in SHARD_ROW.names if name not in schema.names]
    missing += [
        f"{name} of pictures"
        for name in PIXELS
        if name not in missing and not pa.types.is_struct(schema.field(name).type)
    ]
    if missing:
        raise _unreadable(path, ValueError(f"it has no column {', '.join(missing)}"))

    fields = [field for field in SHARD_ROW if field.name not in PIXELS]
    schema = pa.schema(fields)
    try:
        return file.read(columns=schema.names).cast(schema), groups
    except _UNREADABLE as error:
        raise _unreadable(path, error) from None


def _open(path: UPath) -> pq.ParquetFile:
    """A shard. InputError if it cannot be read."""
    try:
        if is_local(path):
            return pq.ParquetFile(str(path), memory_map=True)
        source = pa.PythonFile(path.open("rb"), mode="r")
        return pq.ParquetFile(source, pre_buffer=True)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from None


def _unreadable(path: UPath, error: BaseException) -> BaseException:
    """What to raise of an error while a shard is read."""
    if not isinstance(error, _UNREADABLE):
        return error
    what = "the manifest lists this shard, but it cannot be read"
    return InputError(f"{path}: {what}: {error}")
