"""Training on several ranks keeps to the lock of the build."""

import sys
from contextlib import nullcontext

import pytest
from upath import UPath

from pipelines import on_ranks
from pipelines.flow.build import held
from tests.pipelines.small_project import Project


def test_ranks_do_not_train_where_another_run_is_at_work(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project.add("street", 1, ["car"])
    monkeypatch.setattr(on_ranks, "together", nullcontext)
    monkeypatch.setattr(sys, "argv", ["on_ranks", str(project.settings)])
    with held(UPath(project.build)), pytest.raises(SystemExit) as ended:
        on_ranks.main()
    assert ended.value.code == 2
    assert "another run is at work in this folder" in capsys.readouterr().err
