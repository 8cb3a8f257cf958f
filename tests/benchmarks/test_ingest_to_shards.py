"""The benchmark compares like with like: the plain script and the pipeline make the same objects."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks import _pictures
from benchmarks._plain import plain_script
from benchmarks._timing import Measured, measure, ratio
from benchmarks.ingest_to_shards import _pipeline, _sources


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # pycocotools' own
def test_both_ways_make_the_same_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        _pictures, "_MADE", {"photos": _pictures._Statistics(4, 24, 160, 40, 0.9, 11)}
    )
    sources, _ = _sources(None, tmp_path)
    made = _pipeline(sources, tmp_path / "build")
    assert 5 < made == plain_script(sources[0].documents, tmp_path / "plain.parquet")
    files = (tmp_path / "build" / "shard").glob("split=*/*.parquet")
    sides = [_sides(row) for file in files for row in pq.ParquetFile(file).read().to_pylist()]
    plain = pq.read_table(tmp_path / "plain.parquet")["box"].to_pylist()
    assert sorted(sides) == sorted((x1 - x0, y1 - y0) for x0, y0, x1, y1 in plain)


def _sides(row: dict[str, int]) -> tuple[int, int]:
    return row["box_x1"] - row["box_x0"], row["box_y1"] - row["box_y0"]


def test_rates_are_compared_turn_by_turn() -> None:
    measured = {"fast": Measured(1, [4.0, 8.0, 100.0]), "slow": Measured(1, [2.0, 4.0, 5.0])}
    assert ratio(measured, "fast", "slow") == 2.0
    assert measured["fast"].rate == 8.0
    counted = measure({"one": lambda: 1, "two": lambda: 2}, repeats=2)
    assert {name: (each.items, len(each.rates)) for name, each in counted.items()} == {
        "one": (1, 2),
        "two": (2, 2),
    }
