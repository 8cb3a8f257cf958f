"""The flow chart holds any numbers, and any names."""

import pytest

from curate.ledger import ExportLedger, LedgerReport
from pipelines.pages.curation.flow_chart import paint_flow_chart


@pytest.mark.parametrize("count", [0, 1, 10**9])
def test_the_flow_chart_holds_any_numbers(count: int) -> None:
    export = ExportLedger(came_in=count, out=count, dropped=0, by_reason={})
    ledger = LedgerReport(
        came_in=30 * count,
        out=count,
        dropped=29 * count,
        by_reason={f"reason_{number}": count for number in range(29)},
        by_export={f"<export-{number}>": export for number in range(30)},
        uncounted=2,
    )
    chart = paint_flow_chart({"ingest": ledger}, {"train": count, "val": 0, "test": 0})
    assert "<export" not in chart
    assert "19 more exports" in chart
    assert "22 more reasons" in chart
    assert "and 2 of unknown count" in chart
    assert "nan" not in chart
