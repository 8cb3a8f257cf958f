"""What becomes of each label: counted on every part, decided once.

A reviewer's decision goes before every rule of matching.
"""

from collections.abc import Iterable

import msgspec
import pyarrow as pa

from curate.labels.matching import Match, match_labels
from curate.labels.taxonomy import Decisions, Rule, Taxonomy
from curate.schema import require

LABELS = pa.schema(
    [
        ("customer", pa.string()),
        ("export", pa.string()),
        ("label", pa.string()),
        ("count", pa.int64()),
        ("example", pa.string()),
    ]
)
"""What `count_labels` gives: each label once for each export, its objects, and the id of one of them."""

LABEL_KEYS = ["customer", "export", "label"]
LabelKey = tuple[str, str, str]
"""customer, export, label."""


class Outcome(msgspec.Struct, frozen=True):
    """What becomes of a label: `decision` is a concept, `background`, `reject`, or "" where it waits.

    `rules`: of a split; then `decision` is "". `how`, `score`, `margin` as in Match, 1 and 1 for a reviewed decision.
    """

    decision: str
    how: str
    score: float
    margin: float
    rules: tuple[Rule, ...] = ()


def count_labels(segments: pa.Table) -> pa.Table:
    """The labels of a part: a table of schema LABELS."""
    require(segments.schema, [*LABEL_KEYS, "object_id"], "remap")
    columns = [segments[name].cast(pa.string()) for name in [*LABEL_KEYS, "object_id"]]
    return _summed(
        pa.table(
            [*columns, pa.repeat(pa.scalar(1, pa.int64()), len(segments))],
            names=[*LABEL_KEYS, "example", "count"],
        )
    )


def total_labels(counts: Iterable[pa.Table]) -> pa.Table:
    """The labels of all parts, in order, whatever the order of the parts: a table of schema LABELS."""
    return _summed(pa.concat_tables([LABELS.empty_table(), *counts]))


def decide_labels(
    labels: pa.Table, taxonomy: Taxonomy, decisions: Decisions
) -> tuple[dict[LabelKey, Outcome], dict[str, Match]]:
    """Outcome of each row of a LABELS table; and the matches of all labels, for the review queue."""
    matches = match_labels(labels["label"].to_pylist(), taxonomy)
    keys = zip(*(labels[name].to_pylist() for name in LABEL_KEYS), strict=True)
    return {key: _outcome(key, decisions, matches[key[2]]) for key in keys}, matches


def _summed(labels: pa.Table) -> pa.Table:
    grouped = labels.group_by(LABEL_KEYS).aggregate([("count", "sum"), ("example", "min")])
    grouped = grouped.rename_columns(
        [name.removesuffix("_sum").removesuffix("_min") for name in grouped.column_names]
    )
    return (
        grouped.select(LABELS.names)
        .sort_by([(name, "ascending") for name in LABEL_KEYS])
        .cast(LABELS)
    )


def _outcome(key: LabelKey, decisions: Decisions, match: Match) -> Outcome:
    reviewed = decisions.find(*key)
    if reviewed is None:
        return Outcome(match.concept, match.how, match.score, match.margin)
    return Outcome(reviewed.decision, "reviewed", 1.0, 1.0, reviewed.rules)
