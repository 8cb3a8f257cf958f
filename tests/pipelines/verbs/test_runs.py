"""The verbs of runs: what they list, put into use and compare, and their exit codes."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from upath import UPath

from curate.storage import write_json
from model.evaluation.report import Gate, GateCheck, Stratum
from model.promotion import read_promotion
from tests.model.made_runs import judge_run, make_scores, write_run
from tests.pipelines.small_project import Project, Verb


def make_gate(*, passed: bool) -> Gate:
    check = GateCheck(
        stratum=Stratum("domain", "shop"),
        metric="iou",
        objects=200,
        images=100,
        mean=-0.04,
        low=-0.06,
        high=-0.02,
        by_chance=0.0,
        fell=not passed,
    )
    return Gate(
        baseline="runs/1",
        digest="d",
        objects=300,
        left_out=0,
        passed=passed,
        checks=[check],
        too_small=[],
    )


@pytest.fixture
def settings(project: Project) -> Path:
    """A build of three runs: one judged, one that passed the gate, one that it stopped."""
    project.add("street", images=1, labels=["car"])
    rng = np.random.default_rng(0)
    gates = (None, make_gate(passed=True), make_gate(passed=False))
    for number, gate in enumerate(gates, start=1):
        run = write_run(project.build, number, bytes([number]))
        iou = rng.normal(0.6 + number / 100, 0.02, 60)
        judge_run(run, make_scores(iou, ["street", "shop"]), gate)
    return project.settings


def test_runs_are_listed_with_what_the_gate_said(
    project: Project, settings: Path, verb: Verb
) -> None:
    verb("promote", settings, "2")
    (project.build / "runs/1/model.safetensors").unlink()
    lines = verb("runs", settings).out.splitlines()
    assert lines[0].split()[:5] == ["run", "finished", "(UTC)", "start", "steps"]
    assert lines[1].endswith("–     no checkpoint") or lines[1].endswith(
        "no checkpoint"
    )
    assert "passed (runs/1)" in lines[2]
    assert lines[2].endswith("promoted")
    assert "stopped (runs/1)" in lines[3]
    assert lines[4].endswith("promoted: run 2")

    listed = msgspec.json.decode(verb("runs", settings, "--json").out)
    assert [run["gate"] for run in listed["runs"]] == [None, "passed", "stopped"]
    assert [run["promoted"] for run in listed["runs"]] == [False, True, False]
    assert listed["runs"][0]["checkpoint"] is None
    assert listed["runs"][2]["iou"] == pytest.approx(0.63, abs=0.01)


def test_a_build_without_runs_says_so(project: Project, verb: Verb) -> None:
    project.add("street", images=1, labels=["car"])
    outcome = verb("runs", project.settings)
    assert (outcome.code, outcome.out) == (
        0,
        "no runs yet: 'train' leaves the first one\n",
    )
    assert verb("rollback", project.settings).code == 2


def test_a_folder_that_is_no_run_is_named(
    project: Project, settings: Path, verb: Verb
) -> None:
    (project.build / "runs/2/run.json").unlink()
    lines = verb("runs", settings).out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["1", "3"]
    assert lines[3].startswith(
        f"{project.build / 'runs/2'} is no run: it has no run.json"
    )


def test_promotions_and_the_way_back(
    project: Project, settings: Path, verb: Verb
) -> None:
    outcome = verb("promote", settings, "1")
    assert outcome.code == 0
    assert "was not compared with another model" in outcome.err
    assert verb("promote", settings, "2").code == 0

    stopped = verb("promote", settings, "3")
    assert stopped.code == 3
    assert "domain shop: IoU -0.040" in stopped.err
    assert "--anyway" in stopped.err
    promotion = read_promotion(UPath(project.build))
    assert promotion is not None
    assert promotion.run == 2
    assert verb("promote", settings, "3", "--anyway").code == 0

    back = msgspec.json.decode(verb("rollback", settings, "--json").out)
    assert (back["run"], back["before"]) == (2, 3)
    assert back["checkpoint"].endswith("runs/2/model.safetensors")
    assert verb("rollback", settings).out.startswith("run 1 is in use")
    assert "nothing to return to" in verb("rollback", settings).err


@pytest.mark.parametrize(
    ("weights", "said"), [(None, "no longer kept"), (b"other", "has changed since")]
)
def test_a_run_that_cannot_answer_as_it_did_is_not_promoted(
    project: Project, settings: Path, verb: Verb, weights: bytes | None, said: str
) -> None:
    checkpoint = project.build / "runs/2/model.safetensors"
    checkpoint.unlink()
    if weights is not None:
        checkpoint.write_bytes(weights)
    outcome = verb("promote", settings, "2")
    assert outcome.code == 2
    assert said in outcome.err
    assert read_promotion(UPath(project.build)) is None


def test_two_runs_are_compared_with_a_page(
    project: Project, settings: Path, verb: Verb
) -> None:
    outcome = verb("compare", settings, "1", "2")
    assert outcome.code == 0, outcome.err
    assert "run 2 − run 1, on 60 objects answered by both" in outcome.out
    assert "all objects" in outcome.out
    page = project.build / "report/compare-1-2.html"
    assert f"page: {page}" in outcome.out
    assert page.stat().st_size > 5_000

    found = msgspec.json.decode(verb("compare", settings, "1", "2", "--json").out)
    assert found["comparison"]["objects"] == 60
    assert verb("compare", settings, "1", "9").code == 2


def test_a_broken_record_is_named(project: Project, settings: Path, verb: Verb) -> None:
    write_json(UPath(project.build / "promoted.json"), {"run": "two"})
    outcome = verb("runs", settings)
    assert outcome.code == 2
    assert "promoted.json: broken" in outcome.err
