"""The labels of a run: counted on the workers, decided here once each, sent back as a table.

Remap keeps the table as labels.parquet; the review queue and the pages are made from it.
"""

import functools
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from upath import UPath

from curate import storage
from curate.errors import InputError
from curate.labels.concept_file import load_concepts
from curate.labels.context import Context
from curate.labels.decisions import Decisions, customers_folder, load_decisions
from curate.labels.numbering import (
    NumberRule,
    as_read,
    by_name,
    count_uses,
    find_numbered,
    for_each_label,
)
from curate.labels.outcomes import count_labels, decide_labels, total_labels
from curate.labels.review_queue import review_queue
from curate.labels.taxonomy import Taxonomy
from curate.settings import Settings
from pipelines.flow.partitions import gather
from pipelines.flow.runner import Run

_COLUMNS = ["object_id", "customer", "export", "label"]  # what counting reads
_USES_COLUMNS = ["export", "label", "image_id"]
_MOST_SHOWN = 5  # labels that wait, in the warning


def load(settings: Settings) -> tuple[Taxonomy, Decisions]:
    """The taxonomy and the reviewers' decisions. Raises InputError with file, line and column."""
    customers = customers_folder(settings.taxonomy)
    texts = {}
    for path in (Path(settings.taxonomy), *customers.glob("*.yaml")):
        if path.is_file():
            texts[str(path)] = path.read_bytes()
    return _load(settings.taxonomy, storage.digest(texts))


@functools.lru_cache(maxsize=1)
def _load(path: str, digest: str) -> tuple[Taxonomy, Decisions]:
    """What files of this digest say. It is kept: several stages ask, and YAML is slow to read."""
    del digest  # it only tells the cache whether the files are the same
    taxonomy = load_concepts(Path(path))
    return taxonomy, load_decisions(customers_folder(path), taxonomy)


def digests(settings: Settings) -> dict[str, Any]:
    """What remap's result depends on: taxonomy, decisions, contexts, how numbers are read."""
    taxonomy, decisions = load(settings)
    return {
        "taxonomy": taxonomy.digest,
        "decisions": decisions.digest,
        "label_numbers": number_rules(settings),
        "contexts": _contexts_digest(settings),
    }


def _contexts_digest(settings: Settings) -> str:
    plain = []
    for export, context in sorted(contexts(settings).items()):
        plain.append([export, context.domain, list(context.languages)])
    return storage.digest(plain)


def contexts(settings: Settings) -> dict[str, Context]:
    """The domain and the languages of each export's labels, by the export's name."""
    found = {}
    for export in settings.exports:
        found[export.name] = Context(export.domain, tuple(export.languages))
    return found


def labels_file(build: UPath) -> UPath:
    """Where remap keeps its table of labels (schema `curate.labels.outcomes.LABELS`)."""
    return build / "remap" / "labels.parquet"


def read_labels(build: UPath) -> pd.DataFrame:
    """What became of each label of a build, a row for each name of an export.

    Labels that differ by the number of the instance are one row. The columns are those
    of `curate.labels.outcomes.LABELS`; `suggestions` holds arrays of
    {"concept": …, "score": …}. Raises InputError if remap has not written it.
    """
    file = labels_file(build)
    if not file.exists():
        raise InputError(
            f"{file}: not there; run 'python -m pipelines remap' with this settings file first"
        )
    table: pd.DataFrame = storage.read_table(file).to_pandas()
    return by_name(table)


def queue_file(build: UPath) -> UPath:
    """Where the labels that wait for a decision are listed."""
    return build / "taxonomy" / "review.yaml"


def match(run: Run) -> pa.Table:
    """Count the labels of ingest's partitions and decide each once: a table of schema `LABELS`.

    The labels that wait for a decision are written to the review queue and warned of.
    """
    taxonomy, decisions = load(run.settings)
    counted = gather(run, "remap: labels", _count, "ingest", _COLUMNS, None)
    counts = as_read(total_labels(counted), _numbered(run), decisions)
    decided = decide_labels(
        by_name(counts), taxonomy, decisions, contexts(run.settings)
    )

    queue = queue_file(run.build)
    storage.write_bytes(queue, review_queue(decided).encode())
    _warn_of_waiting(run, decided.to_pandas(), queue)
    return for_each_label(counts, decided)


def _numbered(run: Run) -> dict[tuple[str, str], str]:
    """The names of labels that number instances, by export and label."""
    uses = gather(run, "remap: numbers", _count_uses, "ingest", _USES_COLUMNS, None)
    rules = number_rules(run.settings)
    return find_numbered(uses, rules)


def number_rules(settings: Settings) -> dict[str, NumberRule]:
    """What the settings say of the numbers in each export's labels."""
    return {export.name: export.label_numbers for export in settings.exports}


def _count_uses(rows: pa.Table, _: None) -> pd.DataFrame:
    return count_uses(rows)


def _count(rows: pa.Table, _: None) -> pd.DataFrame:
    return count_labels(rows)


def _warn_of_waiting(run: Run, labels: pd.DataFrame, queue: UPath) -> None:
    waiting = labels[labels["decision"] == ""]
    if waiting.empty:
        return
    shown = ", ".join(repr(label) for label in waiting["label"].head(_MOST_SHOWN))
    if len(waiting) > _MOST_SHOWN:
        shown += f" and {len(waiting) - _MOST_SHOWN} more"
    run.screen.warn(f"{len(waiting)} labels wait for a decision in {queue}: {shown}")


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
    for row in result["labels"]:
        if row["decision"]:
            decided = f"{row['decision']} ({row['how']}, {row['score']:.2f})"
        else:
            decided = "waits for a decision"
        lines.append(
            f"{row['export']:<16} {row['label']!r:<28} {row['count']:>8,}  {decided}"
        )

    objects = [
        f"{number:,} {how}" for how, number in result["objects_by_match"].items()
    ]
    lines += [
        "",
        f"objects: {', '.join(objects)}",
        f"labels that wait: {result['open']}; the queue is {result['queue']}",
    ]
    return "\n".join(lines)
