"""A build that can be judged."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curate.settings import Settings
from model import fetching
from model.evaluation import evaluate as evaluation
from tests.model.evaluation.checkpoints import write_checkpoint

Make = Callable[..., Settings]


@pytest.fixture
def judged(
    build_folder: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A build with a model that has learned nothing, and another one as the base."""
    settings = build_folder({}, {"train": 2, "test": 9})
    write_checkpoint(tmp_path / "build/train/model.safetensors", 0)
    write_checkpoint(tmp_path / "base.safetensors", 1)
    monkeypatch.setattr(evaluation, "BASE", tmp_path / "base.safetensors")
    monkeypatch.setattr(fetching, "LITE", tmp_path / "not fetched.onnx")
    return settings
