"""The ledger: what came in = what went on + what was dropped, by reason and by export."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
import pyarrow as pa


class LedgerError(RuntimeError):
    """A stage lost or invented an annotation: a bug of ours, never of the input."""


class Ledger(msgspec.Struct, frozen=True):
    """Counts of annotations by export; `uncounted`: drop rows that stand for nobody knows how many."""

    seen: Mapping[str, int]
    out: Mapping[str, int]
    drops: Mapping[tuple[str, str], int]
    uncounted: int


def count(seen: Mapping[str, int], segments: pa.Table, drops: pa.Table) -> Ledger:
    """The ledger of one part: `seen` annotations by export, and the tables that came of them."""
    dropped: Counter[tuple[str, str]] = Counter()
    for export, reason, number in zip(
        *(drops[name].to_pylist() for name in ("export", "reason", "count")), strict=True
    ):
        dropped[export, reason] += number or 0
    return Ledger(dict(seen), by_export(segments), dropped, drops["count"].null_count)


def by_export(segments: pa.Table) -> dict[str, int]:
    """Rows of a table by export."""
    return {
        each["values"]: each["counts"]
        for each in segments["export"].combine_chunks().value_counts().to_pylist()
    }


def total(ledgers: list[Ledger]) -> Ledger:
    """The sum of the parts' ledgers."""
    seen: Counter[str] = Counter()
    out: Counter[str] = Counter()
    drops: Counter[tuple[str, str]] = Counter()
    for ledger in ledgers:
        seen.update(ledger.seen)
        out.update(ledger.out)
        drops.update(ledger.drops)
    return Ledger(seen, out, drops, sum(ledger.uncounted for ledger in ledgers))


def report(ledger: Ledger) -> dict[str, Any]:
    """The ledger as ledger.json holds it. LedgerError where in ≠ out + dropped, overall or for an export."""
    exports = sorted({*ledger.seen, *ledger.out, *(export for export, _ in ledger.drops)})
    by_export = {export: _export_report(ledger, export) for export in exports}
    for export, row in by_export.items():
        if row["in"] != row["out"] + row["dropped"]:
            raise LedgerError(
                f"export {export}: {row['in']} in, but {row['out']} out and {row['dropped']} dropped"
            )
    by_reason: Counter[str] = Counter()
    for (_, reason), number in sorted(ledger.drops.items()):
        by_reason[reason] += number
    return {
        "in": sum(row["in"] for row in by_export.values()),
        "out": sum(row["out"] for row in by_export.values()),
        "dropped": sum(row["dropped"] for row in by_export.values()),
        "by_reason": dict(by_reason),
        "by_export": by_export,
        "uncounted": ledger.uncounted,
    }


def _export_report(ledger: Ledger, export: str) -> dict[str, Any]:
    reasons = {
        reason: number for (name, reason), number in sorted(ledger.drops.items()) if name == export
    }
    return {
        "in": ledger.seen.get(export, 0),
        "out": ledger.out.get(export, 0),
        "dropped": sum(reasons.values()),
        "by_reason": reasons,
    }
