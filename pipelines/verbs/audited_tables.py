"""The audit's checks across the tables of a build: each yields what speaks against its contract."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pycocotools import mask as coco
from upath import UPath

from curate.pixels import run_lengths
from curate.reasons import Reason, Refusal
from curate.schema import STAGES
from curate.settings import Settings
from curate.stages.near_duplicates import near_duplicate_pairs
from curate.storage import read_partitions
from pipelines.flow import build as builds

_BOX = ["box_x0", "box_y0", "box_x1", "box_y1"]
_PLACE = ["shard_file", "shard_row"]
_MOST_AT_ONCE = 250  # masks: pycocotools 2.0.11 under numpy 2 fails on more than 255


def agrees(build: UPath) -> Iterator[str]:
    """Ledgers against the rows of segments and drops."""
    reasons = {reason.value for reason in Reason}
    for stage in STAGES:
        out = _table(build, stage, ["export"])["export"].value_counts()
        drops = _table(build, stage, ["export", "reason", "count"], "drops")
        dropped = drops.groupby(["export", "reason"])["count"].sum()
        report = builds.ledger_of(build, stage)
        for export, row in report.by_export.items():
            if row.out != out.get(export, 0):
                yield f"{stage}, {export}: ledger says {row.out} out, the table has {out.get(export, 0)}"
            for reason, number in row.by_reason.items():
                if number != (found := int(dropped.get((export, reason), 0))):
                    yield f"{stage}, {export}: ledger says {number} {reason}, the drops {found}"
        if report.uncounted != drops["count"].isna().sum() or report.dropped != dropped.sum():
            yield f"{stage}: ledger says {report.dropped} dropped, the drops sum to {int(dropped.sum())}"
        for reason in set(drops["reason"]) - reasons:
            yield f"{stage}: a drop for an unknown reason {reason!r}"


def masks_agree(build: UPath) -> Iterator[str]:
    """Each mask's area and box as an independent reader of its run-lengths has them."""
    columns = ["object_id", "counts", "area", "image_height", "image_width", *_BOX]
    for part in read_partitions(build / "ingest" / "segments", columns):
        for first in range(0, len(part), _MOST_AT_ONCE):
            yield from _masks_of(part.slice(first, _MOST_AT_ONCE).to_pandas())


def _masks_of(rows: pd.DataFrame) -> Iterator[str]:
    shapes = list(zip(rows.counts, rows.image_height, rows.image_width, strict=True))
    fills = np.array([_parses(*each) for each in shapes], np.bool_)
    yield from (f"{each}: its run-lengths do not fill its image" for each in rows.object_id[~fills])
    runs = [
        {"size": [height, width], "counts": counts.encode()}
        for (counts, height, width), whole in zip(shapes, fills, strict=True)
        if whole
    ]
    if runs:
        rows = rows[fills]
        found = pd.DataFrame(coco.toBbox(runs), rows.index, _BOX).astype(
            "int64"
        )  # x, y, width, height
        found[_BOX[2:]] += found[_BOX[:2]].to_numpy()
        wrong = (rows[_BOX] != found).any(axis=1) | (rows.area != coco.area(runs))
        yield from (
            f"{each}: its area or box is not that of its run-lengths"
            for each in rows.object_id[wrong]
        )


def accounts(build: UPath) -> Iterator[str]:
    """Each object of ingest ends once: in the shards, or in the drops of one later stage."""
    ends = [_table(build, stage, ["object_id"], "drops") for stage in STAGES[1:]]
    ended = pd.concat([*ends, _table(build, "shard", ["object_id"])])["object_id"].value_counts()
    begun = _table(build, "ingest", ["object_id"])["object_id"].value_counts()
    surplus = ended.sub(begun, fill_value=0).astype("int64")
    yield from (f"{each} ends {1 + number} times" for each, number in surplus[surplus != 0].items())


def sides(build: UPath) -> Iterator[str]:
    """No group and no image on two sides."""
    rows = _table(build, "split", ["group_id", "image_id", "split"])
    for name in ("group_id", "image_id"):
        yield from (f"{name} {each} is in {on}" for each, on in _on_two_sides(rows, name).items())


def near_duplicates(build: UPath, settings: Settings) -> Iterator[str]:
    """No two images on different sides whose hashes are near."""
    rows = _table(build, "split", ["image_dhash", "split"]).drop_duplicates()
    yield from (
        f"hash {int(each):016x} is in {on}"
        for each, on in _on_two_sides(rows, "image_dhash").items()
    )
    side = rows.drop_duplicates("image_dhash").set_index("image_dhash")["split"].sort_index()
    hashes = side.index.to_numpy("uint64")
    for a, b in near_duplicate_pairs(hashes, settings.split.near_duplicate_bits):
        if side.iloc[a] != side.iloc[b]:
            yield f"hashes {hashes[a]:016x} and {hashes[b]:016x} are in {side.iloc[a]} and {side.iloc[b]}"


def weights(build: UPath) -> Iterator[str]:
    """The weights of the train rows have mean 1."""
    rows = _table(build, "balance", ["split", "weight"])
    mean = rows.weight[rows.split == "train"].astype("float64").mean()
    if abs(mean - 1.0) > 1e-4:
        yield f"their mean is {mean:.6f}"


def shard_rows(build: UPath) -> Iterator[str]:
    """Each row of the stage stands in the file and place that it names, on its side."""
    expected = _table(build, "shard", ["object_id", "split", *_PLACE])
    found = [expected.iloc[:0]]
    for path in sorted((build / "shard").glob("split=*/*.parquet")):
        name = f"{path.parent.name}/{path.name}"
        try:
            with path.open("rb") as file:
                rows = pq.read_table(file, columns=["object_id", "split"]).to_pandas()
        except pa.ArrowInvalid as error:
            yield f"{name} cannot be read: {error}"
            continue
        found.append(rows.assign(shard_file=name, shard_row=range(len(rows))))
        if set(rows.split) - {path.parent.name.removeprefix("split=")}:
            yield f"{name} holds rows of another side"
    both = expected.merge(pd.concat(found), "outer", on=_PLACE, suffixes=("", "_found"))
    wrong = (both.object_id != both.object_id_found) | (
        both.split.astype(str) != both.split_found.astype(str)
    )
    yield from (
        f"{name} holds other rows than the stage says"
        for name in sorted(set(both.shard_file[wrong]))
    )


def same_sides(build: UPath) -> Iterator[str]:
    """Each object of the shards is on the side where the split put it."""
    put = _table(build, "split", ["object_id", "split"])
    now = _table(build, "shard", ["object_id", "split"]).merge(
        put, "left", on="object_id", suffixes=("", "_put")
    )
    for row in now[now.split.astype(str) != now.split_put.astype(str)].itertuples():
        yield f"{row.object_id} is in {row.split}, the split put it in {row.split_put}"


def _table(build: UPath, stage: str, columns: list[str], kind: str = "segments") -> pd.DataFrame:
    parts = list(read_partitions(build / stage / kind, columns))
    return pa.concat_tables(parts).to_pandas() if parts else pd.DataFrame(columns=columns)


def _on_two_sides(rows: pd.DataFrame, name: str) -> dict[str, str]:
    """Values of a column that stand on several sides, and on which."""
    on = (
        rows.drop_duplicates([name, "split"])
        .groupby(name)["split"]
        .agg(lambda each: ", ".join(sorted(each)))
    )
    return {str(each): names for each, names in on[on.str.contains(",")].items()}


def _parses(counts: str, height: int, width: int) -> bool:
    """Whether run-lengths are fit for pycocotools, which believes whatever it is given."""
    try:
        run_lengths.parse(counts, height, width)
    except Refusal:
        return False
    return True
