"""The page of the loop: its numbers are those of the files, and nothing of strangers acts."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from upath import UPath

from curate.storage import write_table
from model.promotion import add_promotion
from pipelines.pages.loop.effort_summary import summarise
from pipelines.pages.loop.loop import write_loop_page
from pipelines.rounds.effort import SCHEMA
from pipelines.rounds.records import Outcome, Round
from pipelines.rounds.store import end
from tests.pipelines.pages.page_reader import PageReader

HOSTILE = "</td><script>alert(1)</script>"


def made_round(number: int, outcome: Outcome, falls: str = "") -> Round:
    return Round(
        number=number,
        began="2026-01-02T03:00:00+00:00",
        start=f"runs/{number}",
        against=f"runs/{number}",
        manifest=f"manifest {number}",
        new=1200 + number,
        to_learn=1000,
        new_share=0.5,
        run=number + 1,
        outcome=outcome,
        falls=falls,
        iou=0.7 + number / 100,
        iou_change=0.012,
        ended="2026-01-02T03:04:05+00:00",
    )


def made_row(number: int, *, edge: float | None, seconds: float) -> dict[str, Any]:
    row: dict[str, Any] = {
        "object_id": f"{number:032x}",
        "export": "e",
        "customer": HOSTILE if number == 3 else "acme",
        "week": f"2026-W0{1 + number % 2}",
        "is_answered": edge is not None,
        "seconds": seconds,
    }
    if edge is not None:
        row |= {"iou": 0.9, "edge_to_redraw": edge, "clicks": 2.0, "run": 1}
        row |= {"is_untouched": edge == 0, "model": "m"}
    return row


def write_build(folder: Path) -> UPath:
    """A build of three rounds, of which the second was stopped, and of effort in two."""
    build = UPath(folder / "mine")
    end(build, made_round(1, "promoted"))
    end(build, made_round(2, "stopped", f"the model is worse in {HOSTILE}"))
    end(build, made_round(3, "unjudged"))
    add_promotion(build, 2, "m2")
    first = [
        made_row(1, edge=0.4, seconds=14.0),
        made_row(2, edge=0.2, seconds=7.0),
        made_row(3, edge=None, seconds=30.0),
    ]
    second = [made_row(4, edge=0.0, seconds=7.0)]
    for number, rows in enumerate([first, second], start=1):
        table = pa.Table.from_pylist(rows, SCHEMA)
        write_table(build / "loop" / "effort" / f"{number}.parquet", table)
    return build


@pytest.fixture
def page(tmp_path: Path) -> PageReader:
    path = write_loop_page(write_build(tmp_path))
    assert path is not None
    return PageReader(path.read_text("utf-8"))


def test_rounds_and_their_fate_are_told(page: PageReader) -> None:
    text = page.text
    assert "rounds 3 1 promoted; run 2 is in use" in text
    assert "run 2 is promoted 1,201 1,000 0.710 +0.012" in text
    assert "run 3 is stopped by the gate" in text
    assert "run 4 is judged on too few images" in text
    assert "Why round 2 was stopped the model is worse in" in text


def test_the_effort_is_that_of_the_files(page: PageReader) -> None:
    text = page.text
    assert "objects that came back 4 3 made from an answer" in text
    assert "accepted untouched 33%" in text
    assert "edge to redraw 20%" in text
    # round, objects, from an answer, untouched, edge, IoU, clicks, corners, seconds, by hand
    assert "1 3 2 0% 30% 0.900 2.0 – 10.5 30.0 0.1" in text
    assert "2 1 1 100% 0% 0.900 2.0 – 7.0 – 0.1" in text
    assert "acme 2026-W01 2 2 50% 10%" in text


def test_what_strangers_wrote_does_nothing(page: PageReader) -> None:
    assert page.scripts == []
    assert HOSTILE in page.text
    allowed = ("#", "data:", "index.html", "curation.html", "report.html")
    assert all(address.startswith(allowed) for address in page.addresses)


def test_the_index_lists_it(tmp_path: Path) -> None:
    build = write_build(tmp_path)
    write_loop_page(build)
    index = PageReader((build / "report" / "index.html").read_text("utf-8"))
    assert "loop.html" in index.addresses
    assert "mine: the loop What became of each round" in index.text


def test_without_rounds_there_is_no_page(tmp_path: Path) -> None:
    assert write_loop_page(UPath(tmp_path)) is None
    assert not (tmp_path / "report").exists()


def test_without_effort_the_rounds_are_shown_all_the_same(tmp_path: Path) -> None:
    build = UPath(tmp_path)
    end(build, made_round(1, "promoted"))
    path = write_loop_page(build)
    assert path is not None
    text = PageReader(path.read_text("utf-8")).text
    assert "objects that came back 0" in text
    assert "What corrections cost" not in text


def test_minutes_saved_follow_the_published_claim() -> None:
    rows = [made_row(number, edge=0.1, seconds=70.0) for number in range(6)]
    table = pa.Table.from_pylist(rows, SCHEMA)
    found = summarise(table.to_pandas())
    # Each would have taken 100 s.
    assert found.minutes_saved == pytest.approx(6 * 30 / 60)

    untold = table.to_pandas().assign(seconds=None)
    assert summarise(untold).minutes_saved is None
    assert summarise(pd.DataFrame(untold[:0])).iou is None
