"""`taxonomy check`: a taxonomy and the customers' decisions are sound, or where they are not."""

from pathlib import Path

import pytest

from tests.pipelines.small_project import Project, Verb


def test_check_tells_the_place_of_a_mistake(project: Project, verb: Verb) -> None:
    folder = project.folder / "taxonomy"
    outcome = verb("taxonomy", "check", folder)
    assert outcome.code == 0
    assert "4 concepts and 0 decisions of 0 customers: sound" in outcome.out
    (folder / "customers").mkdir()
    (folder / "customers" / "acme.yaml").write_text("labels:\n  PKW: pedestrians\n")
    outcome = verb("taxonomy", "check", folder / "concepts.yaml")
    assert outcome.code == 2
    assert "acme.yaml:2:3: no concept 'pedestrians'" in outcome.err
    assert "'person' has that name" in outcome.err


def test_check_without_a_path_is_of_the_projects_own(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = verb("taxonomy", "check")
    assert outcome.code == 0
    (tmp_path / "taxonomy").mkdir()
    assert "taxonomy/concepts.yaml" in verb("taxonomy", "check").err
