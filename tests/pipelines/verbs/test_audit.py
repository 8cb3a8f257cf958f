"""Audit: each contract that a hand can break is found broken."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from curate.pixels.images import encode_mask
from curate.shards.manifest import require_manifest
from curate.shards.reader import open_shards
from curate.storage import write_json
from model.evaluation.report import Case, Stratum, write_report
from model.promotion import add_promotion
from tests.model.made_runs import make_report, write_run, write_training
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
    name: str, values: Callable[[list[Any]], list[Any]]
) -> Callable[[pa.Table], pa.Table]:
    def change(table: pa.Table) -> pa.Table:
        column = pa.array(
            values(table[name].to_pylist()), table.schema.field(name).type
        )
        return table.set_column(table.schema.get_field_index(name), name, column)

    return change


def _shards(change: Callable[[pa.Table], pa.Table]) -> Callable[[Path], None]:
    def tamper(build: Path) -> None:
        for path in (build / "shard/shards").glob("*/*.parquet"):
            # Not by name alone: Arrow would read the folder's split as a column.
            rows = pq.ParquetFile(path).read()
            pq.write_table(change(rows), path)

    return tamper


def _moved(by: int) -> Callable[[list[Any]], list[Any]]:
    return lambda old: [each + by for each in old]


def _empty_masks(table: pa.Table) -> pa.Table:
    empty = encode_mask(np.zeros((4, 4), np.bool_))
    masks = [{"bytes": empty, "path": ""}] * len(table)
    place = table.schema.get_field_index("mask")
    return table.set_column(
        place, "mask", pa.array(masks, table.schema.field(place).type)
    )


def _masks_as_text(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("mask")
    return table.set_column(place, "mask", pa.array(["x"] * len(table)))


def _one_thumbnail(table: pa.Table) -> pa.Table:
    """All images look like the first one."""
    for name in ("image_dhash", "image_thumbnail"):
        table = _column(name, lambda old: [old[0]] * len(old))(table)
    return table


def _break_a_table(build: Path) -> None:
    (build / "remap/segments/part-00000.parquet").write_bytes(b"x")


def _break_masks(build: Path) -> None:
    """The masks of a shard, behind a footer that is whole."""
    path = next((build / "shard/shards").glob("split=train/*.parquet"))
    columns = pq.ParquetFile(path).metadata.row_group(0)
    names = [columns.column(at).path_in_schema for at in range(columns.num_columns)]
    start = columns.column(names.index("mask.bytes")).data_page_offset
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * 16)


def _break_a_ledger(build: Path) -> None:
    (build / "filter/ledger.json").write_bytes(b"{")


def _copy_into_test(build: Path) -> None:
    train = next((build / "shard/shards").glob("split=train/*.parquet"))
    shutil.copy(train, build / "shard/shards/split=test/part-99999.parquet")


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (_shards(_empty_masks), "its mask has not the size of its crop"),
        (_shards(_column("area", _moved(1))), "its area is not that of its mask"),
        (_shards(_column("box_x0", _moved(1))), "its box is not that of its mask"),
        (_shards(_column("drawn_x0", _moved(90))), "its box leaves the drawn box"),
        (_shards(_column("window_x1", _moved(999))), "its window leaves the crop"),
        (_shards(_column("crop_y0", _moved(-999))), "its crop leaves the image"),
        (_shards(lambda rows: rows.drop_columns("mask")), "it has no column mask as"),
        (_shards(_masks_as_text), "it has no column mask as"),
        (_break_a_table, "remap/segments/part-00000.parquet: "),
        (_break_masks, "00000.parquet: broken (Couldn't deserialize thrift: "),
        (_break_a_ledger, "filter/ledger.json: the ledger is broken"),
        (_copy_into_test, "of the shards is in two splits: "),
        (_rows("shard", _column("video", lambda old: ["v"] * len(old))), "by video"),
        (_rows("shard", _one_thumbnail), "by near duplicate"),
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
    lines = outcome.out.splitlines()
    assert all(line.startswith(("holds ", "FAILED")) for line in lines)
    assert "check failed" in outcome.err


def _judge(build: Path, weights: bytes = b"weights") -> None:
    """A model, a report and a run that fit the shards and each other; run 1 is promoted."""
    manifest = require_manifest(UPath(build / "shard")).digest
    model = write_training(build, weights)
    run = write_run(build, 1, weights, manifest=manifest)
    add_promotion(UPath(build), run.number, run.record.model)

    shards = open_shards(UPath(build / "shard"), "test")
    ids = shards.table["object_id"].to_pylist()
    scores = pa.table(
        {"object_id": ids, "method": ["model"] * len(ids), "iou": [0.5] * len(ids)}
    )
    (build / "evaluate").mkdir()
    report = make_report(model, manifest=manifest, iou=0.5, objects=len(ids))
    for folder in ("evaluate", "runs/1"):
        pq.write_table(scores, build / folder / "scores.parquet")
        write_report(UPath(build / folder / "report.json"), report)
    _write_case(build, ids[0], iou=0.5)


def _write_case(build: Path, object_id: str, iou: float) -> None:
    case = Case(
        kind="worst",
        object_id=object_id,
        concept="car",
        domain="street",
        iou=iou,
        drawn_x0=0,
        drawn_y0=0,
        drawn_x1=4,
        drawn_y1=4,
        image=b"image",
        true=b"mask",
        predicted=b"mask",
        worst_of=[Stratum("domain", "street")],
    )
    row = msgspec.to_builtins(case, builtin_types=(bytes,))
    pq.write_table(pa.Table.from_pylist([row]), build / "evaluate/cases.parquet")


def _train_again(build: Path) -> None:
    write_training(build, b"other weights", key="k 2")
    run = write_run(build, 2, b"other weights", key="k 2")
    origin = msgspec.structs.replace(
        run.record.origin,
        manifest_digest=require_manifest(UPath(build / "shard")).digest,
    )
    changed = msgspec.structs.replace(run.record, origin=origin)
    write_json(run.folder / "run.json", changed)


def _scores_of_another(build: Path, folder: str = "evaluate") -> None:
    path = build / folder / "scores.parquet"
    pq.write_table(
        _column("iou", lambda old: [0.6] * len(old))(pq.read_table(path)), path
    )


def _scores_of_another_run(build: Path) -> None:
    _scores_of_another(build, "runs/1")


def _fewer_scores(build: Path) -> None:
    path = build / "evaluate/scores.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)


def _case_of_another_model(build: Path) -> None:
    path = build / "evaluate/cases.parquet"
    pq.write_table(_column("iou", _moved(0.1))(pq.read_table(path)), path)


def _case_without_masks(build: Path) -> None:
    path = build / "evaluate/cases.parquet"
    pq.write_table(pq.read_table(path).drop_columns("true"), path)


def _other_shards(build: Path) -> None:
    path = build / "shard/manifest.json"
    manifest = msgspec.json.decode(path.read_bytes())
    manifest["taxonomy_digest"] = "another"
    path.write_bytes(msgspec.json.encode(manifest))


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (_train_again, "the model has changed since it was judged"),
        (_scores_of_another, "their IoU is 0.600000, the report says 0.500000"),
        (_fewer_scores, "not of the test objects"),
        (_case_of_another_model, "its IoU is 0.600000, its score 0.500000"),
        (_case_without_masks, "the cases are those of the scores: cannot be checked"),
        (
            lambda build: (build / "evaluate/cases.parquet").unlink(),
            "cases.parquet is missing",
        ),
        (_other_shards, "the shards have changed since run 1 learned from them"),
        (_other_shards, "the shards have changed since the model was judged"),
        (
            lambda build: (build / "train/model.safetensors").write_bytes(b"changed"),
            "the checkpoint of no run",
        ),
        (
            lambda build: write_training(build, b"weights", key="another"),
            "train.json that of another training",
        ),
        (
            lambda build: (build / "runs/1/model.safetensors").write_bytes(b"changed"),
            "run 1: its checkpoint has changed",
        ),
        (
            lambda build: (build / "runs/1/model.safetensors").unlink(),
            "run 1 has no checkpoint",
        ),
        (
            lambda build: (build / "runs/1/train.json").write_bytes(b"{"),
            "run 1: COPY/runs/1/train.json",
        ),
        (
            lambda build: (build / "runs/1/settings.json").write_bytes(b"{"),
            "run 1: COPY/runs/1/settings.json",
        ),
        (
            lambda build: (build / "runs/1/settings.json").unlink(),
            "run 1: its settings.json is missing",
        ),
        (
            lambda build: (build / "runs/1/scores.parquet").write_bytes(b"PAR1"),
            "run 1: COPY/runs/1/scores.parquet: broken",
        ),
        (
            lambda build: (build / "runs/1/scores.parquet").unlink(),
            "run 1: its scores.parquet is missing",
        ),
        (
            _scores_of_another_run,
            "run 1: the IoU of its scores is 0.600000, its report",
        ),
        (
            lambda build: (build / "runs/1/run.json").write_bytes(b"{"),
            "FAILED  manifest, report, runs and promotion can be read: COPY/runs/1/run",
        ),
        (
            lambda build: (build / "runs/1/run.json").write_bytes(b"{"),
            "move the folder of this run away",
        ),
        (lambda build: (build / "promoted.json").write_bytes(b"{"), "COPY/promoted"),
        (lambda build: (build / "evaluate/report.json").write_bytes(b"{"), "report"),
        (lambda build: (build / "shard/manifest.json").unlink(), "COPY/shard: no "),
        (
            lambda build: (build / "runs/2").mkdir(),
            "run 2: its run.json is missing",
        ),
    ],
)
def test_a_model_or_report_of_something_else(
    built: Project,
    verb: Verb,
    tmp_path: Path,
    tamper: Callable[[Path], object],
    said: str,
) -> None:
    build = tmp_path / "copy"
    shutil.copytree(built.build, build)
    settings = tmp_path / "copy.yaml"
    settings.write_bytes(msgspec.json.encode(built.plain | {"build": str(build)}))
    _judge(build)
    sound = verb("audit", settings)
    assert sound.code == 0, sound.out
    assert "holds   the report is of this model and these shards" in sound.out
    tamper(build)
    outcome = verb("audit", settings)
    assert outcome.code == 3
    assert said.replace("COPY", str(build)) in outcome.out
