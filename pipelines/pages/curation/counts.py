"""What the curation page counts: read from the tables of a build part by part, so that only sums stay in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from curate.schema import STAGES
from curate.shards import windows
from curate.storage import partitions, read_json, read_partitions, read_table
from pipelines.flow.labels import read_labels

_STRATUM = ["export", "customer", "domain", "concept", "concept_kind", "split", "match_how", "size"]
_IMAGE = ["image_id", "export", "domain", "split", "group_id", "image_path", "image_file"]
_SIDES = ["box_x0", "box_y0", "box_x1", "box_y1"]


class Counts(NamedTuple):
    """All that is counted. Tables hold one row for each distinct value of their columns."""

    ledgers: dict[str, dict[str, Any]]
    """By stage, as ledger.json has them."""
    labels: list[dict[Any, Any]]
    """The rows of remap's labels.parquet."""
    images_in: Counter[str]
    """Images with objects after ingest, by export."""
    objects: pa.Table
    """Objects of the shards by stratum (_STRATUM), with their count and the sum of their weight."""
    images: pa.Table
    """Images of the shards, with export, domain, split, group_id, image_path and image_file."""
    flags: Counter[str]


def read_counts(build: UPath) -> Counts:
    """Count a build whose stages are finished up to shard."""
    ledgers = {stage: read_json(build / stage / "ledger.json") for stage in STAGES}
    seen: set[tuple[str, str]] = set()
    for part in read_partitions(build / "ingest" / "segments", ["export", "image_id"]):
        pairs = part.group_by(["export", "image_id"]).aggregate([])
        seen.update(zip(pairs["export"].to_pylist(), pairs["image_id"].to_pylist(), strict=True))
    objects, images = [], []
    flags: Counter[str] = Counter()
    columns = [*dict.fromkeys([*_STRATUM[:-1], *_IMAGE, *_SIDES, "weight", "flags"])]
    for part in read_partitions(build / "shard" / "segments", columns):
        sizes = windows.sizes(windows.box_columns(part, "box"))
        sized = part.append_column("size", pa.array(sizes.tolist(), pa.string()))
        objects.append(sized.group_by(_STRATUM).aggregate([([], "count_all"), ("weight", "sum")]))
        images.append(part.group_by(_IMAGE).aggregate([]))
        flags.update(pc.list_flatten(part["flags"]).to_pylist())
    return Counts(
        ledgers=ledgers,
        labels=read_labels(build).to_dict("records"),
        images_in=Counter(export for export, _ in seen),
        objects=_summed(objects),
        images=pa.concat_tables(images).group_by(_IMAGE).aggregate([]),
        flags=flags,
    )


def tally(table: pa.Table, by: Sequence[str], value: str = "count") -> Counter[Any]:
    """Sums of a column by the values of one column, or by tuples of the values of several."""
    total: Counter[Any] = Counter()
    rows = zip(*(table[name].to_pylist() for name in by), strict=True)
    for key, number in zip(rows, table[value].to_pylist(), strict=True):
        total[key if len(by) > 1 else key[0]] += number
    return total


def first_of_each(table: pa.Table, by: str, order: Sequence[str], most: int) -> pa.Table:
    """The first `most` rows of each value of a column, in the order of other columns."""
    ordered = table.sort_by([(name, "ascending") for name in (by, *order)])
    codes = ordered[by].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    starts = (
        np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
        if len(codes)
        else np.empty(0, np.int64)
    )
    rank = np.arange(len(codes)) - np.repeat(starts, np.diff(np.r_[starts, len(codes)]))
    return ordered.filter(pa.array(rank < most))


def concept_examples(build: UPath, most: int) -> pa.Table:
    """Rows of the shards, at most so many for each concept: a draw that prefers objects large enough to be seen."""
    columns = [
        "object_id",
        "concept",
        "label",
        "export",
        "split",
        "shard_file",
        "shard_row",
        *_SIDES,
    ]
    found = []
    for part in read_partitions(build / "shard" / "segments", columns):
        small = pc.less(pc.min_element_wise(*_widths(part)), 40)
        marked = part.drop_columns(_SIDES).append_column("small", small)
        found.append(first_of_each(marked, "concept", ["small", "object_id"], most))
    return first_of_each(pa.concat_tables(found), "concept", ["small", "object_id"], most)


def drop_examples(build: UPath, stage: str, most: int) -> pa.Table:
    """Drops of a stage, at most so many for each reason."""
    found = [
        first_of_each(part, "reason", ["object_id", "export", "image_path"], most)
        for part in read_partitions(build / stage / "drops")
    ]
    return first_of_each(
        pa.concat_tables(found), "reason", ["object_id", "export", "image_path"], most
    )


def ingested(build: UPath, object_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The rows of ingest with these object_ids: where their pictures are, and their masks."""
    wanted = pa.array(sorted(set(object_ids)), pa.string())
    rows: dict[str, dict[str, Any]] = {}
    columns = [
        "object_id",
        "image_id",
        "image_file",
        "label",
        "counts",
        "image_height",
        "image_width",
        *_SIDES,
    ]
    for path in partitions(build / "ingest" / "segments"):
        found = pc.is_in(read_table(path, ["object_id"])["object_id"], value_set=wanted)
        if pc.any(found).as_py():
            for row in read_table(path, columns).filter(found).to_pylist():
                rows.setdefault(row["object_id"], row)
    return rows


def _widths(part: pa.Table) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    x0, y0, x1, y1 = (part[side] for side in _SIDES)
    return pc.subtract(x1, x0), pc.subtract(y1, y0)


def _summed(objects: Sequence[pa.Table]) -> pa.Table:
    summed = (
        pa.concat_tables(objects)
        .group_by(_STRATUM)
        .aggregate([("count_all", "sum"), ("weight_sum", "sum")])
    )
    return summed.rename_columns([*_STRATUM, "count", "weight"])
