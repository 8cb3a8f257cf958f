"""Shards open in every reader, in every way; docs/shards.md is true, and so are its programs."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import dask
import dask.dataframe
import datasets
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from PIL import Image

from curate.pixels import images
from curate.schema import SHARD_ROW
from curate.shards.epochs import Bookmark
from curate.shards.reader import open_shards
from tests.curate.shard_rows import make_segments, write_shards

ROWS = {"train": 20, "val": 10, "test": 10}

DOCUMENT = (Path(__file__).parents[3] / "docs" / "shards.md").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stage: the shards, the manifest, and what every stage leaves."""
    segments = make_segments(tmp_path_factory.mktemp("photos"))
    folder = write_shards(segments, tmp_path_factory.mktemp("build") / "shard")
    for kind in ("segments", "drops"):
        (folder / kind).mkdir()
        pq.write_table(segments, folder / kind / "part-00000.parquet")
    (folder / "ledger.json").write_text("{}")
    return folder


@pytest.fixture
def shards(folder: Path) -> str:
    """The folder of the shards alone."""
    return (folder / "shards").as_posix()


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    datasets.disable_progress_bars()


def ways(shards: str) -> dict[str, Any]:
    """All that a reader may be given: a name, and what it names."""
    files = sorted(path.as_posix() for path in Path(shards).glob("*/*.parquet"))
    assert len(files) == 3
    return {
        "a file": files[1],
        "files": files,
        "a split": f"{shards}/split=train",
        "the folder": shards,
        "a pattern": f"{shards}/*/*.parquet",
        "a deep pattern": f"{shards}/**/*.parquet",
    }


def expected(way: str) -> dict[str, int]:
    if way in ("a file", "a split"):
        return {"train": 20}
    return ROWS


def counted(splits: Any) -> dict[str, int]:
    """How many rows each split has."""
    names, numbers = np.unique(np.array(splits, str), return_counts=True)
    return dict(zip(names.tolist(), numbers.tolist(), strict=True))


@pytest.mark.parametrize("way", ["a file", "files", "a split", "the folder"])
def test_pyarrow_opens_them(shards: str, way: str) -> None:
    dataset = pyarrow.dataset.dataset(ways(shards)[way])
    table = dataset.to_table()
    assert table.column_names == SHARD_ROW.names
    assert counted(table["split"]) == expected(way)
    assert dataset.count_rows(filter=pyarrow.dataset.field("split") == "train") == 20
    assert counted(pq.read_table(ways(shards)[way])["split"]) == expected(way)


@pytest.mark.parametrize("way", ["a file", "files", "a split", "the folder"])
def test_pandas_opens_them(shards: str, way: str) -> None:
    frame = pd.read_parquet(ways(shards)[way])
    assert frame.columns.tolist() == SHARD_ROW.names
    assert counted(frame["split"]) == expected(way)
    filtered = pd.read_parquet(ways(shards)[way], filters=[("split", "==", "train")])
    assert len(filtered) == 20


@pytest.mark.parametrize(
    "way", ["a file", "files", "a split", "the folder", "a pattern", "a deep pattern"]
)
@pytest.mark.parametrize("hive", [None, True])
def test_polars_opens_them(shards: str, way: str, hive: bool | None) -> None:
    frame = pl.scan_parquet(ways(shards)[way], hive_partitioning=hive).collect()
    assert frame.columns == SHARD_ROW.names
    assert counted(frame["split"]) == expected(way)


@pytest.mark.parametrize("way", ["a file", "files", "a pattern", "a deep pattern"])
@pytest.mark.parametrize("hive", ["", ", hive_partitioning = true"])
def test_duckdb_opens_them(shards: str, way: str, hive: str) -> None:
    query = f"SELECT * FROM read_parquet({ways(shards)[way]!r}{hive})"  # noqa: S608  our own paths
    rows = duckdb.sql(query)
    assert rows.columns == SHARD_ROW.names
    assert counted(rows.fetchnumpy()["split"]) == expected(way)


DASK_IS_BEHIND_PANDAS = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@DASK_IS_BEHIND_PANDAS
@pytest.mark.parametrize(
    "way", ["a file", "files", "a split", "the folder", "a pattern"]
)
def test_dask_opens_them(shards: str, way: str) -> None:
    with dask.config.set(scheduler="synchronous"):
        frame = dask.dataframe.read_parquet(
            ways(shards)[way], dataset={"partitioning": None}
        ).compute()
    assert frame.columns.tolist() == SHARD_ROW.names
    assert counted(frame["split"]) == expected(way)


def test_datasets_opens_them(shards: str) -> None:
    for opened in (
        datasets.load_dataset(shards),
        datasets.load_dataset("parquet", data_dir=shards),
    ):
        splits = [counted(rows["split"][:]) for rows in opened.values()]
        assert splits == [ROWS]
        assert opened["train"][0]["mask"].mode == "1"

    for way in ("a file", "files", "a pattern"):
        opened = datasets.load_dataset(
            "parquet", data_files=ways(shards)[way], split="train"
        )
        assert counted(opened["split"][:]) == expected(way)

    streamed = datasets.load_dataset(shards, split="train", streaming=True)
    assert next(iter(streamed))["image"].mode == "RGB"


def test_our_reader_takes_each_of_the_folders(folder: Path) -> None:
    for path in (folder.parent, folder, folder / "shards"):
        opened = open_shards(path, "val")
        assert len(opened) == 10
        assert opened.folder == folder


def run(section: str, folder: Path) -> dict[str, Any]:
    """Run the program of a section over shards made here; the names that it leaves."""
    code = re.search(
        rf"^## {section}\n.*?```python\n(.*?)```", DOCUMENT, re.DOTALL | re.MULTILINE
    )[1]  # type: ignore[index]
    names: dict[str, Any] = {"__name__": "document"}
    exec(code.replace("build/demo/shard", folder.as_posix()), names)  # noqa: S102  our own document
    return names


def check_pictures(image: Image.Image, mask: Image.Image, folder: Path) -> None:
    pixels, inside = open_shards(folder, "train").crop(0)
    assert np.array_equal(np.array(image), pixels)
    assert np.array_equal(np.array(mask), inside)


def test_the_document_names_every_column() -> None:
    found = re.search(r"^## Columns\n(.*?)^## ", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert found is not None
    table = found[1]
    named = [
        name
        for line in table.splitlines()
        for name in re.findall(r"`(\w+)`", line.split(" | ")[0])
        if line[0:1] == "|"
    ]
    assert named == SHARD_ROW.names


def test_the_reader(folder: Path) -> None:
    assert run("The reader", folder)["rows"].size == 18  # the sum of the weights


def test_epochs(folder: Path) -> None:
    names = run("Epochs: seeds, ranks, workers, going on", folder)
    assert names["bookmark"].used == 18


def test_torch(folder: Path) -> None:
    names = run("torch", folder)
    assert names["bookmark"] == Bookmark(1, 18)
    assert names["image"].shape[2:] == names["mask"].shape[1:]
    rows = [row for batch in names["by_row"] for row in batch["row"].tolist()]
    assert rows == list(range(20))


def test_hugging_face(folder: Path) -> None:
    names = run("Hugging Face datasets", folder)
    assert len(names["dataset"]["train"]) == 20
    assert names["dataset"]["train"].features["flags"].feature.dtype == "string"
    check_pictures(names["picture"], names["mask"], folder)


def test_pandas(folder: Path) -> None:
    names = run("pandas", folder)
    assert len(names["frame"]) == 20
    assert names["counts"].loc["street", "size"] == 20
    check_pictures(
        names["picture"],
        Image.open(BytesIO(names["frame"]["mask"][0]["bytes"])),
        folder,
    )


def test_polars(folder: Path) -> None:
    names = run("Polars", folder)
    assert len(names["rows"].collect()) == 40
    assert images.decode_crop(names["crop"]["bytes"][0]).ndim == 3


def test_duckdb(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("DuckDB", folder)
    assert "street" in capsys.readouterr().out
    check_pictures(
        Image.open(BytesIO(names["crop"])), Image.open(BytesIO(names["mask"])), folder
    )


@DASK_IS_BEHIND_PANDAS
def test_dask(folder: Path) -> None:
    with dask.config.set(scheduler="synchronous"):
        names = run("Dask", folder)
    areas = open_shards(folder, "train").table["area"].to_numpy()
    assert 0 < names["areas"]["street"] < 10 * areas.max()
