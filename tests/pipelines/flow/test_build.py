"""The build folder's own promises."""

from pathlib import Path

from upath import UPath

from pipelines.flow import build


def test_a_part_that_is_placed_twice_keeps_its_bytes(tmp_path: Path) -> None:
    source, target = (
        UPath(tmp_path / "partial" / "a.parquet"),
        UPath(tmp_path / "new" / "part-00000.parquet"),
    )
    source.parent.mkdir()
    source.write_bytes(b"rows")
    for _ in range(2):  # a worker died, and its task ran again
        build.place(source, target)
    assert source.read_bytes() == target.read_bytes() == b"rows"
