"""Audit: each contract that a hand can break is found broken."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipelines.small_project import Project, Verb


def _cut(build: Path) -> None:
    path = next((build / "shard/shards").glob("split=train/*.parquet"))
    path.write_bytes(path.read_bytes()[:-1])


def _strange(build: Path) -> None:
    path = next((build / "shard/shards").glob("split=train/*.parquet"))
    shutil.copy(path, path.with_name("part-99999.parquet"))


def _ledger(build: Path) -> None:
    path = build / "filter" / "ledger.json"
    ledger = msgspec.json.decode(path.read_bytes())
    ledger["by_export"]["street"]["out"] += 1
    path.write_bytes(msgspec.json.encode(ledger))


def _rows(stage: str, change: Callable[[pa.Table], pa.Table]) -> Callable[[Path], None]:
    def tamper(build: Path) -> None:
        path = next((build / stage / "segments").iterdir())
        pq.write_table(change(pq.read_table(path)), path)

    return tamper


def _column(
    name: str, values: Callable[[list[object]], list[object]]
) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        column = pa.array(
            values(table[name].to_pylist()), table.schema.field(name).type
        )
        return table.set_column(table.schema.get_field_index(name), name, column)

    return change


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (_cut, "bytes have changed"),
        (_strange, "not in the manifest"),
        (_ledger, "ledger"),
        (_rows("balance", lambda table: table.slice(1)), "balance"),
        (
            _rows("balance", _column("weight", lambda old: [2.0] * len(old))),
            "mean is 2",
        ),
        (
            _rows("split", _column("group_id", lambda old: ["one"] * len(old))),
            "is in test, train, val",
        ),
        (_rows("split", _column("split", lambda old: old[::-1])), "the split put it"),
        (
            _rows("ingest", _column("area", lambda old: [1 + each for each in old])),
            "not that of its run-lengths",
        ),
        (
            _rows("ingest", _column("counts", lambda old: ["0"] * len(old))),
            "do not fill",
        ),
        (_rows("shard", _column("shard_row", lambda old: old[::-1])), "other rows"),
    ],
)
def test_what_a_hand_can_break(
    built: Project,
    verb: Verb,
    tmp_path: Path,
    tamper: Callable[[Path], None],
    said: str,
) -> None:
    shutil.copytree(built.build, tmp_path / "copy")
    plain = built.plain | {"build": str(tmp_path / "copy")}
    (tmp_path / "copy.yaml").write_bytes(msgspec.json.encode(plain))
    assert verb("audit", tmp_path / "copy.yaml").code == 0
    tamper(tmp_path / "copy")
    outcome = verb("audit", tmp_path / "copy.yaml")
    assert outcome.code == 3
    assert said in outcome.out
    assert "check failed" in outcome.err
