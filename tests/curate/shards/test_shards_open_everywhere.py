"""docs/shards.md is true: it names every column, and each of its programs opens shards and gets pictures."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.pixels import images
from curate.schema import SHARD_ROW
from curate.shards.reader import open_shards
from tests.curate.shard_rows import make_segments, write_shards

DOCUMENT = (Path(__file__).parents[3] / "docs" / "shards.md").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    photos = tmp_path_factory.mktemp("photos")
    return write_shards(make_segments(photos), tmp_path_factory.mktemp("build") / "shard")


def run(section: str, folder: Path) -> dict[str, Any]:
    """Run the program of a section over shards made here; the names that it leaves."""
    code = re.search(rf"^## {section}\n.*?```python\n(.*?)```", DOCUMENT, re.DOTALL | re.MULTILINE)[
        1
    ]  # type: ignore[index]
    names: dict[str, Any] = {"__name__": "document"}
    exec(code.replace("build/demo/shard", folder.as_posix()), names)  # noqa: S102  our own document
    return names


def check_pictures(image: Image.Image, mask: Image.Image, folder: Path) -> None:
    pixels, inside = open_shards(folder, "train").crop(0)
    assert np.array_equal(np.array(image), pixels)
    assert np.array_equal(np.array(mask), inside)


def test_the_document_names_every_column() -> None:
    table = re.search(r"^## Columns\n(.*?)^## ", DOCUMENT, re.DOTALL | re.MULTILINE)[1]  # type: ignore[index]
    named = [
        name
        for line in table.splitlines()
        for name in re.findall(r"`(\w+)`", line.split(" | ")[0])
        if line[0:1] == "|"
    ]
    assert named == SHARD_ROW.names


def test_the_reader(folder: Path) -> None:
    assert run("The reader", folder)["rows"].size == 18  # the sum of the weights


def test_torch(folder: Path) -> None:
    names = run("torch", folder)
    assert names["image"].shape[1:] == names["mask"].shape
    drawn = sorted(tuple(drawn.tolist()) for _, _, drawn in names["loader"])
    assert len(drawn) == 18


def test_hugging_face(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    datasets.disable_progress_bars()
    names = run("Hugging Face datasets", folder)
    assert len(names["dataset"]["train"]) == 20
    assert names["dataset"]["train"].features["flags"].feature.dtype == "string"
    check_pictures(names["picture"], names["mask"], folder)


def test_pandas(folder: Path) -> None:
    names = run("pandas", folder)
    assert len(names["frame"]) == 20
    assert names["counts"].loc["street", "size"] == 20
    check_pictures(
        names["picture"], Image.open(BytesIO(names["frame"]["mask"][0]["bytes"])), folder
    )


def test_polars(folder: Path) -> None:
    names = run("Polars", folder)
    assert len(names["rows"].collect()) == 40
    assert images.decode_crop(names["crop"]["bytes"][0]).ndim == 3


def test_duckdb(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("DuckDB", folder)
    assert "street" in capsys.readouterr().out
    check_pictures(Image.open(BytesIO(names["crop"])), Image.open(BytesIO(names["mask"])), folder)
