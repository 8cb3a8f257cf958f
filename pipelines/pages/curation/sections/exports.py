"""The exports: what the settings say of each, and how much of it is left."""

from dataclasses import dataclass

from pandas import DataFrame, Series

from curate.reasons import Reason
from pipelines.pages.curation.curated_build import CuratedBuild
from pipelines.pages.page import Values
from pipelines.pages.table_rows import rows_of

_DECIDED = (
    Reason.BACKGROUND,
    Reason.REJECTED_LABEL,
    Reason.REJECTED_OBJECT,
    Reason.CAPPED,
    Reason.CROWD,
    Reason.DELETED,
)
"""Reasons by which somebody decided that an annotation is not wanted: no losses."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export as the settings describe it, and how much of it is left."""

    name: str
    customer: str
    domain: str
    format: str
    licence: str
    role: str
    trust: float

    images: int
    """Images with objects after ingest."""

    came_in: int
    """Annotations."""

    out: int
    """Annotations that the last stage let through."""

    lost: int
    """Annotations that nobody decided to leave out."""


def show_exports(build: CuratedBuild) -> Values:
    """The exports, and their totals."""
    return {
        "exports": list_exports(build),
        "images": build.ingested_images.sum(),
        "came_in": build.ledgers["ingest"].came_in,
        "out": build.ledgers["shard"].out,
    }


def list_exports(build: CuratedBuild) -> list[ExportRow]:
    """The exports in the order of the settings."""
    columns = ["name", "customer", "domain", "format", "licence", "role", "trust"]
    settings = [export.model_dump(include=set(columns)) for export in build.exports]
    table = DataFrame(settings, columns=columns).set_index("name", drop=False)

    first = build.ledgers["ingest"].by_export
    last = build.ledgers["shard"].by_export
    came_in = {name: ledger.came_in for name, ledger in first.items()}
    out = {name: ledger.out for name, ledger in last.items()}
    losses = build.drops[~build.drops["reason"].isin(_DECIDED)]

    counts = {
        "images": build.ingested_images,
        "came_in": Series(came_in, dtype="int64"),
        "out": Series(out, dtype="int64"),
        "lost": losses.groupby("export")["count"].sum(),
    }
    for name, by_export in counts.items():
        table[name] = by_export.reindex(table.index, fill_value=0)
    return rows_of(table, ExportRow)
