"""Progress in plain lines: shares of the work, not of the number of parts."""

import pytest

from pipelines.flow import screen
from pipelines.flow.screen import Screen


def test_time_left_is_by_the_work_that_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(screen.time, "monotonic", lambda: now)
    with Screen().steps("shard", 1000) as advance:
        now = 105.0
        advance(100)  # too soon for a line
        now = 130.0
        advance(150)
        now = 160.0
        advance(750)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["shard: 25%, about 2 min left", "shard: 100%, about 1 s left"]


def test_no_work_is_no_division_by_nothing() -> None:
    with Screen().steps("ingest", 0) as advance:
        advance(0)
