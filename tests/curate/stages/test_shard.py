"""Shards: the right pixels and masks, bounded groups and files, equal bytes, nothing lost."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageOps
from upath import UPath

from curate.ledger import by_export
from curate.limits import Limits
from curate.pixels import images, masks, run_lengths
from curate.records import Box
from curate.schema import SHARD_ROW, MissingColumnError, shard_schema
from curate.shards import windows
from curate.shards import writer as shard_files
from curate.shards.manifest import codec_versions, make_manifest
from curate.shards.writer import Encoded
from curate.stages import shard
from tests.curate.shard_rows import CROP, make_segments

PART = "part-00003.parquet"


@pytest.fixture
def segments(tmp_path: Path) -> pa.Table:
    return make_segments(tmp_path)


def make(segments: pa.Table, folder: Path) -> shard.Sharded:
    return shard.shard_partition(segments, UPath(folder), PART, CROP, Limits())


def test_rows_keep_the_contract_and_their_pixels(
    segments: pa.Table, tmp_path: Path
) -> None:
    made = make(segments, tmp_path / "shard")
    assert [file.path for file in made.files] == [
        f"shards/split={split}/{PART}" for split in ("test", "train", "val")
    ]
    assert sum(file.rows for file in made.files) == len(segments) == len(made.segments)
    assert len(made.drops) == 0
    assert made.segments.schema.names == [*segments.schema.names, *shard.ADDS.names]
    source = {row["object_id"]: row for row in segments.to_pylist()}
    for file in made.files:
        table = pq.ParquetFile(tmp_path / "shard" / file.path).read()
        assert table.schema.equals(shard_schema())
        assert table.schema.metadata == shard_schema().metadata
        for row in table.to_pylist():
            check_row(row, source[row["object_id"]])


def check_row(row: dict, source: dict) -> None:
    assert all(
        row[name] == source[name]
        for name in SHARD_ROW.names
        if name in source and not name.startswith("box_")
    )
    crop = [row[f"crop_{side}"] for side in ("x0", "y0", "x1", "y1")]
    size = crop[2] - crop[0], crop[3] - crop[1]
    photo = np.array(
        ImageOps.exif_transpose(Image.open(source["image_file"])).convert("RGB")
    )
    assert photo.shape[:2] == (row["image_height"], row["image_width"])
    check_pixels(row, source, photo)
    height, width = row["image_height"], row["image_width"]
    whole = masks.decode(run_lengths.parse(source["counts"], height, width))
    mask = images.decode_mask_png(row["mask"]["bytes"])
    assert np.array_equal(mask, whole[crop[1] : crop[3], crop[0] : crop[2]])
    assert mask.sum() == row["area"]
    assert masks.box(masks.encode(mask)) == tuple(
        row[f"box_{side}"] for side in ("x0", "y0", "x1", "y1")
    )
    for name in ("drawn", "window"):
        x0, y0, x1, y1 = (row[f"{name}_{side}"] for side in ("x0", "y0", "x1", "y1"))
        assert 0 <= x0 < x1 <= size[0]
        assert 0 <= y0 < y1 <= size[1]


def check_pixels(row: dict, source: dict, photo: images.Pixels) -> None:
    """The largest window shows the photo's pixels."""
    one = pa.Table.from_pylist([source])
    sizes = [np.array([source[f"image_{side}"]]) for side in ("height", "width")]
    (largest,) = windows.largest(windows.box_columns(one, "box"), *sizes, CROP)
    (window,) = windows.shift(
        largest[None], np.array([[row["crop_x0"], row["crop_y0"], 0, 0]]), -1
    )
    crop = images.decode_crop(row["image"]["bytes"])
    assert crop.shape[:2] == (
        row["crop_y1"] - row["crop_y0"],
        row["crop_x1"] - row["crop_x0"],
    )
    assert np.array_equal(inside(crop, window), inside(photo, largest))


def inside(pixels: images.Pixels, box: windows.Boxes) -> images.Pixels:
    x0, y0, x1, y1 = box
    assert 0 <= x0 < x1 <= pixels.shape[1]
    assert 0 <= y0 < y1 <= pixels.shape[0]
    return pixels[y0:y1, x0:x1]


def test_pixels_stand_plain_in_the_file(segments: pa.Table, tmp_path: Path) -> None:
    made = make(segments, tmp_path)
    metadata = pq.ParquetFile(tmp_path / made.files[0].path).metadata
    columns = [metadata.row_group(0).column(at) for at in range(metadata.num_columns)]
    pixels = [column for column in columns if column.path_in_schema.endswith(".bytes")]
    assert [column.path_in_schema for column in pixels] == ["image.bytes", "mask.bytes"]
    assert all(
        column.compression == "UNCOMPRESSED" and not column.has_dictionary_page
        for column in pixels
    )


def test_the_same_rows_give_the_same_bytes_in_any_order(
    segments: pa.Table, tmp_path: Path
) -> None:
    first = make(segments, tmp_path / "one")
    shuffled = segments.take(np.random.default_rng(0).permutation(len(segments)))
    second = make(shuffled, tmp_path / "two")
    assert first.files == second.files
    for file in first.files:
        assert (tmp_path / "one" / file.path).read_bytes() == (
            tmp_path / "two" / file.path
        ).read_bytes()
    assert first.segments.equals(second.segments)


def test_segments_say_where_each_row_went(segments: pa.Table, tmp_path: Path) -> None:
    made = make(segments, tmp_path)
    for row in made.segments.slice(0, 60).to_pylist():
        written = (
            pq.ParquetFile(tmp_path / row["shard_file"])
            .read(["object_id", "crop_x0", "drawn_y1"])
            .to_pylist()
        )
        assert written[row["shard_row"]] == {
            name: row[name] for name in ("object_id", "crop_x0", "drawn_y1")
        }


def test_photos_that_are_gone_changed_or_broken_cost_themselves_alone(
    segments: pa.Table, tmp_path: Path
) -> None:
    files = sorted(set(segments["image_file"].to_pylist()))
    Path(files[0]).unlink()
    Path(files[1]).write_bytes(b"another file")
    broken = Path(files[2]).read_bytes()[:-300]
    Path(files[2]).write_bytes(broken)
    made = make(segments, tmp_path / "shard")
    assert by_export(made.segments) == {"acme": 25}
    reasons = dict(
        zip(
            made.drops["image_path"].to_pylist(),
            made.drops["reason"].to_pylist(),
            strict=True,
        )
    )
    # The third has changed since ingest: whether it is cut off is no longer the question.
    assert reasons == {
        "photo 0.jpg": "unreadable_file",
        "photo 1.jpg": "undecodable_image",
        "photo 2.jpg": "undecodable_image",
    }
    assert len(made.drops) + len(made.segments) == len(segments)
    assert made.drops["count"].to_pylist() == [1] * 15


def test_a_crop_larger_than_webp_can_hold_is_dropped(segments: pa.Table) -> None:
    wide = segments.slice(0, 2).to_pylist()
    wide[0] |= {"image_width": 40_000, "box_x0": 0, "box_x1": 20_000}
    planned, drops = shard.plan_crops(
        pa.Table.from_pylist(wide, schema=segments.schema), CROP
    )
    assert len(planned) == 1
    assert drops["reason"].to_pylist() == ["over_limit"]


def test_groups_and_files_are_bounded(
    segments: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = pa.concat_tables(
        [shard._describe(shard.plan_crops(segments, CROP)[0])] * 20
    )
    train = described.filter(
        pa.compute.equal(described["split"].cast(pa.string()), "train")
    ).combine_chunks()

    def encoded() -> Iterator[Encoded]:
        for row in range(len(train)):
            image = bytes([row % 251]) * (70_000 if row == 300 else 1000)
            yield Encoded(row, Box(0, 0, 90, 90), image, b"mask")

    monkeypatch.setattr(shard_files, "MAX_GROUP_BYTES", 60_000)
    monkeypatch.setattr(shard_files, "MAX_FILE_BYTES", 200_000)
    files = list(
        shard_files.write_files(UPath(tmp_path), "train", PART, train, encoded())
    )
    assert [row for each in files for row in each.rows] == list(range(len(train)))
    assert [each.file.path for each in files[:3]] == [
        f"shards/split=train/part-00003{end}.parquet" for end in ("", "-1", "-2")
    ]
    for each in files:
        file = each.file
        parquet = pq.ParquetFile(tmp_path / file.path)
        # The giant row is one over.
        assert file.bytes == (tmp_path / file.path).stat().st_size < 200_000 + 60_000
        groups = [
            parquet.metadata.row_group(at)
            for at in range(parquet.metadata.num_row_groups)
        ]
        assert all(group.num_rows <= 128 for group in groups)
        assert all(
            group.total_byte_size < 60_000 for group in groups if group.num_rows > 1
        )


def test_manifest_names_all_that_the_bytes_depend_on(
    segments: pa.Table, tmp_path: Path
) -> None:
    made = make(segments, tmp_path)
    listed = make_manifest(reversed(made.files), CROP, "abc")
    assert listed == make_manifest(made.files, CROP, "abc")
    assert listed.rows == {"test": 10, "train": 20, "val": 10}
    assert listed.licences == {"CC0-1.0": 40}
    assert listed.taxonomy_digest == "abc"
    assert "libwebp" in listed.codecs["image"]
    assert listed.codecs == codec_versions()
    assert len(listed.files[0].sha256) == 64


def test_a_killed_write_leaves_no_shard(
    segments: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shard_files, "_row_group", killed)
        with pytest.raises(KeyboardInterrupt):
            make(segments, tmp_path)
    assert not list(tmp_path.rglob("*.parquet"))
    assert len(make(segments, tmp_path).files) == 3
    assert not list(tmp_path.rglob("*.partial"))


def test_missing_column_and_no_rows(segments: pa.Table, tmp_path: Path) -> None:
    with pytest.raises(MissingColumnError, match="counts"):
        make(segments.drop_columns(["counts"]), tmp_path)
    made = make(segments.slice(0, 0), tmp_path)
    assert made.files == []
    assert made.segments.schema.names == [*segments.schema.names, *shard.ADDS.names]
    assert windows.box_columns(made.segments, "crop").shape == (0, 4)


@pytest.mark.parametrize(
    ("flags", "shift"),
    [(["grey_12_bits", "touches_edge"], 4), (["grey_14_bits"], 6), ([], 8)],
)
def test_crops_of_deep_grey_show_the_bits_that_the_flags_name(
    tmp_path: Path, flags: list[str], shift: int
) -> None:
    made = make_segments(tmp_path, images=1, per_image=1)
    values = np.arange(90 * 120, dtype=np.uint16).reshape(90, 120) % 4000
    file = tmp_path / "photo 0.jpg"
    Image.fromarray(values).save(file, "PNG")
    image_id = hashlib.sha256(file.read_bytes()).hexdigest()[:32]
    for name, value in (("image_id", image_id), ("flags", flags)):
        place = made.schema.get_field_index(name)
        column = pa.array([value], made.schema.field(name).type)
        made = made.set_column(place, made.schema.field(name), column)

    (shown,) = make(made, tmp_path / "shard").files
    row = pq.read_table(tmp_path / "shard" / shown.path, partitioning=None).to_pylist()[
        0
    ]
    crop = images.decode_crop(row["image"]["bytes"])
    window = values[row["crop_y0"] : row["crop_y1"], row["crop_x0"] : row["crop_x1"]]
    assert np.array_equal(crop[:, :, 1], window >> shift)
