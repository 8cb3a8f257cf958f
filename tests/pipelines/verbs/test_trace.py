"""Trace: an object's way to its shard, a drop's reason, and both as a picture."""

from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from curate.schema import STAGES
from tests.pipelines.small_project import Project, Verb


def test_an_object_goes_all_the_way(built: Project, verb: Verb, tmp_path: Path) -> None:
    row = pq.read_table(built.build / "shard" / "segments").to_pylist()[0]
    outcome = verb(
        "trace",
        built.settings,
        row["object_id"],
        "--json",
        "--picture",
        tmp_path / "trace.png",
    )
    assert outcome.code == 0
    steps = msgspec.json.decode(outcome.out)
    assert [step["stage"] for step in steps] == list(STAGES)
    assert steps[1]["adds"]["concept"] == row["concept"]
    assert steps[5]["adds"]["shard_file"] == row["shard_file"]

    with Image.open(tmp_path / "trace.png") as picture:
        drawn = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    for colour in ((255, 64, 160), (255, 208, 0), (64, 208, 255), (128, 255, 96)):
        assert (drawn == colour).all(axis=1).sum() > 20

    told = verb("trace", built.settings, row["object_id"]).out
    assert verb("trace", built.settings, row["object_id"][:8]).out == told
    assert row["concept"] in told
    assert "window" in told


def test_a_drop_says_where_and_why(built: Project, verb: Verb, tmp_path: Path) -> None:
    drop = pq.read_table(built.build / "remap" / "drops").to_pylist()[0]
    outcome = verb("trace", built.settings, drop["object_id"])
    assert outcome.code == 0
    assert "unmapped_label: the label has no concept yet" in outcome.out
    assert "ingest   goes on" in outcome.out
    assert "remap    dropped" in outcome.out
    picture = tmp_path / "drop.png"
    outcome = verb("trace", built.settings, drop["object_id"], "--picture", picture)
    assert outcome.code == 0

    lost = pq.read_table(built.build / "ingest" / "drops").to_pylist()[0]
    assert lost["reason"] == "missing_image"
    outcome = verb("trace", built.settings, lost["object_id"])
    assert "ingest   dropped" in outcome.out
    outcome = verb(
        "trace", built.settings, lost["object_id"], "--picture", tmp_path / "none.png"
    )
    assert outcome.code == 2
    assert "nothing to paint" in outcome.err


def test_the_first_digits_of_several_ids_are_not_enough(
    built: Project, verb: Verb
) -> None:
    ids = pq.read_table(built.build / "ingest" / "segments")["object_id"].to_pylist()
    lost = pq.read_table(built.build / "ingest" / "drops")["object_id"].to_pylist()
    ids += [each for each in lost if each]
    firsts = [each[0] for each in ids]
    digit = max(firsts, key=firsts.count)
    outcome = verb("trace", built.settings, digit)
    assert outcome.code == 2
    assert f"{firsts.count(digit)} object_ids begin with {digit!r}" in outcome.err
    assert min(each for each in ids if each[0] == digit) in outcome.err


def test_an_unknown_object(built: Project, verb: Verb) -> None:
    outcome = verb("trace", built.settings, "0" * 32)
    assert outcome.code == 2
    assert outcome.err.rstrip().endswith(f"the object_id '{'0' * 32}'")
    outcome = verb("trace", built.settings, "labels/a.json")
    assert "an id has 32 digits from 0 to f" in outcome.err
