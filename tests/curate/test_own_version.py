"""The version of what is installed, and of a clone that is not."""

import importlib.metadata
from pathlib import Path

import pytest

from curate.own_version import NOT_INSTALLED, own_version

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_an_installed_clone_has_the_version_of_its_project_file() -> None:
    assert f'version = "{own_version()}"' in PROJECT.read_text()


def test_a_clone_on_the_path_has_none_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("curate.own_version.version", nothing)
    assert own_version() == NOT_INSTALLED
