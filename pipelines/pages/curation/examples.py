"""Examples for the page: some objects of each concept and flag, drops of each reason."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from curate.records import Box
from curate.storage import partitions, read_partitions, read_table
from pipelines.pages.curation.curated_build import BOX_COLUMNS

_SMALL = 40  # px of a box's shorter side: below it there is little to see


@dataclass(frozen=True, slots=True)
class CropExample:
    """An object of the shards, and where its crop is."""

    concept: str
    object_id: str
    label: str
    export: str
    split: str
    shard_file: str
    shard_row: int


@dataclass(frozen=True, slots=True)
class IngestedObject:
    """An object as ingest wrote it: where its image is, and its mask."""

    object_id: str
    image_id: str
    image_file: str
    image_height: int
    image_width: int
    box: Box
    counts: str
    """The mask's run-lengths, compressed as COCO does it."""


_INGESTED_COLUMNS = (
    "object_id",
    "image_id",
    "image_file",
    "image_height",
    "image_width",
    "counts",
    *BOX_COLUMNS,
)


def find_concept_examples(build: UPath, most: int) -> list[CropExample]:
    """Objects of the shards, at most so many for each concept, large ones first."""
    columns = [field.name for field in fields(CropExample)]
    order = ["small", "object_id"]
    found = []
    for partition in read_partitions(
        build / "shard" / "segments", [*columns, *BOX_COLUMNS]
    ):
        is_small = pc.less(_shorter_side(partition), _SMALL)
        marked = partition.select(columns).append_column("small", is_small)
        found.append(take_first_of_each(marked, "concept", order, most))
    examples = take_first_of_each(pa.concat_tables(found), "concept", order, most)
    return [CropExample(**row) for row in examples.select(columns).to_pylist()]


def find_flag_examples(
    build: UPath, wanted: Collection[str], most: int
) -> dict[str, list[CropExample]]:
    """Objects of the shards by flag, at most so many for each, of many exports first.

    `wanted`: the flags.
    """
    names = [field.name for field in fields(CropExample)]
    columns = [*names, "flags", *BOX_COLUMNS]
    found = []
    for partition in read_partitions(build / "shard" / "segments", columns):
        is_small = pc.less(_shorter_side(partition), _SMALL)
        rows = partition.select([*names, "flags"]).append_column("small", is_small)
        one_flag = rows.to_pandas().explode("flags")
        flagged = one_flag[one_flag["flags"].isin(list(wanted))]
        found.append(_first_of_exports(flagged, most))

    chosen = _first_of_exports(pd.concat(found), most)
    # The first of each export come before the second of any.
    turn = chosen.groupby(["flags", "export"]).cumcount()
    ordered = chosen.assign(turn=turn).sort_values(["flags", "turn", "small"])
    examples: dict[str, list[CropExample]] = defaultdict(list)
    for row in ordered.groupby("flags").head(most).to_dict("records"):
        example = CropExample(**{name: row[name] for name in names})
        examples[row["flags"]].append(example)
    return examples


def find_drop_examples(build: UPath, stage: str, most: int) -> pa.Table:
    """Drops of a stage (schema DROPS), at most so many for each reason."""
    order = ["object_id", "export", "image_path"]
    found = [
        take_first_of_each(partition, "reason", order, most)
        for partition in read_partitions(build / stage / "drops")
    ]
    return take_first_of_each(pa.concat_tables(found), "reason", order, most)


def find_ingested(build: UPath, object_ids: Iterable[str]) -> dict[str, IngestedObject]:
    """The objects with these ids that came through ingest, by object_id."""
    wanted = pa.array(sorted(set(object_ids)), pa.string())
    found: dict[str, IngestedObject] = {}
    for path in partitions(build / "ingest" / "segments"):
        # Ids are read first: most partitions have none of the few that are wanted.
        is_wanted = pc.is_in(
            read_table(path, ["object_id"])["object_id"], value_set=wanted
        )
        if not pc.any(is_wanted).as_py():
            continue
        for row in (
            read_table(path, list(_INGESTED_COLUMNS)).filter(is_wanted).to_pylist()
        ):
            box = Box(*(row.pop(side) for side in BOX_COLUMNS))
            found.setdefault(row["object_id"], IngestedObject(box=box, **row))
    return found


def take_first_of_each(
    table: pa.Table, by: str, order: Sequence[str], most: int
) -> pa.Table:
    """The first rows of each value of the column `by`, in the order of other columns."""
    keys = table.select([by, *order]).to_pandas()
    first = keys.sort_values([by, *order]).groupby(by).head(most)
    return table.take(pa.array(first.index))


def _first_of_exports(flagged: pd.DataFrame, most: int) -> pd.DataFrame:
    """The first rows of each flag and export, large objects first."""
    by = ["flags", "export"]
    ordered = flagged.sort_values([*by, "small", "object_id"], kind="stable")
    return ordered.groupby(by).head(most)


def _shorter_side(partition: pa.Table) -> pa.ChunkedArray:
    """The shorter side of each row's box, px."""
    x0, y0, x1, y1 = (partition[side] for side in BOX_COLUMNS)
    return pc.min_element_wise(pc.subtract(x1, x0), pc.subtract(y1, y0))
