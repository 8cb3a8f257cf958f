"""Row groups of shards: read whole, and kept for the threads that use them."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.errors import InputError
from curate.schema import SHARD_ROW
from curate.stores import is_local

PIXELS = ("image", "mask")
"""The columns of a shard that hold pixels."""

Columns = dict[str, pa.StructArray]
"""The columns `PIXELS` of a row group, by name."""

CACHE_BYTES = 256 * 2**20
"""Encoded crops and masks that stay in memory."""


@dataclass(frozen=True, slots=True)
class Group:
    """One row group of a shard."""

    file: UPath
    number: int
    """Its number in the file."""
    first: int
    """The number of its first row among the rows of all files."""


class Cache:
    """The row groups that were read last, up to `CACHE_BYTES`, for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[UPath, pq.ParquetFile] = {}
        self._groups: OrderedDict[Group, Columns] = OrderedDict()
        self._bytes = 0

    def get(self, group: Group) -> Columns:
        """The columns `PIXELS` of a row group."""
        # Parquet files are not made for several threads, and a group is read once for
        # all.
        with self._lock:
            if group in self._groups:
                self._groups.move_to_end(group)
                return self._groups[group]

            columns = self._read(group)
            self._groups[group] = columns
            self._bytes += _bytes_of(columns)
            self._forget()
            return columns

    def _read(self, group: Group) -> Columns:
        """A row group from its file, which stays open."""
        if group.file not in self._files:
            self._files[group.file] = _open(group.file)
        file = self._files[group.file]
        table = file.read_row_group(group.number, columns=list(PIXELS))
        return {name: table[name].combine_chunks() for name in PIXELS}

    def _forget(self) -> None:
        """Drop the groups that were not used for longest, until the others fit."""
        # The group that was just read stays, however large it is.
        while self._bytes > CACHE_BYTES and len(self._groups) > 1:
            _, oldest = self._groups.popitem(last=False)
            self._bytes -= _bytes_of(oldest)


def read_columns(path: UPath, rows: int) -> tuple[pa.Table, list[int]]:
    """All columns of a shard but the pixels, and how many rows each row group has.

    InputError if the file cannot be read, or has not as many rows as the manifest says.
    """
    file = _open(path)
    sizes = []
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        sizes.append(group.num_rows)

    found = sum(sizes)
    if found != rows:
        detail = f"{found} rows where the manifest lists {rows}"
        raise InputError(f"{path}: {detail}; make the shards anew")

    fields = [field for field in SHARD_ROW if field.name not in PIXELS]
    schema = pa.schema(fields)
    table = file.read(columns=schema.names)
    return table.cast(schema), sizes


def _open(path: UPath) -> pq.ParquetFile:
    """A shard. InputError if it cannot be read."""
    try:
        if is_local(path):
            return pq.ParquetFile(str(path), memory_map=True)
        source = pa.PythonFile(path.open("rb"), mode="r")
        return pq.ParquetFile(source, pre_buffer=True)
    except (OSError, pa.ArrowInvalid) as error:
        what = "the manifest lists this shard, but it cannot be read"
        raise InputError(f"{path}: {what}: {error}") from None


def _bytes_of(columns: Columns) -> int:
    return sum(column.nbytes for column in columns.values())
