"""A project of many labels whose review page is served, as `taxonomy serve` does it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from curate.settings import Settings
from pipelines.arguments import load
from pipelines.cli import app
from pipelines.pages.review.server import make_app
from tests.pipelines.pages.review.served_page import HOSTILE, TOKEN, ServedPage
from tests.pipelines.served_app import serving
from tests.pipelines.small_project import Project


@pytest.fixture
def served(tmp_path: Path, scheduler: str) -> Iterator[ServedPage]:
    """The page of a project with 3 images, each with an object of each label."""
    project = Project(tmp_path, scheduler)
    project.add("street", 3, ["zorp", "cars 1", "pedestrain", HOSTILE, "car"])
    yield from serve(project)


@pytest.fixture
def served_many(tmp_path: Path, scheduler: str) -> Iterator[ServedPage]:
    """The same with 200 labels that wait."""
    project = Project(tmp_path, scheduler)
    project.add("street", 2, [f"zorp{chr(97 + n % 26)}{n:03d}x" for n in range(200)])
    yield from serve(project)


def serve(project: Project) -> Iterator[ServedPage]:
    result = CliRunner().invoke(app, ["taxonomy", str(project.settings)])
    assert result.exit_code == 0, result.output
    settings: Settings = load(project.settings, None)
    with serving(make_app(settings, TOKEN)) as address:
        yield ServedPage(project, address)
