"""What the tests of the formats start from."""

from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The empty folder of an export."""
    folder = tmp_path / "export"
    folder.mkdir()
    return folder
