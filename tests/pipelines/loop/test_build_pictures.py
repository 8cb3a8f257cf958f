"""The build's test pictures: of the test split alone, of all exports in turn."""

from pathlib import Path

import pyarrow as pa
from upath import UPath

from curate.storage import write_table
from pipelines.loop.build_pictures import pictures_of


def row(export: str, number: int, split: str) -> dict[str, object]:
    return {
        "image_id": f"{export}{number:031d}",
        "image_file": f"/exports/{export}/{number}.png",
        "image_path": f"{number}.png",
        "image_height": 40,
        "image_width": 60,
        "export": export,
        "split": split,
    }


def test_they_are_of_the_test_split_of_all_exports(tmp_path: Path) -> None:
    assert pictures_of(UPath(tmp_path)) == {}
    rows = [row("a", number, "test") for number in range(3)]
    rows += [row("a", 0, "test"), row("a", 9, "train"), row("b", 7, "test")]
    table = pa.Table.from_pylist(rows)
    write_table(UPath(tmp_path / "split" / "segments" / "part-00000.parquet"), table)
    found = list(pictures_of(UPath(tmp_path)).values())
    names = [each.picture.name for each in found]
    assert names == ["a: 0.png", "b: 7.png", "a: 1.png", "a: 2.png"]
    assert found[1].file == "/exports/b/7.png"
    assert (found[1].picture.width, found[1].picture.is_of_build) == (60, True)
