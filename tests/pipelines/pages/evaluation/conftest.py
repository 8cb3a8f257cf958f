"""Settings of an evaluated build, of one export that is a test set of its own."""

from pathlib import Path

import pytest

from curate.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    export = {
        "name": "e",
        "path": "e",
        "format": "coco",
        "customer": "c",
        "domain": "d",
        "licence": "CC0-1.0",
        "role": "test",
    }
    return Settings.model_validate(
        {
            "build": str(tmp_path / "build"),
            "exports": [export],
            "licences": {"allow": ["CC0-1.0"]},
        }
    )
