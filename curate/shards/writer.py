"""The files of the shards: row groups and files of bounded size."""

import functools
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.records import Box
from curate.schema import SHARD_ROW, shard_schema
from curate.shards import windows
from curate.shards.layout import split_folder
from curate.shards.manifest import ShardFile
from curate.storage import opened_beside

MAX_GROUP_ROWS = 128
"""Rows that a row group may have."""

MAX_GROUP_BYTES = 32 * 2**20
"""Bytes that a row group of several rows may take."""

MAX_FILE_BYTES = 256 * 2**20
"""Bytes that a file of several row groups may take."""

_OTHER_BYTES = 512  # a row's other columns and its share of the footer take less
_SUFFIXES = {b"\x89PNG": "png", b"RIFF": "webp"}  # by how a file begins


@dataclass(frozen=True, slots=True)
class Encoded:
    """The pixels of one row."""

    row: int
    """Its number in the partition."""
    crop: Box
    """Where its pixels are in the image."""
    image: bytes
    mask: bytes

    @property
    def size(self) -> int:
        """Bytes that the row takes in its file, by a safe estimate."""
        return len(self.image) + len(self.mask) + _OTHER_BYTES


@dataclass(frozen=True, slots=True)
class Written:
    """A file, and for each of its rows the number in the partition and the crop."""

    file: ShardFile
    rows: list[int]
    crops: list[Box]


@dataclass(frozen=True, slots=True)
class _Group:
    """The rows of a row group, and the number of the file that it goes into."""

    file: int
    rows: list[Encoded]


def write_files(
    folder: UPath,
    split: str,
    name: str,
    described: pa.Table,
    encoded: Iterable[Encoded],
) -> Iterator[Written]:
    """Write rows of one split as files of a manifest's folder.

    The first file is called `name`, such as part-00000.parquet; where one is full,
    part-00000-1.parquet follows. `described`: all columns of the partition but the
    pixels, the boxes in the image.
    """
    groups = _in_files(_in_groups(encoded))
    for number, members in groupby(groups, key=lambda group: group.file):
        file_name = name
        if number > 0:
            file_name = name.replace(".parquet", f"-{number}.parquet")
        path = f"{split_folder(split)}/{file_name}"
        yield _write_file(folder, path, split, described, members)


def _in_groups(encoded: Iterable[Encoded]) -> Iterator[list[Encoded]]:
    """Rows in row groups of bounded size; a row that is larger has a group of its own."""
    group: list[Encoded] = []
    size = 0
    for each in encoded:
        has_all_rows = len(group) == MAX_GROUP_ROWS
        has_all_bytes = size + each.size > MAX_GROUP_BYTES
        if group and (has_all_rows or has_all_bytes):
            yield group
            group = []
            size = 0
        group.append(each)
        size += each.size
    if group:
        yield group


def _in_files(groups: Iterable[list[Encoded]]) -> Iterator[_Group]:
    """Row groups with the number of their file, so that files are of bounded size."""
    number = 0
    size = 0
    for group in groups:
        added = sum(each.size for each in group)
        if size > 0 and size + added > MAX_FILE_BYTES:
            number += 1
            size = 0
        size += added
        yield _Group(number, group)


def _write_file(
    folder: UPath,
    path: str,
    split: str,
    described: pa.Table,
    groups: Iterable[_Group],
) -> Written:
    """Write a file of row groups, whole or not at all. `path`: relative to `folder`.

    Groups are written as they come, so that only one is in memory.
    """
    schema = shard_schema()
    rows: list[int] = []
    crops: list[Box] = []
    with opened_beside(folder / path) as file:
        sink = _DigestedFile(file)
        with pq.ParquetWriter(sink, schema, **_options(schema)) as writer:
            for group in groups:
                table = _row_group(described, group.rows).cast(schema)
                writer.write_table(table, row_group_size=MAX_GROUP_ROWS)
                rows += [each.row for each in group.rows]
                crops += [each.crop for each in group.rows]

    licences = described["licence"].take(pa.array(rows)).combine_chunks()
    counts = licences.value_counts().to_pylist()
    listed = ShardFile(
        path=path,
        split=split,
        rows=len(rows),
        bytes=sink.size,
        sha256=sink.digest.hexdigest(),
        licences={each["values"]: each["counts"] for each in counts},
    )
    return Written(listed, rows, crops)


class _DigestedFile(io.RawIOBase):
    """A file that is written once, in order; its size and digest grow with it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._file = file

    def writable(self) -> bool:
        """True: pyarrow asks whether the file may be written."""
        return True

    def write(self, data: Any) -> int:
        """Append the data; how many bytes they are."""
        view = memoryview(data)
        self._file.write(view)
        self.digest.update(view)
        self.size += view.nbytes
        return view.nbytes


@functools.cache
def _options(schema: pa.Schema) -> dict[str, Any]:
    """How each column is written."""
    columns = _parquet_columns(schema)
    # Encoded pixels are compressed already, and no two are equal.
    plain = [column for column in columns if not column.endswith(".bytes")]
    compression = dict.fromkeys(columns, "none") | dict.fromkeys(plain, "zstd")
    return {
        "compression": compression,
        "use_dictionary": plain,
        "write_statistics": plain,
    }


def _parquet_columns(schema: pa.Schema) -> list[str]:
    """The paths of the Parquet columns of a schema, as the writer's options name them."""
    # Parquet's names of the fields of lists are not Arrow's: an empty file tells them.
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    written = pq.ParquetFile(pa.BufferReader(sink.getvalue()))
    numbers = range(len(written.schema))
    return [written.schema.column(number).path for number in numbers]


def _row_group(described: pa.Table, rows: Sequence[Encoded]) -> pa.Table:
    """The table of a row group: its rows' columns, and their pixels."""
    numbers = pa.array([each.row for each in rows])
    in_image = described.take(numbers)
    crops = windows.as_array([each.crop for each in rows])
    table = windows.put_in_crops(in_image, crops, ("box", "drawn", "window"))

    object_ids = table["object_id"].to_pylist()
    images = _pixels("image", [each.image for each in rows], object_ids)
    masks = _pixels("mask", [each.mask for each in rows], object_ids)
    table = table.append_column(SHARD_ROW.field("image"), images)
    return table.append_column(SHARD_ROW.field("mask"), masks)


def _pixels(column: str, encoded: list[bytes], object_ids: list[str]) -> pa.StructArray:
    """A column of encoded pictures, each with a file name for whoever saves it."""
    names = []
    for data, object_id in zip(encoded, object_ids, strict=True):
        suffix = _SUFFIXES.get(data[:4], "jpg")
        names.append(f"{object_id}.{suffix}")

    arrays = [
        pa.array(encoded, pa.binary()),
        pa.array(names, pa.string()),
    ]
    fields = SHARD_ROW.field(column).type
    return pa.StructArray.from_arrays(arrays, fields=list(fields))
