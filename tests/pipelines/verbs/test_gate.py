"""A model that the gate stops ends the verb with exit 3, and the message says where it fell."""

import pytest
from typer.testing import CliRunner

from model.evaluation.report import Gate, GateCheck, Stratum
from pipelines.cli import app
from pipelines.verbs import evaluate as evaluate_verb
from pipelines.verbs.evaluate import Evaluated
from pipelines.verbs.gate import explain_falls
from tests.pipelines.small_project import Project


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


def test_falls_are_named_with_their_size_and_certainty() -> None:
    checks = [check("domain", "shop", fell=True), check("overall", "all", fell=False)]
    gate = Gate(
        baseline="runs/3",
        digest="d",
        objects=5000,
        left_out=0,
        passed=False,
        checks=checks,
        too_small=[],
    )
    assert explain_falls(gate) == (
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
