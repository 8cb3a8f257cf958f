"""The table of images that grouping works on: ids, and digests of all that may join two images.

The workers make it from the rows of objects. What a digest stands for (a path, a thumbnail, the
name of a scene) stays with them: the images of ten million objects take a few hundred MB.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.pixels.probing import THUMBNAIL_SIZE
from curate.schema import require
from curate.stages.second_look import have_detail

NEEDS = (
    "image_id",
    "export",
    "domain",
    "role",
    "image_path",
    "image_dhash",
    "image_thumbnail",
    "video",
)
"""Columns of segments that describe an image."""

IMAGES = pa.schema(
    [
        ("image_id", pa.string()),
        ("export", pa.string()),
        ("domain", pa.string()),
        ("role", pa.string()),
        ("path", pa.uint64()),
        ("dhash", pa.uint64()),
        ("thumbnail", pa.uint64()),
        ("has_detail", pa.bool_()),
        ("video", pa.uint64()),
        ("scene", pa.uint64()),
        ("augmentation", pa.uint64()),
        ("partition", pa.int32()),
    ]
)
"""A row for each place of an image: images with equal bytes have the same `image_id`.

`dhash`: the difference hash. `has_detail`: whether a second look could find it alike another.
`path`, `thumbnail`: digests. `video`, `scene`, `augmentation`: digests of the export and of what
names the images that belong together; null where nothing does. `partition`: the number of a
partition that has the image there.
"""

_PLACE = IMAGES.names[:-1]  # what names a place of an image: all but the partition

PICTURE = ["image_dhash", "image_thumbnail"]
"""The columns that a second look needs."""

# Augmentation tools (Roboflow) write copies of one picture as NAME.rf.HASH.jpg.
_AUGMENTED = re.compile(r"^(?P<stem>.+?)\.rf\.[0-9a-zA-Z]{8,}(\.[A-Za-z0-9]+)?$")


@dataclass(frozen=True, slots=True, eq=False)
class ImageRows:
    """The images of partitions that follow each other.

    `table`: of schema `IMAGES`; the first partition is number 0. `partitions`: how many there are.
    """

    table: pa.Table
    partitions: int


def image_rows(segments: pa.Table, scene_pattern: str | None) -> ImageRows:
    """The images of a partition, each place once. `scene_pattern`: as in the settings of split."""
    require(segments.schema, NEEDS, "split")
    distinct = segments.group_by(list(NEEDS)).aggregate([])
    exports = distinct["export"].to_pylist()
    paths = distinct["image_path"].to_pylist()
    thumbnails = distinct["image_thumbnail"]
    names = {
        "video": [video or None for video in distinct["video"].to_pylist()],
        "scene": _scenes(paths, scene_pattern),
        "augmentation": [_augmented_picture(path) for path in paths],
    }
    columns = {
        "path": [digest(path.encode()) for path in paths],
        "dhash": distinct["image_dhash"],
        "thumbnail": [digest(each) for each in thumbnails.to_pylist()],
        "has_detail": have_detail(as_array(thumbnails)),
    }
    for kind, of_images in names.items():
        columns[kind] = [
            _scene_digest(export, name)
            for export, name in zip(exports, of_images, strict=True)
        ]
    for name in ("image_id", "export", "domain", "role"):
        columns[name] = distinct[name].cast(pa.string())
    columns["partition"] = np.zeros(len(distinct), np.int32)
    arrays = {field.name: columns[field.name] for field in IMAGES}
    return ImageRows(pa.table(arrays, schema=IMAGES), partitions=1)


def digest(data: bytes) -> int:
    """64 bits that name the data."""
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def find_thumbnails(
    partitions: Iterable[pa.Table],
    dhashes: NDArray[np.uint64],
    digests: NDArray[np.uint64],
) -> NDArray[np.uint8]:
    """(n, px) the thumbnails with these hashes and digests.

    `partitions`: tables with the columns `PICTURE`. ValueError if one is in none of them.
    """
    keys = zip(dhashes.tolist(), digests.tolist(), strict=True)
    place_of = {key: place for place, key in enumerate(keys)}
    width, height = THUMBNAIL_SIZE
    px = np.zeros((len(place_of), width * height), np.uint8)
    for rows in partitions:
        pictures = rows.group_by(PICTURE).aggregate([])
        for picture in pictures.to_pylist():
            thumbnail = picture["image_thumbnail"]
            key = (picture["image_dhash"], digest(thumbnail))
            place = place_of.pop(key, None)
            if place is not None:
                px[place] = np.frombuffer(thumbnail, np.uint8)
    if place_of:
        raise ValueError(f"{len(place_of)} pictures are in no partition")
    return px


def as_array(thumbnails: pa.ChunkedArray) -> NDArray[np.uint8]:
    """A column of thumbnails as (n, px) uint8."""
    width, height = THUMBNAIL_SIZE
    px = np.frombuffer(b"".join(thumbnails.to_pylist()), np.uint8)
    return px.reshape(-1, width * height)


def _scenes(paths: list[str], pattern: str | None) -> list[str | None]:
    """What the pattern finds in each path: its groups, or the whole match."""
    if not pattern:
        return [None] * len(paths)
    scenes: list[str | None] = []
    for path in paths:
        found = re.search(pattern, path)
        name = None
        if found is not None:
            name = repr(found.groups() or found.group())
        scenes.append(name)
    return scenes


def _augmented_picture(path: str) -> str | None:
    """The name of the picture of which an image is an augmented copy."""
    augmented = _AUGMENTED.match(path.rsplit("/", 1)[-1])
    if augmented is None:
        return None
    return augmented["stem"]


def _scene_digest(export: str, name: str | None) -> int | None:
    if name is None:
        return None
    return digest(f"{export}\0{name}".encode("utf-8", "surrogatepass"))


def joined(parts: Sequence[ImageRows]) -> ImageRows:
    """The images of all parts, whose partitions follow each other."""
    tables = [IMAGES.empty_table()]
    partitions = 0
    last = len(_PLACE)
    for part in parts:
        numbers = pc.add(part.table["partition"], pa.scalar(partitions, pa.int32()))
        numbered = part.table.set_column(last, IMAGES.field(last), numbers)
        tables.append(numbered)
        partitions += part.partitions
    return ImageRows(pa.concat_tables(tables).combine_chunks(), partitions)


def one_table(parts: Sequence[ImageRows]) -> pa.Table:
    """The images of all parts, each place once and sorted, with the first partition that has it."""
    rows = joined(parts).table
    keys = [(name, "ascending") for name in IMAGES.names]
    # `rows` again: of millions of images, the table that was should go.
    rows = rows.take(pc.sort_indices(rows, sort_keys=keys))
    return rows.filter(_are_new(rows))


def _are_new(rows: pa.Table) -> NDArray[np.bool_]:
    """(n,) whether each of the sorted rows is of another place than the row before it."""
    is_new = np.zeros(len(rows), np.bool_)
    is_new[:1] = True
    for name in _PLACE:
        column = rows[name]
        if column.null_count:
            column = column.fill_null(0)  # one digest of 2**64 is 0
        differs = pc.not_equal(column[1:], column[:-1])
        is_new[1:] |= differs.to_numpy()
    return is_new
