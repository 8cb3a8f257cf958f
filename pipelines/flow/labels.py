"""The labels of a run: counted on the workers, decided here once each, sent back as a table.

Remap keeps the table as labels.parquet; the review queue and the pages are made from it.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from upath import UPath

from curate import storage
from curate.errors import InputError
from curate.labels.concept_file import load_concepts
from curate.labels.context import Context
from curate.labels.decisions import (
    Decisions,
    customers_files,
    customers_folder,
    load_decisions,
)
from curate.labels.numbering import (
    NumberRule,
    as_read,
    by_name,
    count_uses,
    find_numbered,
    for_each_label,
    total_uses,
)
from curate.labels.outcomes import count_labels, decide_labels, total_labels
from curate.labels.taxonomy import Taxonomy
from curate.settings import Settings
from curate.text import decode_text
from pipelines.failures import CheckFailed
from pipelines.flow import queue
from pipelines.flow.partitions import gather_totals
from pipelines.flow.runner import Run
from pipelines.flow.screen import counted
from pipelines.flow.unlisted_languages import warn_of_languages
from pipelines.flow.unused_decisions import warn_of_unused

# What counting reads.
_COLUMNS = ["object_id", "image_id", "customer", "export", "label"]
_MOST_SHOWN = 5  # labels that wait, in the warning


def load(settings: Settings) -> tuple[Taxonomy, Decisions]:
    """The taxonomy and the reviewers' decisions. Raises InputError with file, line and column."""
    texts = {}
    for path in taxonomy_files(settings):
        texts[str(path)] = path.read_bytes()
    taxonomy = load_taxonomy(settings)
    digest = storage.digest(texts)
    return taxonomy, _load_decisions(_Customers(settings.taxonomy, digest, taxonomy))


def load_taxonomy(settings: Settings) -> Taxonomy:
    """The taxonomy alone. Raises InputError with file, line and column."""
    path = UPath(settings.taxonomy)
    content = b""
    if path.is_file():
        content = path.read_bytes()
    return _load_concepts(settings.taxonomy, storage.digest(content))


def taxonomy_files(settings: Settings) -> list[Path | UPath]:
    """concepts.yaml and the customers' files, as far as they are there."""
    customers = customers_files(customers_folder(settings.taxonomy))
    return [path for path in (UPath(settings.taxonomy), *customers) if path.is_file()]


def taxonomy_texts(settings: Settings) -> dict[str, str]:
    """The texts of concepts.yaml and the customers' files, by their path beside concepts.yaml.

    Remap keeps them, so that `taxonomy diff` can tell what has changed since.
    """
    concepts = UPath(settings.taxonomy)
    texts = {}
    for path in taxonomy_files(settings):
        name = f"customers/{path.name}"
        if path == concepts:
            name = "concepts.yaml"
        texts[name] = decode_text(path.read_bytes())
    return texts


# What files of a digest say is kept: several stages ask, and YAML is slow to read.


@functools.lru_cache(maxsize=1)
def _load_concepts(path: str, digest: str) -> Taxonomy:
    del digest  # it only tells the cache whether the file is the same
    return load_concepts(UPath(path))


@dataclass(frozen=True, slots=True)
class _Customers:
    """The customers' files beside the file `path`; equal if all files are the same."""

    path: str
    digest: str
    taxonomy: Taxonomy = field(compare=False)


@functools.lru_cache(maxsize=1)
def _load_decisions(files: _Customers) -> Decisions:
    return load_decisions(customers_folder(files.path), files.taxonomy)


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
    return queue.queue_file(build)


@dataclass(frozen=True, slots=True)
class CountedLabels:
    """The labels of ingest's partitions.

    `counts`: a table with the columns of `LABEL_COUNTS`. `names`: of labels that number
    instances, by export and label.
    """

    counts: pd.DataFrame
    names: dict[tuple[str, str], str]


def count(run: Run) -> CountedLabels:
    """Count the labels of ingest's partitions, and find those that number instances."""
    counted = gather_totals(
        run, "remap: labels", _count, _total, "ingest", _COLUMNS, None
    )
    names = find_numbered([uses for _, uses in counted], number_rules(run.settings))
    return CountedLabels(total_labels([labels for labels, _ in counted]), names)


def decide(
    settings: Settings,
    counted: CountedLabels,
    taxonomy: Taxonomy,
    decisions: Decisions,
) -> pa.Table:
    """What becomes of each label by a taxonomy: a table of schema `LABELS_AS_READ`."""
    counts = as_read(counted.counts, counted.names, decisions)
    decided = decide_labels(by_name(counts), taxonomy, decisions, contexts(settings))
    return for_each_label(counts, decided)


def names_of(labels: pa.Table) -> pa.Table:
    """A table of `decide` with one row for each name: labels that are read alike are one."""
    schema = labels.schema.remove(labels.schema.get_field_index("read_as"))
    named = by_name(labels.to_pandas())
    return pa.Table.from_pandas(named, schema=schema, preserve_index=False)


def match(run: Run, applied: queue.Applied | None = None) -> pa.Table:
    """Count the labels of ingest's partitions and decide each: a table of `LABELS_AS_READ`.

    The labels that wait for a decision are warned of and written to the review queue, unless
    reviewers have written there since. `applied`: the queue of which everything has been applied.
    """
    taxonomy, decisions = load(run.settings)
    labels = decide(run.settings, count(run), taxonomy, decisions)

    named = names_of(labels)
    queue.write_queue(run, named, taxonomy, applied)
    warn_of_unused(run, labels.to_pandas(), decisions)
    _warn_of_waiting(run, named.to_pandas())
    warn_of_languages(run, named.to_pandas(), taxonomy)
    return labels


def number_rules(settings: Settings) -> dict[str, NumberRule]:
    """What the settings say of the numbers in each export's labels."""
    return {export.name: export.label_numbers for export in settings.exports}


def _count(rows: pa.Table, _: None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The labels of a partition, and how its images use them."""
    return count_labels(rows), count_uses(rows)


def _total(
    counted: Sequence[tuple[pd.DataFrame, pd.DataFrame]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The answers of `_count` as one."""
    labels, uses = zip(*counted, strict=True)
    return total_labels(labels), total_uses(uses)


def waiting_shares(labels: pd.DataFrame) -> dict[str, float]:
    """Share of the objects of each export whose label waits; exports without any are left out.

    `labels`: a table with the columns of `LABELS`.
    """
    is_waiting = labels["decision"] == ""
    waiting = labels[is_waiting].groupby("export")["count"].sum()
    objects = labels.groupby("export")["count"].sum()
    objects = objects.reindex(waiting.index)
    shares = waiting / objects
    return {str(export): float(share) for export, share in shares.items()}


def check_budget(settings: Settings, labels: pd.DataFrame) -> None:
    """CheckFailed if more objects of an export wait than the settings allow."""
    most = settings.review.max_waiting
    if most is None:
        return
    over = {
        export: share
        for export, share in waiting_shares(labels).items()
        if share > most
    }
    if over:
        build = UPath(settings.build)
        raise CheckFailed(
            f"review.max_waiting allows {most:.1%} of an export's objects to wait for a "
            f"decision on their label, but there wait {_listed(over)}; "
            f"decide them in {queue_file(build)}"
        )


def _warn_of_waiting(run: Run, labels: pd.DataFrame) -> None:
    waiting = labels[labels["decision"] == ""]
    if waiting.empty:
        return
    most_first = waiting.sort_values("count", ascending=False, kind="stable")
    shown = ", ".join(map(_quoted, most_first["label"].head(_MOST_SHOWN)))
    if len(waiting) > _MOST_SHOWN:
        shown += f" and {len(waiting) - _MOST_SHOWN} more"
    number = counted(len(waiting), "label waits", "labels wait")
    run.screen.warn(
        f"{number} for a decision in {queue_file(run.build)}: {shown}; "
        f"without it go {_listed(waiting_shares(labels))}"
    )


def _quoted(label: str) -> str:
    """A label for a reader, who would overlook an empty one between quotes.

    >>> _quoted("PKW alt"), _quoted("")
    ("'PKW alt'", '(empty label)')
    """
    if label == "":
        return "(empty label)"
    return repr(label)


def _listed(shares: Mapping[str, float]) -> str:
    """Shares of exports for a reader, the largest first."""
    largest_first = sorted(shares.items(), key=lambda item: -item[1])
    shown = largest_first[:_MOST_SHOWN]
    texts = [f"{share:.1%} of {export}" for export, share in shown]
    more = len(shares) - len(shown)
    if more:
        texts.append(f"shares of {more} more")
    return ", ".join(texts)
