"""Stage 6, shard: one row per object with its crop and mask, in Parquet files.

The rows of a partition are put in order (split, image, object), so that a photo is read
and decoded once for all its crops, and the same rows give the same bytes on any worker.
The files go straight to their place. What comes back are their manifest rows, the
segments with where each one went, the drops, and the faults.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
from upath import UPath

from curate.curation_settings import CropSettings
from curate.drops import Drop, FaultReport, make_drop
from curate.flags import GREY_FLAGS
from curate.limits import Limits
from curate.pixels import deep_grey, images
from curate.pixels.turbojpeg_library import library_file
from curate.reasons import Reason, Refusal
from curate.records import Box
from curate.schema import SHARD_ROW, drop_rows, drops_table, require
from curate.shards import windows
from curate.shards.manifest import ShardFile
from curate.shards.writer import Encoded, Written, write_files
from curate.stages.crop_encoding import CropRequest, EncodedCrop
from curate.stages.cutting import PhotoFile, cut_crops
from curate.stages.faults import (
    BeforeImage,
    fault_refusal,
    fault_report,
    opens_all,
)
from curate.storage import read_bytes

_COORDINATES = ("x0", "y0", "x1", "y1")
_MADE_HERE = tuple(
    f"{box}_{coordinate}"
    for box in ("crop", "drawn", "window")
    for coordinate in _COORDINATES
)
_PIXELS = ("image", "mask")

NEEDS = (
    *(name for name in SHARD_ROW.names if name not in (*_MADE_HERE, *_PIXELS)),
    "counts",
    "image_file",
)
"""Columns that the stage reads."""

ADDS = pa.schema(
    [
        *((name, pa.int32()) for name in _MADE_HERE),
        ("shard_file", pa.string()),
        ("shard_row", pa.int32()),
    ]
)
"""Columns of shard/segments. The crop is in the image; drawn box and window are in the
crop. `shard_file` is relative to the manifest's folder, `shard_row` is the row in it."""

_ORDER = ("split", "export", "image_path", "image_file", "object_id")
_OF_A_CROP = (
    "image_file",
    "image_id",
    "counts",
    "export",
    "image_path",
    "annotation_key",
    "flags",
)


@dataclass(frozen=True, slots=True)
class Sharded:
    """What became of a partition."""

    files: list[ShardFile]
    segments: pa.Table
    drops: pa.Table
    faults: list[FaultReport]


@dataclass(frozen=True, slots=True)
class _Lost:
    """What the photos of a partition lost; it fills while they are cut."""

    drops: list[Drop] = field(default_factory=list)
    faults: list[FaultReport] = field(default_factory=list)


def shard_partition(
    segments: pa.Table,
    folder: UPath,
    name: str,
    crop: CropSettings,
    limits: Limits,
    before: BeforeImage = opens_all,
) -> Sharded:
    """Write the rows of one partition below a manifest's folder.

    `name`: of the files, such as part-00000.parquet; where a file is full,
    part-00000-1.parquet follows. `before`: sees each photo's file first. Photos are opened
    and cut in the child process. A photo that cannot be read any more is dropped with its
    objects, a crop that takes too much memory is dropped alone, and the others go on.
    """
    require(segments.schema, NEEDS, "shard")
    planned, too_large = plan_crops(segments, crop)
    described = _describe(planned)
    splits = planned["split"].to_pylist()

    lost = _Lost()
    written: list[Written] = []
    # Rows are in the order of their split, so each split comes once. Nothing is encoded
    # before the file that it goes into is open: only a row group is in memory.
    library = None
    if crop.image == "auto":
        library = library_file()
    encoded = _encode(planned, limits, library, lost, before)
    for split, rows in groupby(encoded, key=lambda each: splits[each.row]):
        written += write_files(folder, split, name, described, rows)

    return Sharded(
        files=[each.file for each in written],
        segments=_placed(planned, written),
        drops=pa.concat_tables([too_large, drops_table(lost.drops)]),
        faults=lost.faults,
    )


def plan_crops(segments: pa.Table, crop: CropSettings) -> tuple[pa.Table, pa.Table]:
    """Rows in the shards' order with largest window, drawn box and window, and drops.

    All three are in the image; the largest window is called crop. Dropped are rows whose
    crop is too long for WebP.
    """
    segments = segments.sort_by([(column, "ascending") for column in _ORDER])
    boxes = windows.box_columns(segments, "box")
    heights = segments["image_height"].to_numpy()
    widths = segments["image_width"].to_numpy()
    largest = windows.largest(boxes, heights, widths, crop)
    object_ids = segments["object_id"].to_pylist()
    drawn, window = windows.random_windows(object_ids, boxes, heights, widths, crop)

    columns = {
        **windows.as_columns(largest, "crop"),
        **windows.as_columns(drawn, "drawn"),
        **windows.as_columns(window, "window"),
    }
    for name, column in columns.items():
        segments = segments.append_column(name, column)

    starts, ends = np.hsplit(largest, 2)
    longest = (ends - starts).max(axis=1, initial=0)
    is_too_long = longest > images.MAX_WEBP_SIDE
    too_long = segments.filter(pa.array(is_too_long))
    kept = segments.filter(pa.array(~is_too_long))
    return kept, _too_long(too_long, longest[is_too_long])


def _too_long(rows: pa.Table, sides: Sequence[int]) -> pa.Table:
    """Drops of rows whose crop is longer than WebP may be. `sides`: their longest, px."""
    limit = images.MAX_WEBP_SIDE
    details = [
        f"a crop of {side} px a side, more than WebP's {limit}" for side in sides
    ]
    reasons = [Reason.OVER_LIMIT.value] * len(details)
    return drop_rows(rows, reasons, details)


def _describe(planned: pa.Table) -> pa.Table:
    """All columns of the shard row but the pixels, the boxes in the image."""
    schema = pa.schema([field for field in SHARD_ROW if field.name not in _PIXELS])
    return planned.select(schema.names).cast(schema).combine_chunks()


def _placed(planned: pa.Table, written: Sequence[Written]) -> pa.Table:
    """The rows that were written, with their file and their row in it."""
    rows: list[int] = []
    crops: list[Box] = []
    files: list[str] = []
    places: list[int] = []
    for each in written:
        rows += each.rows
        crops += each.crops
        files += [each.file.path] * len(each.rows)
        places += range(len(each.rows))

    kept = planned.take(pa.array(rows, pa.int64()))
    kept = windows.put_in_crops(kept, windows.as_array(crops), ("drawn", "window"))
    kept = kept.append_column(ADDS.field("shard_file"), pa.array(files, pa.string()))
    return kept.append_column(ADDS.field("shard_row"), pa.array(places, pa.int32()))


def _encode(
    planned: pa.Table,
    limits: Limits,
    library: str | None,
    lost: _Lost,
    before: BeforeImage,
) -> Iterator[Encoded]:
    """The pixels of each row in order, photo by photo; what fails is added to `lost`.

    `library`: the file of the libjpeg-turbo that cuts JPEG blocks; None for no such crops.
    """
    rows = planned.select(_OF_A_CROP).to_pylist()
    crops = windows.box_columns(planned, "crop").tolist()

    # Rows of one photo are neighbours: it is read and decoded once.
    all_numbers = range(len(rows))
    for _, members in groupby(all_numbers, lambda number: rows[number]["image_file"]):
        numbers = list(members)
        photo = [rows[number] for number in numbers]
        requests = []
        for number in numbers:
            crop = Box(*crops[number])
            requests.append(CropRequest(crop, rows[number]["counts"]))

        cut = _cut_photo(photo, requests, limits, library, lost, before)
        for number, each in zip(numbers, cut, strict=True):
            if isinstance(each, Refusal):
                lost.drops.append(_drop(rows[number], each))
            else:
                yield Encoded(number, each.crop, each.image, each.mask)


def _cut_photo(
    rows: Sequence[Mapping[str, Any]],
    requests: Sequence[CropRequest],
    limits: Limits,
    library: str | None,
    lost: _Lost,
    before: BeforeImage,
) -> Sequence[EncodedCrop | Refusal]:
    """What became of each crop of a photo; a fault is added to `lost`.

    `rows`: of the crops.
    """
    photo = rows[0]
    try:
        before(photo["image_file"])
        data = _read(photo["image_file"])
        grey_bits = _grey_bits(photo["flags"])
        file = PhotoFile(data, photo["image_id"], grey_bits, library)
        return cut_crops(file, requests, limits)
    except Refusal as refusal:
        return [refusal] * len(requests)
    except Exception as error:  # a bug of ours: it costs the photo, not the run
        report = fault_report(error, photo["export"], photo["image_path"])
        lost.faults.append(report)
        return [fault_refusal(report)] * len(requests)


def _grey_bits(flags: Sequence[str]) -> int:
    """The bits that the export's 16-bit grey uses, as the flags of its objects say."""
    for bits, flag in GREY_FLAGS.items():
        if flag in flags:
            return bits
    return deep_grey.ALL_BITS


def _read(file: str) -> bytes:
    """The bytes of a photo. Refusal unreadable_file; StoreUnavailable, which costs none."""
    try:
        return read_bytes(UPath(file))
    except OSError as error:
        detail = f"{file}: {error.strerror or error}"
        raise Refusal(Reason.UNREADABLE_FILE, detail) from None


def _drop(row: Mapping[str, Any], refusal: Refusal) -> Drop:
    return make_drop(
        refusal,
        export=row["export"],
        image_path=row["image_path"],
        annotation_key=row["annotation_key"],
    )
