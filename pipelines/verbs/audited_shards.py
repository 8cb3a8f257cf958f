"""The audit's checks of finished shards, from the files themselves.

Each yields what speaks against its contract. A file that cannot be read, or has other columns, is
named by the check of the manifest, and left out here.
"""

from collections.abc import Iterator
from itertools import compress, product

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from upath import UPath

from curate import storage
from curate.pixels import images
from curate.pixels.masks import tight_box
from curate.schema import shard_schema
from curate.settings import Settings
from curate.shards import windows
from curate.shards.layout import shard_files, split_of
from curate.shards.windows import Boxes
from curate.stages import groups, image_rows
from curate.stages import near_duplicates as duplicates

_ROWS_AT_ONCE = 128
_BOXES = ("crop", "box", "drawn", "window")
_CORNERS = ("x0", "y0", "x1", "y1")
_COLUMNS = [f"{box}_{corner}" for box, corner in product(_BOXES, _CORNERS)]


def images_stay(build: UPath) -> Iterator[str]:
    """No image and no group of the shards is in the folders of two splits."""
    found = [pd.DataFrame(columns=["image_id", "group_id", "split"])]
    for name in readable_shards(build):
        path = build / "shard" / name
        ids = storage.read_table(path, ["image_id", "group_id"]).to_pandas()
        distinct = ids.drop_duplicates()
        found.append(distinct.assign(split=split_of(path)))
    rows = pd.concat(found)
    for name in ("group_id", "image_id"):
        for value, splits in in_several_splits(rows, name).items():
            yield f"{name} {value} is in {splits}"


def links_stay(build: UPath, settings: Settings) -> Iterator[str]:
    """No near duplicates, and no images of one scene or video, are in two splits."""
    grouped = _group_anew(build, settings)
    columns = {
        "group": grouped.group_of,
        "image_id": grouped.image_ids.astype(np.str_),
    }
    members = pd.DataFrame(columns)
    splits_of_images = _splits_of_images(build)
    members["split"] = members["image_id"].map(splits_of_images)

    for name, several in in_several_splits(members, "group").items():
        group = int(name)
        own = members[members["group"] == group]
        one_of_each_split = own.drop_duplicates("split")
        pair = " and ".join(one_of_each_split["image_id"])

        has_link = grouped.links[group] > 0
        kinds = ", ".join(compress(groups.LINKS, has_link.tolist()))
        yield f"images {pair}, joined by {kinds}, are in {several}"


def _splits_of_images(build: UPath) -> dict[str, str]:
    """The split of each image of the shards, by its id."""
    splits: dict[str, str] = {}
    folder = build / "shard" / "segments"
    for segments in storage.read_partitions(folder, ["image_id", "split"]):
        image_ids = segments["image_id"].to_pylist()
        its_splits = segments["split"].to_pylist()
        splits.update(zip(image_ids, its_splits, strict=True))
    return splits


def _group_anew(build: UPath, settings: Settings) -> groups.Groups:
    """The groups of the shards' images, found again as split finds them."""
    folder = build / "shard" / "segments"
    pattern = settings.split.scene_pattern
    partitions = storage.read_partitions(folder, list(image_rows.NEEDS))
    rows = [image_rows.image_rows(segments, pattern) for segments in partitions]
    table = image_rows.one_table(rows)
    looks = groups.find_looks(table)

    pictures = storage.read_partitions(folder, image_rows.PICTURE)
    thumbnails = image_rows.find_thumbnails(
        pictures,
        looks.dhashes,
        looks.thumbnails,
    )
    alike = duplicates.near_duplicates(
        looks.dhashes,
        thumbnails,
        settings.split.near_duplicate_bits,
        len(thumbnails),
    )
    return groups.group_images(table, looks, alike)


def masks_fit(build: UPath) -> Iterator[str]:
    """Mask, boxes and window of each row agree: with each other, and with the crop."""
    columns = ["object_id", "area", "mask", "image_height", "image_width", *_COLUMNS]
    for name in readable_shards(build):
        for rows in _rows_of(build / "shard" / name, columns):
            for object_id, objection in _objections(rows):
                yield f"{name}, {object_id}: {objection}"


def _rows_of(shard: UPath, columns: list[str]) -> Iterator[pa.Table]:
    """Some columns of a shard, few rows at a time: the masks of all would fill the memory.

    InputError if it is broken.
    """
    with shard.open("rb") as file:
        try:
            opened = pq.ParquetFile(file)
            for batch in opened.iter_batches(_ROWS_AT_ONCE, columns=columns):
                yield pa.Table.from_batches([batch])
        except (pa.ArrowException, OSError) as error:
            raise storage.broken(shard, error) from error


def _objections(rows: pa.Table) -> Iterator[tuple[str, str]]:
    """The object and the objection, for each row of a shard that does not agree with itself."""
    height = rows["image_height"].to_numpy()
    width = rows["image_width"].to_numpy()
    zeros = np.zeros_like(width)
    image = np.column_stack([zeros, zeros, width, height])
    crop = windows.box_columns(rows, "crop")

    # The other boxes are in the frame of the crop.
    crop_alone = windows.shift(crop, crop, -1)
    box = windows.box_columns(rows, "box")
    drawn = windows.box_columns(rows, "drawn")
    window = windows.box_columns(rows, "window")
    area = rows["area"].to_numpy()
    mask_size, mask_box, mask_area = _measure(rows["mask"])

    is_wrong = {
        "its crop leaves the image": _leaves(crop, image),
        "its mask has not the size of its crop": _differs(mask_size, crop_alone),
        "its box is not that of its mask": _differs(mask_box, box),
        "its area is not that of its mask": mask_area != area,
        "its box leaves the drawn box": _leaves(box, drawn),
        "its drawn box leaves the window": _leaves(drawn, window),
        "its window leaves the crop": _leaves(window, crop_alone),
    }
    object_ids = rows["object_id"].to_pylist()
    for objection, wrong in is_wrong.items():
        for row in np.flatnonzero(wrong).tolist():
            yield object_ids[row], objection


def _measure(masks: pa.ChunkedArray) -> tuple[Boxes, Boxes, NDArray[np.int64]]:
    """The size of each mask as a box at the origin, its tight box, and its area."""
    sizes = np.zeros((len(masks), 4), np.int32)
    boxes = np.zeros((len(masks), 4), np.int32)
    areas = np.zeros(len(masks), np.int64)
    for row, encoded in enumerate(masks.to_pylist()):
        try:
            mask = images.decode_mask_png(encoded["bytes"])
        except OSError:
            continue  # it has no size, which is said
        height, width = mask.shape
        sizes[row] = 0, 0, width, height
        areas[row] = mask.sum()
        if areas[row] > 0:
            boxes[row] = tight_box(mask)
    return sizes, boxes, areas


def _differs(one: Boxes, other: Boxes) -> NDArray[np.bool_]:
    """(n,) whether two boxes differ."""
    different = one != other
    return np.asarray(different.any(axis=1))


def _leaves(inner: Boxes, outer: Boxes) -> NDArray[np.bool_]:
    """(n,) whether each box reaches beyond the other one, or is empty."""
    inner_start, inner_end = np.hsplit(inner, 2)
    outer_start, outer_end = np.hsplit(outer, 2)
    is_wrong = inner_start < outer_start
    is_wrong |= inner_end > outer_end
    is_wrong |= inner_start >= inner_end
    return np.asarray(is_wrong.any(axis=1))


def in_several_splits(rows: pd.DataFrame, name: str) -> dict[str, str]:
    """The values of a column that occur in several splits, and in which."""
    distinct = rows.drop_duplicates([name, "split"])
    by_split = distinct.sort_values("split")
    splits_of_value = by_split.groupby(name)["split"]
    is_in_several = splits_of_value.size() > 1
    names = splits_of_value.agg(", ".join)
    several = names[is_in_several]
    return {str(value): splits for value, splits in several.items()}


def readable_shards(build: UPath) -> Iterator[str]:
    """The names of the shards that can be read, and have the columns of the contract."""
    folder = build / "shard"
    for name in shard_files(folder):
        try:
            with (folder / name).open("rb") as file:
                schema = pq.read_schema(file)
        except (pa.ArrowInvalid, OSError):
            continue
        if not lacking_columns(schema):
            yield name


def lacking_columns(schema: pa.Schema) -> list[str]:
    """The columns of the contract that a shard has not, or of another type."""
    fields = list(schema)
    return [field.name for field in shard_schema() if field not in fields]
