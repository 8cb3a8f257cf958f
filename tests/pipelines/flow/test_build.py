"""The build folder's own promises."""

from pathlib import Path

import pytest
from upath import UPath

from curate.errors import InputError
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


@pytest.mark.parametrize("written", ["", '{"key": ', '{"key": "of other records"}'])
def test_a_stage_whose_record_is_broken_is_not_finished(
    tmp_path: Path, written: str
) -> None:
    (tmp_path / "ingest").mkdir()
    (tmp_path / "ingest" / "stage.json").write_text(written)
    assert build.state_of(UPath(tmp_path), "ingest") is None
    with pytest.raises(InputError, match="not built yet"):
        build.require_whole(UPath(tmp_path), "ingest", "shard")


def test_files_that_no_stage_has_written_are_never_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "ingest" / "acme.zip"
    mine.parent.mkdir()
    mine.write_bytes(b"PK")
    with pytest.raises(InputError, match="has not written"):
        build.refuse_foreign_files(UPath(tmp_path))

    (mine.parent / "stage.json").write_text("{}")
    build.refuse_foreign_files(UPath(tmp_path))


def test_a_stage_without_its_record_is_no_foreign_folder(tmp_path: Path) -> None:
    (tmp_path / "ingest").mkdir()
    (tmp_path / "ingest" / "ledger.json").write_text("{}")
    with pytest.raises(InputError, match=r"its stage.json is gone.*remove the folder"):
        build.refuse_foreign_files(UPath(tmp_path))
