"""What is of another model or other shards says so; what is up to date says nothing."""

from pathlib import Path

import msgspec
from upath import UPath

from curate.shards.manifest import require_manifest
from curate.storage import digest
from model.evaluation.report import write_report
from model.evaluation.staleness import find_stale
from tests.model.ellipses import write_build
from tests.model.made_runs import make_report, write_run, write_training


def headlines(build: Path) -> list[str]:
    return [stale.headline for stale in find_stale(UPath(build))]


def judge(build: Path, weights: bytes, manifest: str) -> None:
    report = make_report(digest(weights), manifest=manifest)
    write_report(UPath(build / "evaluate/report.json"), report)


def change_shards(build: Path) -> None:
    path = build / "shard/manifest.json"
    manifest = msgspec.json.decode(path.read_bytes())
    manifest["taxonomy_digest"] = "another"
    path.write_bytes(msgspec.json.encode(manifest))


def test_each_part_that_is_of_something_else_is_named(tmp_path: Path) -> None:
    assert headlines(tmp_path) == []
    write_build(tmp_path, {"train": 1})
    shards = require_manifest(UPath(tmp_path / "shard")).digest
    assert headlines(tmp_path) == []

    write_training(tmp_path, b"one")
    write_run(tmp_path, 1, b"one", manifest=shards)
    judge(tmp_path, b"one", shards)
    assert headlines(tmp_path) == []

    write_training(tmp_path, b"two")
    (tmp_path / "train/state.pt").touch()
    (ended, scores) = find_stale(UPath(tmp_path))
    assert ended.headline == "The training has not ended"
    assert scores.headline == "These scores are of run 1"
    assert "has left another model" in scores.sentence

    write_run(tmp_path, 2, b"two", manifest=shards)
    (scores,) = find_stale(UPath(tmp_path))
    assert "has left run 2 since" in scores.sentence

    judge(tmp_path, b"two", shards)
    assert headlines(tmp_path) == []
    change_shards(tmp_path)
    assert headlines(tmp_path) == [
        "The model learned from other shards",
        "These scores are of other shards",
    ]
