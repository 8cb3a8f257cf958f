"""The command line in this process, on a cluster of threads that all tests share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from typer.testing import CliRunner

from pipelines.cli import app
from tests.pipelines.small_project import Outcome, Project, Verb


@pytest.fixture(scope="session", autouse=True)
def temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The locks and logs that verbs leave in the temporary folder go with those of pytest."""
    before = tempfile.tempdir
    tempfile.tempdir = str(tmp_path_factory.mktemp("temporary"))
    yield
    tempfile.tempdir = before


@pytest.fixture(scope="session")
def scheduler() -> Iterator[str]:
    """Address of a cluster of two single-threaded workers inside this process."""
    quiet = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, scheduler_kwargs=quiet
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def verb() -> Verb:
    """Run a verb in this process."""

    def run(*words: object, input: str | None = None) -> Outcome:  # noqa: A002  click's name
        result = CliRunner().invoke(app, [str(word) for word in words], input=input)
        assert "Traceback" not in result.output
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def project(tmp_path: Path, scheduler: str) -> Project:
    """An empty project on the shared cluster."""
    return Project(tmp_path, scheduler)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, scheduler: str) -> Project:
    """A small project built to its shards. Look, but change nothing.

    It has unmapped labels, and an image is missing.
    """
    project = Project(tmp_path_factory.mktemp("built"), scheduler)
    place = project.add("street", 8, ["car", "zorp"])
    (place / "images" / "3.png").unlink()
    assert CliRunner().invoke(app, ["shard", str(project.settings)]).exit_code == 0
    return project
