"""A project with labels that wait for a reviewer."""

import pytest

from tests.pipelines.small_project import Project, Verb


@pytest.fixture
def street(project: Project, verb: Verb) -> Project:
    """Three images, each with an object of four labels, of which two wait."""
    project.add("street", 3, ["zorp", "Dings", "car", "sky"])
    assert verb("taxonomy", project.settings).code == 0
    return project
