"""Reading an export of a test through the whole of ingest."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from upath import UPath

from curate.drops import IgnoredFile
from curate.errors import InputError
from curate.export_settings import ExportSettings
from curate.ledger import LedgerReport, check, count
from curate.limits import Limits
from curate.stages import ingest


@dataclass(frozen=True)
class ReadBack:
    """What ingest makes of an export."""

    segments: pa.Table
    drops: pa.Table
    ledger: LedgerReport
    ignored: list[str]
    """Paths of the files that were left alone."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.segments.to_pylist()

    @property
    def labels(self) -> Counter[str]:
        """How many objects each label has."""
        return Counter(row["label"] for row in self.rows)

    @property
    def areas(self) -> dict[str, int]:
        """The area of each label's object, px, where no label has several."""
        found: dict[str, int] = {}
        for row in self.rows:
            assert row["label"] not in found
            found[row["label"]] = row["area"]
        return found

    @property
    def reasons(self) -> dict[str, int | None]:
        """Annotations by reason; None if nobody can know. Notes of count 0 are left out."""
        found: dict[str, int | None] = {}
        for row in self.drops.to_pylist():
            reason, number = row["reason"], row["count"]
            if number == 0:
                continue
            known = found.get(reason, 0)
            if known is None or number is None:
                found[reason] = None
            else:
                found[reason] = known + number
        return found


def read_back(
    root: Path,
    format_: str,
    options: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    scratch: Path | None = None,
    **settings: Any,
) -> ReadBack:
    """Read an export as the stage does, and check that its ledger reconciles.

    `scratch`: where it may write; without it, a folder beside the export.
    """
    stated = export_settings(root, format_, options, **settings)
    limits = limits or Limits()
    written = UPath(scratch or root.parent / f"{root.name}.scratch")
    export = ingest.open_export(stated, limits, written)

    batch = []
    ignored = []
    items = ingest.read_export(export, stated)
    for each in ingest.plan(export, items, ingest.keep_in(written)):
        if isinstance(each, IgnoredFile):
            ignored.append(each.path)
        else:
            batch.append(each)

    batch = ingest.decode_batch(ingest.encode_batch(batch))
    made = ingest.ingest_partition(batch, stated, export.files.places, limits)
    assert not made.faults, "\n".join(fault.trace for fault in made.faults)
    ledger = count(made.seen, made.segments, made.drops)
    check(ledger)  # LedgerError if in is not out + dropped
    return ReadBack(made.segments, made.drops, ledger, ignored)


def planned(
    root: Path, format_: str, options: Mapping[str, Any], **settings: Any
) -> list[Any]:
    """What `plan` yields of an export; nothing if nothing in it is of the format any more."""
    stated = export_settings(root, format_, options, **settings)
    export = ingest.open_export(stated, Limits(), UPath(root.parent / "scratch"))
    try:
        items = ingest.read_export(export, stated)
        return list(ingest.plan(export, items, lambda _: "embedded"))
    except InputError:
        return []


def export_settings(
    root: Path, format_: str, options: Mapping[str, Any] | None = None, **settings: Any
) -> ExportSettings:
    """The settings of an export at `root`."""
    stated = {
        "name": "test",
        "path": str(root),
        "format": format_,
        "customer": "someone",
        "domain": "some",
        "licence": "CC0-1.0",
        "options": dict(options or {}),
    }
    return ExportSettings(**(stated | settings))
