"""Stage 6, shard: one row per object with its crop and mask, in Parquet files that open everywhere.

A part's rows are put in order (split, image, object), so that a photo is read and decoded once for all its
crops, and the same rows give the same bytes on any worker. The files go straight to their place; what comes
back are their manifest rows, the segments with where each one went, and the drops.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from upath import UPath

from curate.boundary import runs_in_child
from curate.exports import child
from curate.limits import Limits
from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.reasons import Reason, Refusal
from curate.records import Box, Drop
from curate.schema import SHARD_ROW, drop_rows, drops_table, require
from curate.settings import CropSettings
from curate.shards import windows
from curate.shards.manifest import ShardFile
from curate.shards.writer import Encoded, write_files

_MADE_HERE = tuple(
    f"{box}_{side}" for box in ("crop", "drawn", "window") for side in ("x0", "y0", "x1", "y1")
)
_PIXELS = ("image", "mask")
NEEDS = (
    *(name for name in SHARD_ROW.names if name not in (*_MADE_HERE, *_PIXELS)),
    "counts",
    "image_file",
)
ADDS = pa.schema(
    [
        *((name, pa.int32()) for name in _MADE_HERE),
        ("shard_file", pa.string()),
        ("shard_row", pa.int32()),
    ]
)
"""Columns of shard/segments: crop in the image, drawn box and window in the crop, as in the shard itself."""

_BATCH_PIXELS = 64_000_000  # of crops in one answer of the child


class Piece(NamedTuple):
    """One object of a photo: the crop to cut, and the mask as COCO's compressed run-lengths."""

    crop: Box
    counts: str


class Sharded(NamedTuple):
    """What became of a part."""

    files: list[ShardFile]
    segments: pa.Table
    drops: pa.Table


@runs_in_child
def cut_image(
    data: bytes, image_id: str, pieces: list[Piece], max_pixels: int
) -> list[tuple[bytes, bytes]]:
    """The encoded crop and mask of each piece of a photo, which is decoded once.

    Refusal as images.decode, or undecodable_image where the file's bytes are not those that ingest saw.
    """
    if hashlib.sha256(data).hexdigest()[:32] != image_id:
        raise Refusal(Reason.UNDECODABLE_IMAGE, "the file has changed since it was ingested")
    picture = images.decode(data, max_pixels)
    height, width = picture.shape[:2]
    return [
        (encode_crop(picture, piece.crop), encode_mask(piece.counts, height, width, piece.crop))
        for piece in pieces
    ]


def encode_crop(picture: Pixels, crop: Box) -> bytes:
    """The crop of a decoded photo as lossless WebP. Here a JPEG's own blocks could be moved instead."""
    x0, y0, x1, y1 = crop
    return images.encode_webp(picture[y0:y1, x0:x1])


def encode_mask(counts: str, height: int, width: int, crop: Box) -> bytes:
    """The mask inside the crop as 1-bit PNG, from run-lengths over height × width px."""
    return images.encode_mask(masks.decode_window(run_lengths.parse(counts, height, width), crop))


def shard_part(
    segments: pa.Table, folder: UPath, part: str, crop: CropSettings, limits: Limits
) -> Sharded:
    """Write the rows of one part as `folder`/split=…/`part`, and further files where one is full.

    `part`: the file's name, such as part-00000.parquet. Photos are opened and cut in the child process.
    A photo that cannot be read any more is dropped with its objects; the others go on.
    """
    require(segments.schema, NEEDS, "shard")
    planned, too_large = plan_crops(segments, crop)
    described = _describe(planned)
    splits = planned["split"].to_pylist()
    drops: list[Drop] = []
    written: list[tuple[ShardFile, list[int]]] = []
    for split, encoded in groupby(
        _encode(planned, limits, drops), key=lambda each: splits[each.row]
    ):
        written += write_files(folder, f"split={split}", part, described, encoded)
    return Sharded(
        files=[file for file, _ in written],
        segments=_placed(planned, written),
        drops=pa.concat_tables([too_large, drops_table(drops)]),
    )


def plan_crops(segments: pa.Table, crop: CropSettings) -> tuple[pa.Table, pa.Table]:
    """Rows in the shards' order, with crop, drawn box and window; and those whose crop no WebP can hold, as drops."""
    order = ("split", "export", "image_path", "image_file", "object_id")
    segments = segments.sort_by([(name, "ascending") for name in order])
    boxes = windows.box_columns(segments, "box")
    heights, widths = segments["image_height"].to_numpy(), segments["image_width"].to_numpy()
    crops = windows.largest(boxes, heights, widths, crop)
    drawn, window = windows.random_windows(
        segments["object_id"].to_pylist(), boxes, heights, widths, crop
    )
    columns = windows.as_columns(crops, "crop")
    columns |= windows.as_columns(windows.shift(drawn, crops, -1), "drawn")
    columns |= windows.as_columns(windows.shift(window, crops, -1), "window")
    for name, column in columns.items():
        segments = segments.append_column(name, column)
    sides = (crops[:, 2:] - crops[:, :2]).max(axis=1, initial=0)
    large = np.flatnonzero(sides > images.MAX_WEBP_SIDE)
    details = [
        f"a crop of {sides[row]} px a side, more than WebP's {images.MAX_WEBP_SIDE}"
        for row in large
    ]
    dropped = drop_rows(segments.take(large), [Reason.OVER_LIMIT.value] * len(large), details)
    return segments.take(np.flatnonzero(sides <= images.MAX_WEBP_SIDE)), dropped


def _describe(planned: pa.Table) -> pa.Table:
    """All columns of the shard row but the pixels, the box in the crop."""
    boxes = windows.shift(
        windows.box_columns(planned, "box"), windows.box_columns(planned, "crop"), -1
    )
    shifted = windows.as_columns(boxes, "box")
    fields = [field for field in SHARD_ROW if field.name not in _PIXELS]
    columns = [shifted.get(field.name, planned[field.name]) for field in fields]
    return (
        pa.table(columns, names=[field.name for field in fields])
        .cast(pa.schema(fields))
        .combine_chunks()
    )


def _placed(planned: pa.Table, written: Sequence[tuple[ShardFile, list[int]]]) -> pa.Table:
    """The rows that were written, with their file and their row in it."""
    kept = planned.take(pa.array([row for _, rows in written for row in rows], pa.int64()))
    files = [file.path for file, rows in written for _ in rows]
    places = [at for _, rows in written for at in range(len(rows))]
    kept = kept.append_column(ADDS.field("shard_file"), pa.array(files, pa.string()))
    return kept.append_column(ADDS.field("shard_row"), pa.array(places, pa.int32()))


def _encode(planned: pa.Table, limits: Limits, drops: list[Drop]) -> Iterator[Encoded]:
    """The pixels of each row in order, photo by photo; the objects of a photo that fails are added to `drops`."""
    columns = (
        "image_file",
        "image_id",
        "counts",
        "object_id",
        "export",
        "image_path",
        "annotation_key",
    )
    rows = planned.select(columns).to_pylist()
    crops = windows.box_columns(planned, "crop").tolist()
    for file, group in groupby(range(len(rows)), key=lambda row: rows[row]["image_file"]):
        members = list(group)
        pieces = [Piece(Box(*crops[row]), rows[row]["counts"]) for row in members]
        try:
            data = _read(file)
            encoded = [
                _cut(data, rows[members[0]]["image_id"], batch, limits)
                for batch in _batches(pieces)
            ]
        except Refusal as refusal:
            drops += [_drop(rows[row], refusal) for row in members]
            continue
        for row, (image, mask) in zip(members, chain.from_iterable(encoded), strict=True):
            yield Encoded(row, image, mask)


def _batches(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Nearly always all pieces at once; what a crowded giant would make of them fits no memory."""
    sizes = [(piece.crop[2] - piece.crop[0]) * (piece.crop[3] - piece.crop[1]) for piece in pieces]
    numbers = (np.cumsum(sizes) // _BATCH_PIXELS).tolist()
    for _, batch in groupby(zip(numbers, pieces, strict=True), key=lambda each: each[0]):
        yield [piece for _, piece in batch]


def _cut(
    data: bytes, image_id: str, pieces: list[Piece], limits: Limits
) -> list[tuple[bytes, bytes]]:
    try:
        return child.call(cut_image, limits, data, image_id, pieces, limits.image_pixels)
    except child.ChildDied as died:
        raise Refusal(
            Reason.IMAGE_BOMB if died.memory else Reason.UNDECODABLE_IMAGE, died.detail
        ) from None


def _read(file: str) -> bytes:
    try:
        data: bytes = UPath(file).read_bytes()
    except OSError as error:
        raise Refusal(Reason.UNREADABLE_FILE, f"{file}: {error.strerror or error}") from None
    return data


def _drop(row: Mapping[str, str], refusal: Refusal) -> Drop:
    return Drop(
        reason=refusal.reason,
        detail=refusal.detail,
        export=row["export"],
        image_path=row["image_path"],
        annotation_key=row["annotation_key"],
        object_id=row["object_id"],
    )
