"""The audit's checks of tables. Each yields what speaks against its contract."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from pycocotools import mask as coco
from upath import UPath

from curate.ledger import LedgerReport
from curate.pixels import run_lengths
from curate.reasons import Reason, Refusal
from curate.schema import STAGES
from curate.shards.layout import split_of
from curate.storage import read_partitions, read_table
from pipelines.flow import build as builds
from pipelines.verbs.audited_shards import in_several_splits, readable_shards

_SHARD_COLUMNS = ["object_id", "split"]
_CORNER = ["box_x0", "box_y0"]
_OPPOSITE = ["box_x1", "box_y1"]
_BOX = [*_CORNER, *_OPPOSITE]
_PLACE = ["shard_file", "shard_row"]
_MASKS_AT_ONCE = 250  # pycocotools 2.0.11 under numpy 2 fails on more than 255
_WEIGHT_TOLERANCE = 1e-4  # of the mean: weights are float32


def ledgers_agree(build: UPath) -> Iterator[str]:
    """Each ledger counts the rows of its stage's tables."""
    known_reasons = {reason.value for reason in Reason}
    for stage in STAGES:
        report = builds.ledger_of(build, stage)
        segments = _read(build, stage, "segments", ["export"])
        drops = _read(build, stage, "drops", ["export", "reason", "count"])
        yield from _compare(stage, report, segments, drops)

        unknown = set(drops["reason"]) - known_reasons
        for reason in sorted(unknown):
            yield f"{stage}: a drop for an unknown reason {reason!r}"


def _compare(
    stage: str,
    report: LedgerReport,
    segments: pd.DataFrame,
    drops: pd.DataFrame,
) -> Iterator[str]:
    """Where the ledger and the tables of one stage differ."""
    out = segments["export"].value_counts()
    # Drops of unknown count are missing values, which a sum leaves out.
    by_reason = drops.groupby(["export", "reason"])
    dropped = by_reason["count"].sum()

    for export, row in report.by_export.items():
        rows = out.get(export, 0)
        place = f"{stage}, {export}"
        if row.out != rows:
            yield f"{place}: ledger says {row.out} out, the table has {rows}"
        for reason, number in row.by_reason.items():
            counted = int(dropped.get((export, reason), 0))
            if number != counted:
                yield f"{place}: ledger says {number} {reason}, the drops {counted}"

    uncounted = drops["count"].isna().sum()
    total = int(dropped.sum())
    if report.uncounted != uncounted or report.dropped != total:
        yield f"{stage}: ledger says {report.dropped} dropped, the drops sum to {total}"


def masks_agree(build: UPath) -> Iterator[str]:
    """Each mask's area and box are what pycocotools reads from its run-lengths."""
    columns = ["object_id", "counts", "area", "image_height", "image_width", *_BOX]
    for partition in read_partitions(build / "ingest" / "segments", columns):
        for first in range(0, len(partition), _MASKS_AT_ONCE):
            rows = partition.slice(first, _MASKS_AT_ONCE)
            yield from _check_masks(rows.to_pandas())


def _check_masks(rows: pd.DataFrame) -> Iterator[str]:
    """What speaks against the masks of some rows."""
    masks = zip(rows.counts, rows.image_height, rows.image_width, strict=True)
    runs = []
    is_fitting = np.zeros(len(rows), np.bool_)
    for number, (counts, height, width) in enumerate(masks):
        if _fits_image(counts, height, width):
            is_fitting[number] = True
            runs.append({"size": [height, width], "counts": counts.encode()})
    for object_id in rows.object_id[~is_fitting]:
        yield f"{object_id}: its run-lengths do not fill its image"
    if not runs:
        return

    # pycocotools gives x, y, width and height; the last two become the opposite corner.
    fitting = rows[is_fitting]
    boxes = pd.DataFrame(coco.toBbox(runs), fitting.index, _BOX)
    boxes = boxes.astype("int64")
    boxes[_OPPOSITE] += boxes[_CORNER].to_numpy()

    different_sides = fitting[_BOX] != boxes
    differs = different_sides.any(axis=1)
    differs |= fitting.area != coco.area(runs)
    for object_id in fitting.object_id[differs]:
        yield f"{object_id}: its area or box is not that of its run-lengths"


def _fits_image(counts: str, height: int, width: int) -> bool:
    """Whether run-lengths fit their image.

    pycocotools does not check it, and would read other memory.
    """
    try:
        run_lengths.parse(counts, height, width)
    except Refusal:
        return False
    return True


def objects_end_once(build: UPath) -> Iterator[str]:
    """Each object of ingest ends once: in a shard, or in one later stage's drops."""
    name = ["object_id"]
    ends = [_read(build, stage, "drops", name) for stage in STAGES[1:]]
    ends.append(_read(build, "shard", "segments", name))
    ended = pd.concat(ends)["object_id"].value_counts()
    ingested = _read(build, "ingest", "segments", name)
    begun = ingested["object_id"].value_counts()

    # Aligned by object_id: an object that never ends has -1, one that ends twice has 1.
    surplus = ended.sub(begun, fill_value=0).astype("int64")
    is_wrong = surplus != 0
    for object_id, number in surplus[is_wrong].items():
        times = 1 + number
        yield f"{object_id} ends {times} times"


def splits_are_apart(build: UPath) -> Iterator[str]:
    """No group and no image is in two splits."""
    rows = _read(build, "split", "segments", ["group_id", "image_id", "split"])
    for name in ("group_id", "image_id"):
        for value, splits in in_several_splits(rows, name).items():
            yield f"{name} {value} is in {splits}"


def weights_have_mean_one(build: UPath) -> Iterator[str]:
    """The weights of the train rows have mean 1."""
    rows = _read(build, "balance", "segments", ["split", "weight"])
    trains = rows["split"] == "train"
    weights = rows["weight"][trains].astype("float64")
    mean = weights.mean()
    if abs(mean - 1.0) > _WEIGHT_TOLERANCE:
        yield f"their mean is {mean:.6f}"


def shard_rows_agree(build: UPath) -> Iterator[str]:
    """Each row of the stage is in the shard, row and split that it names."""
    expected = _read(build, "shard", "segments", [*_SHARD_COLUMNS, *_PLACE])
    found = [expected.iloc[:0]]  # without any shard, all rows are missing
    for name in readable_shards(build):
        path = build / "shard" / name
        rows = read_table(path, _SHARD_COLUMNS).to_pandas()
        numbers = range(len(rows))
        found.append(rows.assign(shard_file=name, shard_row=numbers))
        is_of_other_split = rows["split"] != split_of(path)
        if is_of_other_split.any():
            yield f"{name} holds rows of another split"

    # An outer merge: a row that only one side has differs from the missing one.
    both = expected.merge(
        pd.concat(found),
        "outer",
        on=_PLACE,
        suffixes=("", "_found"),
    )
    differs = both.object_id != both.object_id_found
    differs |= both.split.astype(str) != both.split_found.astype(str)
    for name in sorted(set(both.shard_file[differs])):
        yield f"{name} holds other rows than the stage says"


def splits_hold(build: UPath) -> Iterator[str]:
    """Each object of the shards is in the split that the stage split gave it."""
    given = _read(build, "split", "segments", _SHARD_COLUMNS)
    rows = _read(build, "shard", "segments", _SHARD_COLUMNS)
    both = rows.merge(given, "left", on="object_id", suffixes=("", "_given"))
    own_split = both.split.astype(str)
    given_split = both.split_given.astype(str)
    for row in both[own_split != given_split].itertuples():
        where = f"{row.object_id} is in {row.split}"
        yield f"{where}, the split put it in {row.split_given}"


def _read(build: UPath, stage: str, kind: str, columns: list[str]) -> pd.DataFrame:
    """Some columns of all partitions of a stage; `kind`: segments or drops."""
    folder = build / stage / kind
    tables = list(read_partitions(folder, columns))
    if not tables:
        return pd.DataFrame(columns=columns)
    whole = pa.concat_tables(tables)
    frame: pd.DataFrame = whole.to_pandas()
    return frame
