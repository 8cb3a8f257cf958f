"""The ledger adds up, or the stage fails."""

import msgspec
import pyarrow as pa
import pytest

from curate import ledger
from curate.drops import Drop
from curate.ledger import ExportLedger
from curate.reasons import Reason
from curate.schema import drops_table


def part(export: str, rows: int, *counts: int | None) -> tuple[pa.Table, pa.Table]:
    segments = pa.table({"export": pa.array([export] * rows, pa.string())})
    return segments, drops_table(
        Drop(reason=Reason.CROWD, detail="", export=export, count=count)
        for count in counts
    )


def test_parts_add_up_by_reason_and_export() -> None:
    parts = [
        ledger.count({"a": 5}, *part("a", 2, 1, 2, None)),
        ledger.count({"b": 0, "a": 1}, *part("a", 1)),
    ]
    report = ledger.total(parts)
    ledger.check(report)
    assert (report.came_in, report.out, report.dropped, report.uncounted) == (
        6,
        3,
        3,
        1,
    )
    assert report.by_reason == {"crowd": 3}
    assert report.by_export["a"] == ExportLedger(
        came_in=6, out=3, dropped=3, by_reason={"crowd": 3}
    )
    assert report.by_export["b"] == ExportLedger(
        came_in=0, out=0, dropped=0, by_reason={}
    )


def test_a_reason_of_which_nothing_can_be_counted_is_named_all_the_same() -> None:
    report = ledger.count({"a": 1}, *part("a", 1, None, None))
    assert (report.by_reason, report.uncounted) == ({"crowd": 0}, 2)


@pytest.mark.parametrize("seen", [4, 6])
def test_what_is_lost_or_invented_is_a_bug(seen: int) -> None:
    with pytest.raises(ledger.LedgerError, match="export a"):
        ledger.check(ledger.count({"a": seen}, *part("a", 2, 3)))


def test_exports_do_not_make_up_for_each_other() -> None:
    first, second = (
        ledger.count({"a": 1}, *part("a", 2)),
        ledger.count({"b": 2}, *part("b", 1)),
    )
    with pytest.raises(ledger.LedgerError):
        ledger.check(ledger.total([first, second]))


def test_an_empty_build_has_an_empty_ledger() -> None:
    report = ledger.total([ledger.count({}, *part("a", 0))])
    ledger.check(report)
    assert msgspec.to_builtins(report) == {
        "in": 0,
        "out": 0,
        "dropped": 0,
        "by_reason": {},
        "by_export": {},
        "uncounted": 0,
    }
