"""The concepts: their objects by split and size, and crops of them."""

from collections.abc import Sequence

from pandas import DataFrame

from curate.shards.windows import SIZES
from pipelines.pages.curation import pictures
from pipelines.pages.curation.curated_build import SPLITS, CuratedBuild, cross_table
from pipelines.pages.curation.examples import CropExample, find_concept_examples
from pipelines.pages.page import Values

_MOST_ROWS = 1000  # concepts in the table
_MOST_PICTURED = 140  # concepts with crops; the rest are in the table only
_MOST_CROPS = 560  # in the whole page
_LEAST_EACH = 2  # crops of a concept
_MOST_EACH = 7


def show_concepts(build: CuratedBuild) -> Values:
    """The crops of the most frequent concepts, and a table of all."""
    table = tabulate_concepts(build.objects)
    pictured = table.head(_MOST_PICTURED)
    examples = _find_examples(build, pictured.index.to_list())
    return {
        "concepts": len(table),
        "objects": table["count"].sum(),
        "rows": table.head(_MOST_ROWS),
        "splits": SPLITS,
        "sizes": SIZES,
        "pictured": pictured,
        "examples": examples,
        "pictures": pictures.paint_crops(build.folder / "shard", examples),
    }


def tabulate_concepts(objects: DataFrame) -> DataFrame:
    """A row for each concept, the most frequent first.

    `kind`, `count` of objects, a column for each split and each size, `exports` (a
    list), and `uses`: how often an epoch of training uses one of its train objects, on
    average.
    """
    by_concept = objects.groupby("concept")
    table = by_concept.agg(kind=("concept_kind", "first"), count=("count", "sum"))
    table["exports"] = by_concept["export"].unique().map(sorted)

    splits = cross_table(objects, "concept", "split", SPLITS)
    sizes = cross_table(objects, "concept", "size", SIZES)
    weights = cross_table(objects, "concept", "split", SPLITS, "weight")
    table["uses"] = weights["train"] / splits["train"].where(splits["train"] > 0)

    table = table.join(splits).join(sizes)
    return table.sort_values(["count", "concept"], ascending=[False, True])


def _find_examples(build: CuratedBuild, concepts: Sequence[str]) -> list[CropExample]:
    """Objects of each concept to show, so many that all have room in the page."""
    most = _MOST_CROPS // max(1, len(concepts))
    most = max(_LEAST_EACH, min(_MOST_EACH, most))
    examples = find_concept_examples(build.folder, most)
    return [each for each in examples if each.concept in concepts]
