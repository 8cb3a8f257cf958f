"""What becomes of each label: counted in every partition, decided once, kept in labels.parquet.

A reviewer's decision has precedence over every rule of matching.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from curate.labels.context import Context
from curate.labels.decisions import Decision, Decisions
from curate.labels.matching import Match, Matcher, match_vocabulary, matcher
from curate.labels.taxonomy import Taxonomy
from curate.schema import require

LABEL_KEYS = ["customer", "export", "label"]
"""The columns that name a label; together they are unique."""

LABEL_COUNTS = pa.schema(
    [
        ("customer", pa.string()),
        ("export", pa.string()),
        ("label", pa.string()),
        ("count", pa.int64()),
        ("example", pa.string()),
    ]
)
"""Each label of each export: its number of objects, and the smallest object_id of them."""

LABELS = pa.schema(
    [
        *LABEL_COUNTS,
        ("decision", pa.string()),
        ("how", pa.string()),
        ("score", pa.float64()),
        ("margin", pa.float64()),
        (
            "suggestions",
            pa.list_(pa.struct([("concept", pa.string()), ("score", pa.float64())])),
        ),
        ("why", pa.string()),
    ]
)
"""labels.parquet: `LABEL_COUNTS`, and what becomes of each label.

`decision`: a concept's id, `background`, `reject`, `split`, or "" if the label waits.
`how`, `score`, `margin`, `suggestions`: as in `matching.Match`; of a reviewed decision,
score and margin are 1. `why`: the rule that answered, or why none did, in words.
"""


def count_labels(segments: pa.Table) -> pd.DataFrame:
    """The labels of a partition: a table with the columns of `LABEL_COUNTS`."""
    require(segments.schema, [*LABEL_KEYS, "object_id"], "remap")
    by_label = segments.group_by(LABEL_KEYS)
    grouped = by_label.aggregate([("object_id", "count"), ("object_id", "min")])
    renamed = grouped.rename_columns(
        {"object_id_count": "count", "object_id_min": "example"}
    )
    counts: pd.DataFrame = (
        renamed.select(LABEL_COUNTS.names).cast(LABEL_COUNTS).to_pandas()
    )
    return counts


def total_labels(counts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The tables of `count_labels` as one, sorted by `LABEL_KEYS` whatever their order."""
    together = pd.concat([LABEL_COUNTS.empty_table().to_pandas(), *counts])
    by_label = together.groupby(LABEL_KEYS)
    summed: pd.DataFrame = by_label.agg(
        count=("count", "sum"), example=("example", "min")
    )
    return summed.reset_index()


def decide_labels(
    counts: pd.DataFrame,
    taxonomy: Taxonomy,
    decisions: Decisions,
    contexts: Mapping[str, Context] | None = None,
) -> pa.Table:
    """What becomes of each label of `total_labels`: a table of schema `LABELS`.

    The labels of an export are matched together. `contexts`: the domain and languages of exports
    by their names; an export that is not there has no domain, and English labels.
    """
    matches = _match_exports(counts, taxonomy, contexts or {})
    rows = []
    for row in counts.to_dict("records"):
        match = matches[row["export"]][row["label"]]
        reviewed = decisions.find(row["customer"], row["export"], row["label"])
        rows.append(row | _outcome(match, reviewed))
    return pa.Table.from_pylist(rows, schema=LABELS)


def _match_exports(
    counts: pd.DataFrame, taxonomy: Taxonomy, contexts: Mapping[str, Context]
) -> dict[str, dict[str, Match]]:
    """The matches of the labels of each export, by the export's name."""
    matchers: dict[tuple[str, ...], Matcher] = {}
    found = {}
    for export, labels in counts.groupby("export")["label"]:
        context = contexts.get(str(export), Context())
        languages = context.languages
        if languages not in matchers:
            matchers[languages] = matcher(taxonomy, languages)
        ready = matchers[languages]
        found[str(export)] = match_vocabulary(labels, ready, context.domain)
    return found


def _outcome(match: Match, reviewed: Decision | None) -> dict[str, Any]:
    """The columns of `LABELS` after the counts, of one row."""
    suggestions = [
        {"concept": each.concept, "score": each.score} for each in match.suggestions
    ]
    outcome = {
        "decision": match.concept,
        "how": match.how,
        "score": match.score,
        "margin": match.margin,
        "suggestions": suggestions,
        "why": match.why,
    }
    if reviewed is not None:
        outcome["decision"] = reviewed.word
        outcome["how"] = "reviewed"
        outcome["score"] = 1.0
        outcome["margin"] = 1.0
        outcome["why"] = "a reviewer decided"
    return outcome
