"""The shards of the curve over unseen concepts: which rows they have, and of what."""

from pathlib import Path

import pyarrow.parquet as pq
from upath import UPath

from benchmarks.unseen import Point, paint, write_subset
from curate.shards.reader import open_shards
from tests.model.ellipses import write_build


def test_a_subset_has_its_concepts_and_its_number_of_objects(tmp_path: Path) -> None:
    write_build(tmp_path / "build", {"train": 30, "test": 12})
    shards = tmp_path / "build" / "shard"
    for split in ("train", "test"):
        path = shards / "shards" / split / "part-00000.parquet"
        table = pq.read_table(path, partitioning=None)
        # The first 20 rows are of two concepts, unevenly; the others of a third one.
        names = 4 * ["dog", "car", "car", "car", "car"] + 10 * ["cat"]
        place = table.schema.get_field_index("concept")
        field = table.schema.field("concept")
        table = table.set_column(place, field, [names[: len(table)]])
        new = shards / "shards" / f"split={split}" / "part-00000.parquet"
        new.parent.mkdir()
        pq.write_table(table, new)

    write_subset(shards, tmp_path / "few", {"car", "dog"}, {"dog"}, 6)
    train = open_shards(UPath(tmp_path / "few"), "train")
    concepts = train.table["concept"].to_pylist()
    assert sorted(concepts) == ["car"] * 3 + ["dog"] * 3
    assert set(train.weights) == {1.0}
    test = open_shards(UPath(tmp_path / "few"), "test")
    assert set(test.table["concept"].to_pylist()) == {"dog"}
    assert test.sample(0).mask.any()


def test_the_curve_has_a_line_for_each_repeat_and_their_mean() -> None:
    points = [
        Point(concepts, 10, repeat, 0.1 * concepts, 5)
        for repeat in (0, 1)
        for concepts in (1, 4)
    ]
    curve = paint(points)
    assert curve.count('<path class="raw"') == 2
    assert curve.count('<path class="smooth"') == 1
    assert ">4<" in curve
