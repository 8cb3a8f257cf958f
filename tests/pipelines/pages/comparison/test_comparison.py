"""The page of two runs: the answer first, bars of one scale, strangers' words as words."""

import re
from pathlib import Path

import numpy as np
import pytest
from upath import UPath

from curate.model_settings import EvaluateSettings
from model.evaluation.run_comparison import compare_runs
from pipelines.pages.comparison.compared_runs import ComparedRuns
from pipelines.pages.comparison.comparison import write_comparison_page
from pipelines.pages.comparison.strata import show_strata
from tests.model.made_runs import judge_run, make_scores, write_run
from tests.pipelines.pages.evaluation.small_report import HOSTILE, make_case
from tests.pipelines.pages.page_reader import PageReader

OBJECTS = 120


@pytest.fixture
def compared(tmp_path: Path) -> ComparedRuns:
    """Run 2 is worse in a domain whose name is hostile."""
    a = write_run(tmp_path, 1, b"a")
    b = write_run(tmp_path, 2, b"b")
    rng = np.random.default_rng(0)
    scores = make_scores(0.7 + rng.normal(0, 0.01, OBJECTS), ["street", HOSTILE])
    judge_run(a, scores)
    worse = scores.copy()
    worse.loc[worse["domain"] == HOSTILE, ["iou", "edge_f_2"]] -= 0.12
    judge_run(b, worse)
    comparison = compare_runs(a, b, EvaluateSettings(bootstrap=200))
    lost = comparison.most_lost[0].object_id
    return ComparedRuns(
        build=UPath(tmp_path),
        a=a,
        b=b,
        comparison=comparison,
        cases_a={lost: make_case("run 1")},
        cases_b={},
    )


def test_the_page_says_what_is_worse_and_fetches_nothing(
    compared: ComparedRuns, tmp_path: Path
) -> None:
    path = write_comparison_page(compared)
    assert path == UPath(tmp_path / "report/compare-1-2.html")
    page = path.read_text("utf-8")
    reader = PageReader(page)
    assert (
        "Over all objects: worse. Run 2 is worse in domain </td><script>" in reader.text
    )
    assert "-0.120" in reader.text
    assert "IoU is lower by 0.1 or more on 60 objects" in reader.text
    assert "Cases gained" not in reader.text
    assert "the answer of run 2 is no longer there" in reader.text
    assert re.search(r"train.seed 1 2", reader.text)

    assert "script" not in reader.tags
    assert "\u202e" not in page
    elsewhere = [
        address
        for address in reader.addresses
        if not address.startswith(("data:image/", "#"))
    ]
    assert elsewhere == ["index.html"]
    assert path.name in (tmp_path / "report/index.html").read_text("utf-8")


def test_bars_share_a_scale_that_holds_all_intervals(compared: ComparedRuns) -> None:
    values = show_strata(compared)
    shown = values["strata"]
    width = values["width"]
    assert isinstance(shown, list)
    assert isinstance(width, float)
    for stratum in shown:
        bar = stratum.bar
        assert 0 <= bar.low <= bar.mean <= bar.high <= width
        assert (bar.mean < width / 2) == (stratum.iou.mean < 0)
    means = [stratum.iou.mean for stratum in shown]
    assert means == sorted(means)
