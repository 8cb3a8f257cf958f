"""A stage's code does not change without a new version, and prose is no code."""

import ast
from pathlib import Path

import pytest

from curate.schema import STAGES
from pipelines.flow.stages import FLOW, STAGE_VERSIONS
from tests.pipelines.flow import stage_digests
from tests.pipelines.flow.reached_code import canonical
from tests.pipelines.flow.stage_digests import COMMAND, StageRecord

CURRENT = stage_digests.current()


@pytest.mark.parametrize("stage", STAGES)
def test_the_code_of_a_stage_is_recorded_under_its_version(stage: str) -> None:
    old = stage_digests.recorded()[stage]
    new = CURRENT[stage]
    assert stage_digests.objection(stage, old, new) == ""
    assert old == new, f"{stage} is not recorded as it is; run: {COMMAND}"


def test_the_table_has_every_stage_once() -> None:
    assert tuple(FLOW) == tuple(STAGE_VERSIONS) == STAGES
    assert all(stage.name == name for name, stage in FLOW.items())


@pytest.mark.parametrize(
    ("stage", "reaches", "does_not_reach"),
    [
        ("ingest", "curate.formats.coco", "curate.labels.matching"),
        ("ingest", "curate.pixels.polygons", "curate.stages.shard"),
        ("remap", "curate.labels.matching", "curate.pixels.images"),
        ("split", "curate.stages.split", "curate.stages.balance"),
        ("shard", "curate.shards.windows", "curate.formats.coco"),
    ],
)
def test_the_code_is_followed_across_modules(
    stage: str, reaches: str, does_not_reach: str
) -> None:
    modules = CURRENT[stage].modules
    assert reaches in modules
    assert does_not_reach not in modules
    assert "pipelines.flow.screen" not in modules


def test_changed_code_needs_a_higher_version() -> None:
    old = StageRecord(1, {"a": "0", "b": "0"})
    assert "STAGE_VERSIONS['x']" in stage_digests.objection(
        "x", old, StageRecord(1, {"a": "1"})
    )
    assert stage_digests.objection("x", old, StageRecord(2, {"a": "1"})) == ""
    new_format = StageRecord(1, {"a": "0", "b": "0", "c": "0"})
    assert stage_digests.objection("x", old, new_format) == ""


def test_the_command_refuses_to_record_changed_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stage_digests, "RECORD", tmp_path / "record.json")
    assert stage_digests.main() == 0
    before = stage_digests.recorded()
    assert before == CURRENT
    changed = {**CURRENT, "split": StageRecord(CURRENT["split"].version, {"a": "0"})}
    monkeypatch.setattr(stage_digests, "current", lambda: changed)
    assert stage_digests.main() == 1
    assert stage_digests.recorded() == before
    raised = {**CURRENT, "split": StageRecord(CURRENT["split"].version + 1, {"a": "0"})}
    monkeypatch.setattr(stage_digests, "current", lambda: raised)
    assert stage_digests.main() == 0
    assert stage_digests.recorded() == raised


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("x = 1", "x = 1  # why", True),
        ("def f(a):\n  'A.'\n  return a", "def f(a):\n\n  'B.'\n  return (a)", True),
        ("x = Field(default=1, description='a')", "x = Field(default=1)", True),
        ("x = Field(default=1)", "x = Field(default=2)", False),
        ("f(1, 2)", "f(1, 3)", False),
        ("f(None)", "f()", False),
    ],
)
def test_neither_prose_nor_layout_is_code(one: str, other: str, equal: bool) -> None:
    assert (canonical(ast.parse(one)) == canonical(ast.parse(other))) == equal
