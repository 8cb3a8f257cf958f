"""What an export lost, by reason: the commonest first, each with an example."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from curate.reasons import Reason
from pipelines.flow.screen import counted

BOXES_ONLY = (
    "boxes only: boxes, lines and points have no mask; export polygons, masks or "
    "bitmaps from the tool that wrote it"
)
"""What to say of an export in which nothing but annotations without a mask was found."""

_MOST_REASONS = 3
_LONGEST_EXAMPLE = 200  # characters


class Loss(msgspec.Struct):
    """What was dropped for one reason.

    `annotations`: the sum of the drops' counts. `uncounted`: drops that stand for a
    number of annotations that nobody can know. `example`: the first one, with its
    place.
    """

    reason: str
    annotations: int = 0
    uncounted: int = 0
    example: str = ""


def sum_losses(tables: Iterable[pa.Table], export: str | None = None) -> list[Loss]:
    """The losses of an export, or of all, from tables of drops.

    What nobody can count comes first, as it may be a whole file or archive; then the
    commonest.
    """
    by_reason: dict[str, Loss] = {}
    for table in tables:
        own = table
        if export is not None:
            own = table.filter(pc.equal(table["export"], export))
        for row in _summed(own):
            loss = by_reason.setdefault(row["reason"], Loss(row["reason"]))
            loss.annotations += row["count_sum"] or 0
            loss.uncounted += row["count_count"]
            loss.example = loss.example or _example(row)
    return sorted(by_reason.values(), key=_rank)


def commonest_reasons(tables: Iterable[pa.Table], export: str | None = None) -> str:
    """Why nothing of an export goes on, or of all, in a line.

    `tables`: of drops. It is the three commonest reasons; but of an export of boxes
    alone, what to do.
    """
    losses = sum_losses(tables, export)
    if is_boxes_only(losses):
        return f"{describe_losses(losses)}; {BOXES_ONLY}"
    return describe_losses(losses)


def describe_losses(losses: Sequence[Loss]) -> str:
    """The first three losses in a line, each with its count and an example.

    For example: "malformed_file (1 whole file; data.yaml: no utf-8 text), unknown_class
    (4; a.txt: line 1: class 0 is not listed)".
    """
    return ", ".join(
        f"{loss.reason} ({describe_count(loss)}; {loss.example})"
        for loss in losses[:_MOST_REASONS]
    )


def describe_count(loss: Loss) -> str:
    """How much was lost for a reason.

    >>> describe_count(Loss("crowd", annotations=1200))
    '1,200'
    >>> describe_count(Loss("malformed_file", uncounted=2))
    '2 whole files or images'
    """
    parts = []
    if loss.annotations:
        parts.append(f"{loss.annotations:,}")
    if loss.uncounted:
        lost = counted(loss.uncounted, "whole file or image", "whole files or images")
        parts.append(lost)
    return " and ".join(parts) or "0"


def is_boxes_only(losses: Sequence[Loss]) -> bool:
    """Whether all that was lost are annotations without a mask."""
    return bool(losses) and all(loss.reason == Reason.NO_MASK for loss in losses)


def _summed(drops: pa.Table) -> list[dict[str, Any]]:
    """Drops by reason: the sum of their counts, the number of unknown ones, the first."""
    # Only one thread keeps the order of the rows, and so the same first one.
    aggregated = drops.group_by("reason", use_threads=False).aggregate(
        [
            ("count", "sum"),
            ("count", "count", pc.CountOptions(mode="only_null")),
            ("detail", "first"),
            ("image_path", "first"),
            ("annotation_key", "first"),
        ]
    )
    rows: list[dict[str, Any]] = aggregated.to_pylist()
    return rows


def _example(row: dict[str, Any]) -> str:
    """A drop in a line: its place, if the detail does not name it, and the detail."""
    detail = " ".join((row["detail_first"] or "").split())
    place = row["image_path_first"] or row["annotation_key_first"] or ""
    if place and place not in detail:
        detail = f"{place}: {detail}"
    if len(detail) > _LONGEST_EXAMPLE:
        detail = f"{detail[:_LONGEST_EXAMPLE]}…"
    return detail


def _rank(loss: Loss) -> tuple[bool, int]:
    return loss.uncounted == 0, -(loss.uncounted + loss.annotations)
