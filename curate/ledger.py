"""The ledger: what came in = what went on + what was dropped, by reason."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec
import pyarrow as pa


class LedgerError(RuntimeError):
    """A stage lost or invented an annotation: a bug of ours, never of the input."""


class ExportLedger(msgspec.Struct, frozen=True, rename={"came_in": "in"}):
    """The annotations of one export in a stage: `came_in` = `out` + `dropped`.

    `by_reason`: the dropped annotations by the name of their reason. A reason is listed
    with 0 if its drops are all of unknown count.
    """

    came_in: int
    out: int
    dropped: int
    by_reason: dict[str, int]


class LedgerReport(ExportLedger, frozen=True):
    """The ledger of a stage, as `ledger.json` holds it, or of one partition.

    The counts of annotations are those of all exports together; `by_export` has those
    of each. `uncounted`: rows of drops that stand for a number of annotations that
    nobody can know.
    """

    by_export: dict[str, ExportLedger]
    uncounted: int


def count(seen: Mapping[str, int], segments: pa.Table, drops: pa.Table) -> LedgerReport:
    """The ledger of one partition.

    `seen`: annotations that came in, by export. `segments`, `drops`: the tables that
    came of them, where a row of `segments` is one annotation and a row of `drops` as
    many as its count says.
    """
    by_export_and_reason = drops.group_by(["export", "reason"])
    sums = by_export_and_reason.aggregate([("count", "sum")])
    dropped: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in sums.to_pylist():
        # The sum of unknown counts alone is null.
        known = row["count_sum"] or 0
        dropped[row["export"]][row["reason"]] += known

    uncounted = drops["count"].null_count
    return _make_report(seen, by_export(segments), dropped, uncounted)


def by_export(segments: pa.Table) -> dict[str, int]:
    """Number of rows of a table, by export."""
    counts = segments["export"].combine_chunks().value_counts()
    return {each["values"]: each["counts"] for each in counts.to_pylist()}


def total(ledgers: Iterable[LedgerReport]) -> LedgerReport:
    """The sum of the ledgers of a stage's partitions."""
    came_in: Counter[str] = Counter()
    out: Counter[str] = Counter()
    dropped: defaultdict[str, Counter[str]] = defaultdict(Counter)
    uncounted = 0
    for ledger in ledgers:
        uncounted += ledger.uncounted
        for export, row in ledger.by_export.items():
            came_in[export] += row.came_in
            out[export] += row.out
            dropped[export].update(row.by_reason)

    return _make_report(came_in, out, dropped, uncounted)


def check(report: LedgerReport) -> None:
    """LedgerError if in ≠ out + dropped for an export.

    The sum of all exports could be right by luck.
    """
    for export, row in report.by_export.items():
        if row.came_in != row.out + row.dropped:
            counts = f"{row.came_in} in, but {row.out} out and {row.dropped} dropped"
            raise LedgerError(f"export {export}: {counts}")


def _make_report(
    came_in: Mapping[str, int],
    out: Mapping[str, int],
    dropped: Mapping[str, Mapping[str, int]],
    uncounted: int,
) -> LedgerReport:
    """The report of these counts, by export (`dropped`: by export, then by reason)."""
    exports = {}
    for export in sorted({*came_in, *out, *dropped}):
        reasons = dict(sorted(dropped.get(export, {}).items()))
        exports[export] = ExportLedger(
            came_in=came_in.get(export, 0),
            out=out.get(export, 0),
            dropped=sum(reasons.values()),
            by_reason=reasons,
        )

    by_reason: Counter[str] = Counter()
    for row in exports.values():
        by_reason.update(row.by_reason)

    return LedgerReport(
        came_in=sum(row.came_in for row in exports.values()),
        out=sum(row.out for row in exports.values()),
        dropped=by_reason.total(),
        by_reason=dict(by_reason),
        by_export=exports,
        uncounted=uncounted,
    )
