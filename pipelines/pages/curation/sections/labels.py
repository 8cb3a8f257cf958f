"""The labels: what each customer's words became, and those that wait for a decision."""

from pandas import DataFrame, Series

from pipelines.pages.curation import pictures
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.curation.examples import find_ingested
from pipelines.pages.curation.labels import DOUBTFUL, Labels
from pipelines.pages.page import Values

_MOST_ROWS = 400  # labels in the table
_MOST_WAITING = 24  # labels that wait, with a picture each


def show_labels(build: CuratedBuild) -> Values:
    """The labels that wait, with pictures, and a table of all."""
    labels = build.labels
    waiting = labels.waiting.sort_values(["count", "label"], ascending=[False, True])
    shown = waiting.head(_MOST_WAITING)
    objects = find_ingested(build.folder, shown["example"])
    return {
        "by_match": labels.by_match,
        "doubtful": DOUBTFUL,
        "labels": len(labels.table),
        "rows": _sort_labels(labels).head(_MOST_ROWS),
        "waiting": shown,
        "waiting_labels": len(waiting),
        "waiting_objects": waiting["count"].sum(),
        "pictures": pictures.paint_objects(objects.values(), build.settings.limits),
        "queue": str(labels.queue),
    }


def _sort_labels(labels: Labels) -> DataFrame:
    """The labels, those first that a person should look at: they wait, or are doubtful."""
    table = labels.table
    rank = Series(2, index=table.index)
    rank[table["how"].isin(DOUBTFUL)] = 1
    rank[table["decision"] == ""] = 0
    ordered = table.assign(rank=rank)
    return ordered.sort_values(
        ["rank", "count", "label"], ascending=[True, False, True]
    )
