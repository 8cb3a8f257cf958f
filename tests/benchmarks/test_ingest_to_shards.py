"""Like is compared with like: the plain script and the pipeline make the same objects."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.shared.pictures import Statistics
from benchmarks.shared.plain_script import plain_script
from benchmarks.shared.whole_pipeline import made_sources, run_pipeline


# pycocotools' own warning.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_both_ways_make_the_same_objects(tmp_path: Path) -> None:
    few = Statistics(
        images=4, objects=24, side=160, object_side=40, log_spread=0.9, points=11
    )
    sources = made_sources(tmp_path / "exports", {"photos": few})
    made = run_pipeline(sources, tmp_path / "build")
    assert 5 < made == plain_script(sources[0].documents, tmp_path / "plain.parquet")
    files = (tmp_path / "build" / "shard" / "shards").glob("*/*.parquet")
    sizes = [
        size(row) for file in files for row in pq.ParquetFile(file).read().to_pylist()
    ]
    plain = pq.read_table(tmp_path / "plain.parquet")["box"].to_pylist()
    assert sorted(sizes) == sorted((x1 - x0, y1 - y0) for x0, y0, x1, y1 in plain)


def size(row: dict[str, int]) -> tuple[int, int]:
    return row["box_x1"] - row["box_x0"], row["box_y1"] - row["box_y0"]
