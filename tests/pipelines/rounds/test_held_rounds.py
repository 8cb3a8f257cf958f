"""Deliveries that look wrong as a whole: a round leaves them out until a person accepts them."""

import re
from collections.abc import Collection

import msgspec
import pyarrow.parquet as pq
import pytest

from curate.settings import Settings
from model.annotations.judged_deliveries import keep_deliveries
from model.annotations.report import DeliveryQuality
from model.evaluation.intervals import Interval
from tests.pipelines.rounds.made_model import MadeModel
from tests.pipelines.small_project import Project, Verb


def hold(monkeypatch: pytest.MonkeyPatch, exports: set[str]) -> list[int]:
    """Judging finds the new objects of some exports wrong; how many it was asked about."""
    asked = []

    def judge(
        settings: Settings, checkpoint: str, new: Collection[str], log: object
    ) -> list[DeliveryQuality]:
        assert checkpoint.endswith(("runs/1", "runs/2"))
        del log
        asked.append(len(new))
        found = [
            DeliveryQuality(
                customer="acme",
                export=export,
                objects=len(new),
                judged=len(new),
                doubtful=0.71,
                usual=0.03,
                wrong=Interval(0.9, 0.6, 1.0),
                is_held=True,
                right=4.0,
                below=0.0,
            )
            for export in exports
        ]
        return keep_deliveries(settings, found, new)

    monkeypatch.setattr(
        "model.annotations.judged_deliveries.judge_new_deliveries", judge
    )
    return asked


def test_a_delivery_that_looks_wrong_is_not_learned(
    project: Project, verb: Verb, model: MadeModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.add("street", 12, ["car"], customer="acme")
    verb("loop", project.settings)
    asked = hold(monkeypatch, {"yard"})
    project.add("yard", 8, ["car"], customer="acme")
    before = len(model.trained)

    project.change(balance={"quality_trust": 0.8})
    outcome = verb("loop", project.settings, "--json")
    assert outcome.code == 0, outcome.err
    assert "HELD BACK: customer acme's delivery yard" in outcome.err
    said = msgspec.json.decode(outcome.out)
    assert said["round"] is None
    assert "71% of its masks are doubtful, where 3% are usual" in said["nothing"]
    assert "they lie 4 px to the right" in said["nothing"]
    [delivery] = re.findall(r"accept: \[(yard@[0-9a-f]{8})\]", said["nothing"])
    assert (asked, len(model.trained)) == ([8], before)

    # With others that are sound, these are learned. What is held is not judged again.
    project.add("shop", 8, ["car"], customer="acme")
    hold(monkeypatch, set())
    ended = msgspec.json.decode(verb("loop", project.settings, "--json").out)["round"]
    assert ended["new"] == 8
    assert "yard" not in learned(project)

    # A person lifts it with one setting.
    project.change(balance={"quality_trust": 0.8, "accept": [delivery]})
    ended = msgspec.json.decode(verb("loop", project.settings, "--json").out)["round"]
    assert (ended["new"], ended["held"]) == (8, [])
    assert "yard" in learned(project)


def learned(project: Project) -> set[str]:
    """The exports in the shards."""
    found: set[str] = set()
    for path in (project.build / "balance" / "segments").glob("*.parquet"):
        found |= set(pq.read_table(path, columns=["export"])["export"].to_pylist())
    return found
