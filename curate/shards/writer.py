"""The files of the shards: row groups and files of bounded size."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

from curate.schema import SHARD_ROW, shard_schema
from curate.shards.manifest import ShardFile
from curate.storage import opened_beside

MAX_GROUP_ROWS = 128
MAX_GROUP_BYTES = 32 * 2**20
MAX_FILE_BYTES = 256 * 2**20
_OTHER_BYTES = (
    512  # counted for a row's other columns and its share of the footer: more than they take
)


class Encoded(NamedTuple):
    """The pixels of one row: its number in the ordered part, the encoded crop, the encoded mask."""

    row: int
    image: bytes
    mask: bytes

    @property
    def size(self) -> int:
        """Bytes that the row takes in its file, by a safe estimate."""
        return len(self.image) + len(self.mask) + _OTHER_BYTES


def write_files(
    folder: UPath, below: str, part: str, described: pa.Table, encoded: Iterable[Encoded]
) -> Iterator[tuple[ShardFile, list[int]]]:
    """Write rows of one split as `folder`/`below`/`part`, then `part`-1, … where one is full.

    `described`: all other columns of the ordered part. Each file comes with the numbers of its rows.
    """
    for number, groups in groupby(_in_files(_in_groups(encoded)), key=lambda each: each[0]):
        path = f"{below}/{part if number == 0 else part.replace('.parquet', f'-{number}.parquet')}"
        rows = _write_file(folder / path, described, (group for _, group in groups))
        yield _file_row(folder, path, described.take(pa.array(rows))), rows


def _in_groups(encoded: Iterable[Encoded]) -> Iterator[list[Encoded]]:
    """Row groups: at most so many rows and bytes; a larger single row stands alone."""
    group: list[Encoded] = []
    size = 0
    for each in encoded:
        if group and (len(group) == MAX_GROUP_ROWS or size + each.size > MAX_GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(each)
        size += each.size
    if group:
        yield group


def _in_files(groups: Iterable[list[Encoded]]) -> Iterator[tuple[int, list[Encoded]]]:
    """Each row group with the number of its file."""
    number = size = 0
    for group in groups:
        added = sum(each.size for each in group)
        if size and size + added > MAX_FILE_BYTES:
            number, size = number + 1, 0
        size += added
        yield number, group


def _write_file(path: UPath, described: pa.Table, groups: Iterable[Sequence[Encoded]]) -> list[int]:
    """Write row groups as they come, the file whole or not at all; the numbers of its rows."""
    schema = shard_schema()
    plain = [leaf for leaf in _leaves(schema) if not leaf.endswith(".bytes")]
    layout: dict[str, Any] = {
        "compression": {leaf: "zstd" if leaf in plain else "none" for leaf in _leaves(schema)},
        "use_dictionary": plain,
        "write_statistics": plain,
    }
    rows: list[int] = []
    with opened_beside(path) as sink, pq.ParquetWriter(sink, schema, **layout) as writer:
        for group in groups:
            writer.write_table(
                _row_group(described, group).cast(schema), row_group_size=MAX_GROUP_ROWS
            )
            rows += [each.row for each in group]
    return rows


def _row_group(described: pa.Table, group: Sequence[Encoded]) -> pa.Table:
    table = described.take(pa.array([each.row for each in group]))
    names = table["object_id"].to_pylist()
    for field, values, suffix in (
        (SHARD_ROW.field("image"), [each.image for each in group], "webp"),
        (SHARD_ROW.field("mask"), [each.mask for each in group], "png"),
    ):
        arrays = [
            pa.array(values, pa.binary()),
            pa.array([f"{name}.{suffix}" for name in names], pa.string()),
        ]
        table = table.append_column(
            field, pa.StructArray.from_arrays(arrays, fields=list(field.type))
        )
    return table


def _file_row(folder: UPath, path: str, rows: pa.Table) -> ShardFile:
    licences = {
        each["values"]: each["counts"]
        for each in rows["licence"].combine_chunks().value_counts().to_pylist()
    }
    digest = hashlib.sha256()
    size = 0
    with (folder / path).open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
            size += len(block)
    return ShardFile(path, rows["split"][0].as_py(), len(rows), size, digest.hexdigest(), licences)


def _leaves(schema: pa.Schema) -> list[str]:
    """The paths of the Parquet columns of a schema, as the writer's options name them."""
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    parquet = pq.ParquetFile(pa.BufferReader(sink.getvalue())).schema
    return [parquet.column(at).path for at in range(len(parquet))]
