"""The reader: samples by row and in order, windows of an epoch, refusals that say what to do."""

import itertools
import pickle
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from curate.curation_settings import CropSettings
from curate.errors import InputError
from curate.shards import streaming, windows
from curate.shards.epoch_windows import random_windows
from curate.shards.reader import Shards, open_shards
from curate.shards.sampling import order
from curate.shards.streaming import stream
from curate.storage import read_json, write_json
from tests.curate.shard_rows import CROP, make_segments, write_shards


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    photos = tmp_path_factory.mktemp("photos")
    return write_shards(
        make_segments(photos), tmp_path_factory.mktemp("build") / "shard"
    )


@pytest.fixture
def shards(folder: Path) -> Shards:
    return open_shards(folder, "train")


def test_a_sample_is_its_window(shards: Shards) -> None:
    for row in range(len(shards)):
        sample, (image, mask) = shards.sample(row), shards.crop(row)
        x0, y0, x1, y1 = sample.window
        assert np.array_equal(sample.image, image[y0:y1, x0:x1])
        assert np.array_equal(sample.mask, mask[y0:y1, x0:x1])
        assert sample.mask.sum() == shards.table["area"][row].as_py()
        left, top, right, bottom = sample.drawn
        assert sample.mask[top:bottom, left:right].sum() == sample.mask.sum()
        assert sample.object_id == shards.table["object_id"][row].as_py()
        assert (sample.domain, sample.concept) == ("street", "window")
        ends = [
            shards.table[name][row].as_py() for name in ("image_width", "image_height")
        ]
        in_image = windows.shift(np.array([sample.window]), shards.crops[[row]], 1)[
            0
        ].tolist()
        assert list(sample.at_edge) == [
            in_image[0] == 0,
            in_image[1] == 0,
            *(in_image[2 + n] == ends[n] for n in (0, 1)),
        ]
    assert any(any(shards.sample(row).at_edge) for row in range(len(shards)))


def test_a_window_of_ones_own(shards: Shards) -> None:
    sample = shards.sample(3, drawn=(4, 5, 10, 12), window=np.array([2, 3, 14, 15]))
    assert sample.image.shape == (12, 12, 3)
    assert sample.drawn == (2, 2, 8, 9)
    with pytest.raises(ValueError, match="leaves the crop"):
        shards.sample(3, window=(0, 0, 500, 10))
    with pytest.raises(IndexError, match="row 20 of 20"):
        shards.sample(20)


def test_redrawn_windows_lie_in_the_crops_and_change_by_epoch(shards: Shards) -> None:
    default = random_windows(shards, CROP, None)
    assert np.array_equal(default[0], shards.drawn)
    assert np.array_equal(default[1], shards.windows)
    one, two = random_windows(shards, CROP, 1)[1], random_windows(shards, CROP, 2)[1]
    assert not np.array_equal(one, two)
    sizes = (shards.crops[:, 2:] - shards.crops[:, :2])[:, [0, 1]]
    assert np.all(one[:, :2] >= 0)
    assert np.all(one[:, 2:] <= sizes)
    tight = random_windows(
        shards, CropSettings(slack=(0, 0), padding=(0, 0), min_padding_px=0), None
    )
    assert np.array_equal(tight[0], windows.box_columns(shards.table, "box"))
    with pytest.raises(InputError, match="smaller slack and padding"):
        random_windows(shards, CropSettings(padding=(2, 3)), 1)


def test_a_stream_keeps_its_order(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_TOGETHER", 2)
    rows = order(shards.weights, seed=5, epoch=2)
    drawn, window = random_windows(shards, CROP, 2)
    samples = list(stream(shards, rows, drawn, window))
    assert [sample.row for sample in samples] == rows.tolist()
    assert all(sample.window == tuple(window[sample.row]) for sample in samples)
    # A stream that is left early lets go of its threads.
    few = list(itertools.islice(stream(shards, rows), 2))
    assert np.array_equal(few[1].image, shards.sample(int(rows[1])).image)


def test_rows_stand_in_the_order_of_files_and_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.shards.writer.MAX_GROUP_ROWS", 3)
    monkeypatch.setattr("curate.shards.writer.MAX_FILE_BYTES", 20_000)
    monkeypatch.setattr("curate.shards.row_groups.CACHE_BYTES", 10_000)
    segments = make_segments(tmp_path)
    shards = open_shards(write_shards(segments, tmp_path / "shard"), "train")
    assert len(shards.groups) >= 7
    assert len({group.file for group in shards.groups}) > 1
    area = dict(
        zip(
            segments["object_id"].to_pylist(), segments["area"].to_pylist(), strict=True
        )
    )
    for row in np.random.default_rng(0).permutation(len(shards)):
        sample = shards.sample(int(row))
        assert sample.mask.sum() == area[sample.object_id]


def test_shards_open_from_a_url_and_in_another_process(
    folder: Path, shards: Shards
) -> None:
    remote = UPath("memory://reader-test/shard")
    for file in folder.rglob("*.*"):
        (remote / file.relative_to(folder).as_posix()).write_bytes(file.read_bytes())
    elsewhere = open_shards("memory://reader-test/shard", "train")
    again = pickle.loads(pickle.dumps(shards))  # noqa: S301  our own bytes
    for other in (elsewhere, again):
        assert other.digest == shards.digest
        assert other.table.equals(shards.table)
        assert np.array_equal(other.sample(7).image, shards.sample(7).image)


def test_what_is_no_shard_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    manifest = read_json(UPath(folder) / "manifest.json")
    with pytest.raises(
        InputError, match=r"no manifest\.json here; make the shards first"
    ):
        open_shards(tmp_path, "train")
    with pytest.raises(
        InputError,
        match="split 'night' holds no object; splits with objects: test, train, val",
    ):
        open_shards(folder, "night")
    write_json(UPath(tmp_path) / "manifest.json", manifest | {"schema_version": 99})
    with pytest.raises(InputError, match="schema version 99, this code reads"):
        open_shards(tmp_path, "train")
    write_json(UPath(tmp_path) / "manifest.json", manifest)
    with pytest.raises(InputError, match="lists this shard, but it cannot be read"):
        open_shards(tmp_path, "train")
    file = tmp_path / "shards/split=train" / "part-00000.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(
        (folder / "shards/split=train" / "part-00000.parquet").read_bytes()[:-100]
    )
    with pytest.raises(InputError, match="cannot be read"):
        open_shards(tmp_path, "train")
    file.write_bytes((folder / "shards/split=val" / "part-00000.parquet").read_bytes())
    with pytest.raises(InputError, match="10 rows where the manifest lists 20"):
        open_shards(tmp_path, "train")
    whole = pq.read_table(folder / "shards/split=train" / "part-00000.parquet")
    pq.write_table(whole.drop_columns(["mask"]), file)
    with pytest.raises(InputError, match=r"part-00000\.parquet: .* no column mask"):
        open_shards(tmp_path, "train")
    place = whole.schema.get_field_index("mask")
    text = pa.array(["x"] * len(whole))
    pq.write_table(whole.set_column(place, "mask", text), file)
    with pytest.raises(InputError, match="no column mask of pictures"):
        open_shards(tmp_path, "train")
    (tmp_path / "manifest.json").write_bytes(b"{")
    with pytest.raises(InputError, match=r"manifest\.json: broken"):
        open_shards(tmp_path, "train")


def test_a_damaged_column_names_its_file(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "shard"
    shutil.copytree(folder, copy)
    path = copy / "shards/split=train/part-00000.parquet"
    group = pq.read_metadata(path).row_group(0)
    [label] = [
        group.column(number)
        for number in range(group.num_columns)
        if group.column(number).path_in_schema == "label"
    ]
    shard = bytearray(path.read_bytes())
    first = label.dictionary_page_offset or label.data_page_offset
    shard[first : first + label.total_compressed_size] = bytes(
        label.total_compressed_size
    )
    path.write_bytes(shard)
    with pytest.raises(InputError, match=r"part-00000\.parquet: .* cannot be read"):
        open_shards(copy, "train")


def test_dictionaries_of_several_files_become_one(tmp_path: Path) -> None:
    first = make_segments(tmp_path, images=1)
    second = first.set_column(
        first.schema.get_field_index("licence"),
        "licence",
        pa.array(["CC-BY-4.0"] * len(first)),
    )
    names = [name.replace("0", "f", 1) for name in second["object_id"].to_pylist()]
    both = pa.concat_tables([first, second.set_column(0, "object_id", pa.array(names))])
    shards = open_shards(write_shards(both, tmp_path / "shard"), "train")
    assert sorted(set(shards.table["licence"].to_pylist())) == ["CC-BY-4.0", "CC0-1.0"]
    assert shards.manifest.licences == {"CC-BY-4.0": 5, "CC0-1.0": 5}
