"""Writing that a kill cannot spoil, and digests that know no order of keys."""

import contextlib
from pathlib import Path

import pyarrow as pa
import pytest
from upath import UPath

from curate import storage


@pytest.fixture(params=["local", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> UPath:
    return (
        UPath(tmp_path)
        if request.param == "local"
        else UPath(f"memory://{tmp_path.name}")
    )


def test_a_file_is_there_whole_or_not_at_all(folder: UPath) -> None:
    file = folder / "a" / "b.json"
    assert storage.read_json(file) is None
    storage.write_json(file, {"x": [1, "ü"]})
    storage.write_json(file, {"x": [2, "ü"]})
    assert storage.read_json(file) == {"x": [2, "ü"]}
    assert [path.name for path in file.parent.iterdir()] == ["b.json"]


def test_what_fails_half_way_leaves_the_file_as_it_was(folder: UPath) -> None:
    file = folder / "a" / "b.json"
    storage.write_bytes(file, b"old")
    with contextlib.suppress(KeyError), storage.opened_beside(file) as opened:
        opened.write(b"ne")
        raise KeyError
    assert file.read_bytes() == b"old"


def test_tables_come_back_in_the_order_of_their_parts(folder: UPath) -> None:
    for number in (1, 0, 10):
        storage.write_table(
            folder / f"part-{number:05}.parquet", pa.table({"x": [number], "y": ["a"]})
        )
    assert [
        table["x"].to_pylist() for table in storage.read_partitions(folder, ["x"])
    ] == [
        [0],
        [1],
        [10],
    ]
    assert storage.partitions(folder / "nowhere") == []


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    table = pa.table({"x": list(range(1000))})
    for name in ("a.parquet", "b.parquet"):
        storage.write_table(UPath(tmp_path) / name, table)
    assert (tmp_path / "a.parquet").read_bytes() == (
        tmp_path / "b.parquet"
    ).read_bytes()


def test_a_digest_knows_no_order_of_keys() -> None:
    assert (
        storage.digest({"a": 1, "b": [2]})
        == storage.digest({"b": [2], "a": 1})
        != storage.digest({"a": 1, "b": [3]})
    )
    assert storage.digest("a", "b") != storage.digest("ab")
