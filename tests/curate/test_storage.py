"""Writing that a kill cannot spoil, and digests that know no order of keys."""

import contextlib
import os
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from upath import UPath

from curate import storage
from curate.errors import InputError

NOBODY = 65534  # a user without rights


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has it")
def test_a_file_for_which_the_disk_has_no_room_is_named(tmp_path: Path) -> None:
    (tmp_path / "part.json.partial").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as raised:
        storage.write_bytes(UPath(tmp_path / "part.json"), b"{}")
    assert raised.value.filename == str(tmp_path / "part.json")


class Kept(msgspec.Struct):
    """What a file may hold."""

    number: int


@pytest.mark.parametrize("written", [b'{"number": ', b'{"number": "one"}'])
def test_a_record_that_is_broken_is_named_or_made_again(
    folder: UPath, written: bytes
) -> None:
    file = folder / "kept.json"
    storage.write_bytes(file, written)
    with pytest.raises(InputError, match=r"kept\.json: broken, or of another version"):
        storage.read_record(file, Kept)
    assert storage.read_kept(file, Kept) is None

    storage.write_json(file, Kept(1))
    assert storage.read_kept(file, Kept) == storage.read_record(file, Kept) == Kept(1)


def test_a_table_that_is_broken_or_lacks_a_column_is_named(folder: UPath) -> None:
    file = folder / "part-00000.parquet"
    storage.write_bytes(file, b"PAR1")
    with pytest.raises(InputError, match=r"part-00000\.parquet: broken"):
        storage.read_table(file)

    storage.write_table(file, pa.table({"x": [1]}))
    with pytest.raises(InputError, match=r'part-00000\.parquet: broken .*"y"'):
        storage.read_table(file, ["x", "y"])
    with pytest.raises(FileNotFoundError):
        storage.read_table(folder / "part-00001.parquet")


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    file = tmp_path / "part-00000.parquet"
    with pytest.raises(FileNotFoundError, match="is missing; restore it") as caught:
        storage.read_table(UPath(file))
    assert caught.value.filename == str(file)


def test_a_table_that_may_not_be_read_is_not_called_broken(tmp_path: Path) -> None:
    file = tmp_path / "part-00000.parquet"
    storage.write_table(UPath(file), pa.table({"x": [1]}))
    file.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)  # root may read everything
    try:
        with pytest.raises(PermissionError) as caught:
            storage.read_table(UPath(file))
    finally:
        os.seteuid(user)
    assert caught.value.filename == str(file)


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
