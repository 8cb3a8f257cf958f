"""What the tests of rounds start from."""

import pytest

from tests.pipelines.rounds.made_model import MadeModel
from tests.pipelines.small_project import Project


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> MadeModel:
    return MadeModel(monkeypatch)


@pytest.fixture
def street(project: Project) -> Project:
    """A project of twelve objects."""
    project.add("street", 12, ["car"])
    return project
