"""Why nothing of an export goes on, in a line: the commonest reasons, each with an example."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_MOST_REASONS = 3
_LONGEST_EXAMPLE = 200  # characters


@dataclass(slots=True)
class _Lost:
    """What was dropped for one reason."""

    annotations: int = 0
    uncounted: int = 0
    """Drops that stand for a number of annotations that nobody can know."""
    example: str = ""


def commonest_reasons(tables: Iterable[pa.Table], export: str) -> str:
    """The commonest reasons of an export's drops, each with its count and an example.

    `tables`: of drops. What nobody can count comes first: a whole file or archive.

    For example: "malformed_file (uncounted; data.yaml: no utf-8 text), unknown_class (4;
    a.txt: line 1: class 0 is not listed)".
    """
    by_reason: dict[str, _Lost] = {}
    for table in tables:
        own = table.filter(pc.equal(table["export"], export))
        for row in _summed(own):
            lost = by_reason.setdefault(row["reason"], _Lost())
            lost.annotations += row["count_sum"] or 0
            lost.uncounted += row["count_count"]
            lost.example = lost.example or row["detail_min"] or ""

    ranked = sorted(by_reason.items(), key=lambda item: _rank(item[1]))
    return ", ".join(
        _described(reason, lost) for reason, lost in ranked[:_MOST_REASONS]
    )


def _summed(drops: pa.Table) -> list[dict[str, Any]]:
    """Drops by reason: the sum of their counts, the number of unknown ones, an example."""
    aggregated = drops.group_by("reason").aggregate(
        [
            ("count", "sum"),
            ("count", "count", pc.CountOptions(mode="only_null")),
            ("detail", "min"),
        ]
    )
    rows: list[dict[str, Any]] = aggregated.to_pylist()
    return rows


def _rank(lost: _Lost) -> tuple[bool, int]:
    return lost.uncounted == 0, -(lost.uncounted + lost.annotations)


def _described(reason: str, lost: _Lost) -> str:
    count = "uncounted"
    if lost.annotations:
        count = f"{lost.annotations:,}"
    example = " ".join(lost.example.split())
    if len(example) > _LONGEST_EXAMPLE:
        example = f"{example[:_LONGEST_EXAMPLE]}…"
    return f"{reason} ({count}; {example})"
