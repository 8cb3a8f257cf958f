"""What became of the labels of a run, for a reader and for programs."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from curate.labels.numbering import by_name

_WIDEST = 60  # characters of a column on the screen


def plain(labels: pa.Table) -> dict[str, Any]:
    """The labels with what becomes of them, and how many objects were decided how, for JSON."""
    table = by_name(labels.drop_columns(["suggestions"]).to_pandas())
    how = table["how"].replace("", "waits")
    objects = table.groupby(how, sort=False)["count"].sum()
    ordered = objects.sort_values(ascending=False, kind="stable")
    return {
        "objects_by_match": ordered.to_dict(),
        "open": int((table["decision"] == "").sum()),
        "labels": table.to_dict("records"),
    }


def text(result: dict[str, Any]) -> str:
    """The labels for a reader: the result of `plain`, with the path of the queue."""
    lines = []
    exports = _width((row["export"] for row in result["labels"]), least=16)
    labels = _width((repr(row["label"]) for row in result["labels"]), least=28)
    for row in result["labels"]:
        if row["decision"]:
            decided = f"{row['decision']} ({row['how']}, {row['score']:.2f})"
        else:
            decided = "waits for a decision"
        lines.append(
            f"{row['export']:<{exports}} {row['label']!r:<{labels}} "
            f"{row['count']:>8,}  {decided}"
        )

    objects = [
        f"{number:,} {how}" for how, number in result["objects_by_match"].items()
    ]
    lines += [
        "",
        f"objects: {', '.join(objects)}",
        f"labels that wait: {result['open']}; the queue is {result['queue']}",
        f"the page to decide them by is {result['page']}",
    ]
    if result["decided"]:
        lines.append(f"decisions written: {result['decided']}")
    return "\n".join(lines)


def _width(texts: Iterable[str], least: int) -> int:
    """Width of a column that holds most texts: a longer one than that makes no other wider."""
    return max([least, *(len(each) for each in texts if len(each) <= _WIDEST)])
