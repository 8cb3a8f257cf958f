"""Builds of ellipses, on which models train quickly, and one thread for torch."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from curate.settings import Settings
from tests.model.ellipses import write_build

torch.set_num_threads(1)


@pytest.fixture
def build_folder(tmp_path: Path) -> Callable[..., Settings]:
    """Makes the shards of so many ellipses in each split, and the settings that train on them."""

    def make(train: dict[str, object], counts: dict[str, int]) -> Settings:
        write_build(tmp_path / "build", counts)
        export = {
            "name": "e",
            "path": "e",
            "format": "coco",
            "customer": "c",
            "domain": "a",
            "licence": "CC0-1.0",
            "attribution": "ellipses by c",
        }
        return Settings.model_validate(
            {
                "build": str(tmp_path / "build"),
                "exports": [export],
                "licences": {"allow": ["CC0-1.0"]},
                "train": train,
            }
        )

    return make
