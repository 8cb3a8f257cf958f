"""A model that the gate stops ends the verb with exit 3, and the message says where it fell."""

import pytest
from typer.testing import CliRunner
from upath import UPath

from curate.settings import Settings
from model.evaluation.report import Gate, GateCheck, Stratum, write_report
from pipelines.cli import app
from pipelines.verbs import evaluate as evaluate_verb
from pipelines.verbs import gate as gate_verb
from pipelines.verbs.evaluate import Evaluated
from pipelines.verbs.gate_words import explain_falls
from tests.model.made_runs import make_report
from tests.pipelines.small_project import Project, Verb


def check(kind: str, value: str, *, fell: bool) -> GateCheck:
    return GateCheck(
        stratum=Stratum(kind, value),
        metric="iou",
        objects=1200,
        images=400,
        mean=-0.031,
        low=-0.05,
        high=-0.012,
        by_chance=0.0004,
        fell=fell,
    )


def make_gate(*, fell: bool) -> Gate:
    return Gate(
        baseline="runs/3",
        digest="d",
        objects=5000,
        left_out=0,
        passed=not fell,
        checks=[
            check("domain", "shop", fell=fell),
            check("overall", "all", fell=False),
        ],
        too_small=[],
    )


def test_falls_are_named_with_their_size_and_certainty() -> None:
    assert explain_falls(make_gate(fell=True)) == (
        "the model is worse than runs/3 in\n"
        "  domain shop: IoU -0.031 (-0.050 to -0.012; 1,200 objects on 400 images; "
        "by chance less than 1 in 1,000)"
    )


def test_a_stopped_model_is_exit_3(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(settings: object) -> Evaluated:
        del settings
        return Evaluated(
            "report.json", "the model is worse than runs/3 in\n  domain shop"
        )

    monkeypatch.setattr(evaluate_verb, "evaluate", stopped)
    project.add("shop", images=1, labels=["dog"])
    settings = project.change()
    result = CliRunner().invoke(app, ["evaluate", str(settings)])
    assert result.exit_code == 3
    assert "check failed: the model is worse than runs/3" in result.stderr


@pytest.mark.parametrize(
    ("gate", "code", "said"),
    [
        (make_gate(fell=False), 0, "passed: in no stratum is the model shown"),
        (make_gate(fell=True), 3, "worse than runs/3 in\n  domain shop: IoU -0.031"),
        (None, 2, "no other run was promoted yet"),
    ],
)
def test_the_verb_compares_with_the_promoted_run(
    project: Project,
    verb: Verb,
    monkeypatch: pytest.MonkeyPatch,
    gate: Gate | None,
    code: int,
    said: str,
) -> None:
    project.add("shop", images=1, labels=["dog"])
    path = UPath(project.build / "evaluate/report.json")
    named: list[str | None] = []

    def judged(settings: Settings) -> Evaluated:
        named.append(settings.evaluate.baseline)
        write_report(path, make_report("m", gate=gate))
        return Evaluated(str(path), None)

    monkeypatch.setattr(gate_verb, "evaluate", judged)
    outcome = verb("gate", project.settings)
    assert outcome.code == code
    assert said in outcome.out + outcome.err
    verb("gate", project.settings, "--baseline", "runs/3")
    project.change(evaluate={"baseline": "runs/2"})
    verb("gate", project.settings)
    assert named == ["promoted", "runs/3", "runs/2"]
