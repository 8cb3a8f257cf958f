"""The splits: objects, images and groups of each domain in train, val and test."""

import pandas as pd
import pyarrow.compute as pc
from pandas import DataFrame

from curate.storage import read_table
from pipelines.pages.curation.curated_build import SPLITS, CuratedBuild, cross_table
from pipelines.pages.page import Values


def show_splits(build: CuratedBuild) -> Values:
    """The table of the splits, and how many and how large the groups are."""
    groups = read_table(
        build.folder / "split" / "groups.parquet", ["image_ids", "links"]
    )
    # A group of exact copies has one image_id only, but it has a link: links tell which
    # groups have several pictures.
    sizes = pc.list_value_length(groups["image_ids"])
    is_joined = groups["links"].to_pandas().str.len() > 0
    return {
        "table": tabulate_splits(build),
        "groups": len(groups),
        "joined": is_joined.sum(),
        "largest": pc.max(sizes).as_py() or 0,
    }


def count_by_split(objects: DataFrame) -> dict[str, int]:
    """Number of objects in each split; `objects` as in CuratedBuild."""
    counts = objects.groupby("split")["count"].sum()
    return {split: int(counts.get(split, 0)) for split in SPLITS}


def tabulate_splits(build: CuratedBuild) -> DataFrame:
    """A row for each domain, a column for each pair of a unit and a split.

    Units: `objects`, `images` and `groups`.
    """
    counts = {
        "objects": cross_table(build.objects, "domain", "split", SPLITS),
        "images": _count_distinct(build.images, "image_id"),
        "groups": _count_distinct(build.images, "group_id"),
    }
    return pd.concat(counts, axis="columns")


def _count_distinct(images: DataFrame, column: str) -> DataFrame:
    """How many values a column has, by domain and split."""
    distinct = images[["domain", "split", column]].drop_duplicates()
    return cross_table(distinct.assign(count=1), "domain", "split", SPLITS)
