"""A curated build as tables: what the sections of its page show.

The stages' tables are read one partition at a time, so that only sums and one row for
each image stay in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas import DataFrame, Series
from upath import UPath

from curate.export_settings import ExportSettings
from curate.ledger import LedgerReport
from curate.schema import STAGES
from curate.settings import Settings
from curate.shards import windows
from curate.storage import read_partitions
from pipelines.flow import build as builds
from pipelines.pages.curation.labels import Labels, read_labels

SPLITS = ("train", "val", "test")
"""The splits in the order in which the page shows them."""

BOX_COLUMNS = ("box_x0", "box_y0", "box_x1", "box_y1")

_COUNTED_BY = (
    "export",
    "customer",
    "domain",
    "concept",
    "concept_kind",
    "split",
    "size",
)
_SUMMED = ("weight", "weight_squared", "repeats")
_IMAGE = (
    "image_id",
    "export",
    "domain",
    "split",
    "group_id",
    "image_path",
    "image_file",
)


@dataclass(frozen=True, slots=True)
class CuratedBuild:
    """A build that is finished up to shard, read and counted."""

    settings: Settings
    folder: UPath

    ledgers: Mapping[str, LedgerReport]
    """By stage, in the order of the flow."""

    drops: DataFrame
    """The ledgers' reasons: stage, export, reason, count (0 where nobody can know it).
    """

    labels: Labels

    objects: DataFrame
    """Objects of the shards: a row for each combination of `_COUNTED_BY`.

    Its columns are these, the `count` of objects, and the sums of their `weight`, of its square
    (`weight_squared`) and of what it is above 1 (`repeats`).
    """

    images: DataFrame
    """Images of the shards: the columns `_IMAGE`.

    An image has a row for each path at which it is.
    """

    ingested_images: "Series[int]"
    """Number of images with objects after ingest, by export."""

    flags: DataFrame
    """Number of objects of the shards by flag and export: flag, export, count."""

    @property
    def exports(self) -> Sequence[ExportSettings]:
        """The exports, in the order of the settings."""
        return self.settings.exports


def read_curated_build(settings: Settings) -> CuratedBuild:
    """Read and count a build whose stages are finished up to shard."""
    folder = UPath(settings.build)
    ledgers = {stage: builds.ledger_of(folder, stage) for stage in STAGES}
    objects, images, flags = _read_shard_rows(folder)
    return CuratedBuild(
        settings=settings,
        folder=folder,
        ledgers=ledgers,
        drops=tabulate_drops(ledgers),
        labels=read_labels(settings),
        objects=objects,
        images=images,
        ingested_images=_count_ingested_images(folder),
        flags=flags,
    )


def tabulate_drops(ledgers: Mapping[str, LedgerReport]) -> DataFrame:
    """The reasons of ledgers as a table: stage, export, reason, count."""
    rows = []
    for stage, ledger in ledgers.items():
        for export, export_ledger in ledger.by_export.items():
            for reason, count in export_ledger.by_reason.items():
                rows.append((stage, export, reason, count))
    return DataFrame(rows, columns=["stage", "export", "reason", "count"])


def cross_table(
    table: DataFrame,
    rows: str,
    columns: str,
    order: Sequence[str],
    values: str = "count",
) -> DataFrame:
    """Sums of `values` by two columns of a table: one gives the rows, one the columns.

    `order`: the values that get a column; one that does not occur has zeros.
    """
    sums = table.pivot_table(
        index=rows,
        columns=columns,
        values=values,
        aggfunc="sum",
        fill_value=0,
    )
    return sums.reindex(columns=list(order), fill_value=0)


def _count_ingested_images(folder: UPath) -> "Series[int]":
    """Number of images with objects after ingest, by export.

    The objects of an image may be in several partitions.
    """
    keys = ["export", "image_id"]
    seen = [
        partition.group_by(keys).aggregate([])
        for partition in read_partitions(folder / "ingest" / "segments", keys)
    ]
    images: DataFrame = pa.concat_tables(seen).to_pandas()
    return images.drop_duplicates().groupby("export").size()


def _read_shard_rows(folder: UPath) -> tuple[DataFrame, DataFrame, DataFrame]:
    """The tables `objects`, `images` and `flags` of a CuratedBuild."""
    needed = {*_COUNTED_BY, *_IMAGE, *BOX_COLUMNS, "weight", "flags"} - {"size"}
    objects = []
    images = []
    flags = []
    for partition in read_partitions(folder / "shard" / "segments", sorted(needed)):
        sizes = windows.sizes(windows.box_columns(partition, "box"))
        sized = partition.append_column("size", pa.array(sizes.tolist(), pa.string()))
        weight = sized["weight"].cast(pa.float64())
        above_one = pc.max_element_wise(pc.subtract(weight, 1.0), 0.0)
        sized = sized.append_column("weight_squared", pc.multiply(weight, weight))
        sized = sized.append_column("repeats", above_one)
        sums = sized.group_by(list(_COUNTED_BY)).aggregate(
            [([], "count_all"), *((name, "sum") for name in _SUMMED)]
        )
        objects.append(sums)
        images.append(partition.group_by(list(_IMAGE)).aggregate([]))
        flags.append(_count_flags(partition))

    counted = pa.concat_tables(objects).to_pandas()
    counted = counted.rename(columns={"count_all": "count"})
    counted = counted.rename(columns={f"{name}_sum": name for name in _SUMMED})
    return (
        counted.groupby(list(_COUNTED_BY), as_index=False).sum(),
        pa.concat_tables(images).to_pandas().drop_duplicates(),
        pd.concat(flags).groupby(["flag", "export"], as_index=False).sum(),
    )


def _count_flags(partition: pa.Table) -> DataFrame:
    """Number of rows by flag and export: the columns flag, export and count."""
    flags = partition["flags"].combine_chunks()
    exports = partition["export"].combine_chunks().take(pc.list_parent_indices(flags))
    one_flag = pa.table({"flag": pc.list_flatten(flags), "export": exports})
    counts = one_flag.group_by(["flag", "export"]).aggregate([([], "count_all")])
    table: DataFrame = counts.rename_columns(["flag", "export", "count"]).to_pandas()
    return table
