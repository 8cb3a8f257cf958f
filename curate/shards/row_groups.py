"""Row groups of shard files: read whole, kept while they are in use, by several threads."""

import threading
from collections import OrderedDict
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.errors import InputError
from curate.schema import SHARD_ROW
from curate.storage import is_local

PIXELS = ("image", "mask")
CACHE_BYTES = 256 * 2**20  # encoded crops that stay in memory


class Group(NamedTuple):
    """One row group: the file it stands in, its number there, and the number of its first row in the table."""

    file: UPath
    number: int
    first: int


class Cache:
    """The row groups read last, up to `CACHE_BYTES`; shared by the threads of a stream."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._files: dict[UPath, pq.ParquetFile] = {}
        self._groups: OrderedDict[Group, dict[str, pa.StructArray]] = OrderedDict()
        self._bytes = 0

    def get(self, group: Group) -> dict[str, pa.StructArray]:
        """The image and mask columns of a row group."""
        with self._lock:
            if group in self._groups:
                self._groups.move_to_end(group)
                return self._groups[group]
            if group.file not in self._files:
                self._files[group.file] = _open(group.file)
            table = self._files[group.file].read_row_group(group.number, columns=list(PIXELS))
            columns = {name: table[name].combine_chunks() for name in PIXELS}
            self._groups[group] = columns
            self._bytes += sum(column.nbytes for column in columns.values())
            while self._bytes > CACHE_BYTES and len(self._groups) > 1:
                _, oldest = self._groups.popitem(last=False)
                self._bytes -= sum(column.nbytes for column in oldest.values())
            return columns


def read_columns(path: UPath, rows: int) -> tuple[pa.Table, list[int]]:
    """All columns of a file but the pixels, and the rows of each row group."""
    file = _open(path)
    sizes = [
        file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)
    ]
    if sum(sizes) != rows:
        raise InputError(
            f"{path}: {sum(sizes)} rows where the manifest lists {rows}; make the shards anew"
        )
    fields = [field for field in SHARD_ROW if field.name not in PIXELS]
    return file.read(columns=[field.name for field in fields]).cast(pa.schema(fields)), sizes


def _open(path: UPath) -> pq.ParquetFile:
    try:
        if is_local(path):
            return pq.ParquetFile(str(path), memory_map=True)
        return pq.ParquetFile(pa.PythonFile(path.open("rb"), mode="r"), pre_buffer=True)
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(
            f"{path}: the manifest lists this shard, but it cannot be read: {error}"
        ) from None
