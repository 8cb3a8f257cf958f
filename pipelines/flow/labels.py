"""Labels are matched once each, not once for each row: counted on the workers, matched here, sent back as outcomes."""

import functools
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from upath import UPath

from curate import storage
from curate.labels import review, taxonomy
from curate.labels.matching import Match
from curate.labels.outcomes import (
    LABELS,
    LabelKey,
    Outcome,
    count_labels,
    decide_labels,
    total_labels,
)
from curate.labels.taxonomy import Decisions, Taxonomy
from curate.settings import Settings
from pipelines.flow.runner import Run, gather

_COLUMNS = ["object_id", "customer", "export", "label"]
_MOST_SHOWN = 5


class Matched(NamedTuple):
    """All labels (a table of schema LABELS), what becomes of each, and the matches behind it."""

    labels: pa.Table
    outcomes: dict[LabelKey, Outcome]
    matches: Mapping[str, Match]


def load(settings: Settings) -> tuple[Taxonomy, Decisions]:
    """The taxonomy and the reviewers' decisions. InputError with file, line and column."""
    customers = taxonomy.customers_folder(settings.taxonomy)
    texts = {
        str(path): path.read_bytes()
        for path in (Path(settings.taxonomy), *customers.glob("*.yaml"))
        if path.is_file()
    }
    return _load(settings.taxonomy, storage.digest(texts))


@functools.lru_cache(maxsize=1)
def _load(path: str, digest: str) -> tuple[Taxonomy, Decisions]:
    """What files of this digest say: several stages ask, and YAML with positions is slow to read."""
    del digest
    concepts = taxonomy.load_concepts(Path(path))
    return concepts, taxonomy.load_decisions(taxonomy.customers_folder(path), concepts)


def digests(settings: Settings) -> dict[str, Any]:
    """What remap's result depends on: the taxonomy, and the decisions."""
    concepts, decisions = load(settings)
    return {"taxonomy": concepts.digest, "decisions": decisions.digest}


def match(run: Run) -> Matched:
    """Count the labels of ingest's parts and match each once; the labels that wait go to the review queue."""
    concepts, decisions = load(run.settings)
    counted = gather(run, "remap: labels", _count, "ingest", _COLUMNS, None)
    labels = total_labels(pa.Table.from_pydict(each, schema=LABELS) for each in counted)
    outcomes, matches = decide_labels(labels, concepts, decisions)
    matched = Matched(labels, outcomes, matches)
    queue = queue_file(run.build)
    storage.write_bytes(queue, review.review_queue(labels, outcomes, matches).encode())
    if waiting := open_labels(matched):
        shown = ", ".join(repr(label) for _, _, label in waiting[:_MOST_SHOWN])
        more = f" and {len(waiting) - _MOST_SHOWN} more" if len(waiting) > _MOST_SHOWN else ""
        run.screen.warn(f"{len(waiting)} labels wait for a decision in {queue}: {shown}{more}")
    return matched


def open_labels(matched: Matched) -> list[LabelKey]:
    """The labels that no reviewer and no rule decides."""
    return [
        key
        for key, outcome in matched.outcomes.items()
        if not outcome.decision and not outcome.rules
    ]


def queue_file(build: UPath) -> UPath:
    """Where the labels that wait for a decision are listed."""
    return build / "taxonomy" / "review.yaml"


def plain(matched: Matched) -> dict[str, Any]:
    """Labels with what becomes of them, and how many objects were decided how, as JSON holds them."""
    how: Counter[str] = Counter()
    rows = []
    for row in matched.labels.to_pylist():
        outcome = matched.outcomes[row["customer"], row["export"], row["label"]]
        decision = "split" if outcome.rules else outcome.decision
        how[outcome.how or "waits"] += row["count"]
        rows.append(
            row
            | {
                "decision": decision,
                "how": outcome.how,
                "score": outcome.score,
                "margin": outcome.margin,
            }
        )
    return {
        "objects_by_match": dict(how.most_common()),
        "open": len(open_labels(matched)),
        "labels": rows,
    }


def text(result: dict[str, Any]) -> str:
    """The labels for a reader."""
    lines = []
    for row in result["labels"]:
        decided = (
            f"{row['decision']} ({row['how']}, {row['score']:.2f})"
            if row["decision"]
            else "waits for a decision"
        )
        lines.append(f"{row['export']:<16} {row['label']!r:<28} {row['count']:>8,}  {decided}")
    by = ", ".join(f"{number:,} {how}" for how, number in result["objects_by_match"].items())
    lines += [
        "",
        f"objects: {by}",
        f"labels that wait: {result['open']}; the queue is {result['queue']}",
    ]
    return "\n".join(lines)


def _count(rows: pa.Table, _: None) -> dict[str, list[Any]]:
    counted: dict[str, list[Any]] = count_labels(rows).to_pydict()
    return counted
