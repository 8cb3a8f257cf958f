"""Records of training: read as they were written, by code that has no torch."""

import subprocess
import sys
from pathlib import Path

import pytest
from upath import UPath

from curate.errors import InputError
from curate.storage import read_record, write_json
from model.records import TrainingRecord, mean_over_domains

TORCH_FREE = (
    "model.records",
    "model.curve",
    "model.evaluation.intervals",
    "model.evaluation.methods",
    "model.evaluation.metrics",
    "model.evaluation.report",
)
"""Modules that pages import."""


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    path = UPath(tmp_path / "train.json")
    record = TrainingRecord(
        key="k",
        step=5,
        losses=[1.0, 0.5],
        validations=[(2, {"street": 0.25}), (5, {})],
        crops_per_second=3.5,
        padding_share=0.1,
    )
    assert read_record(path, TrainingRecord) is None
    write_json(path, record)
    assert read_record(path, TrainingRecord) == record


@pytest.mark.parametrize("content", ["{", "[]", '{"step": "five"}', '{"step": 5}'])
def test_a_broken_record_is_named(content: str, tmp_path: Path) -> None:
    path = UPath(tmp_path / "train.json")
    path.write_text(content)
    with pytest.raises(InputError, match=r"train\.json: broken, or of another version"):
        read_record(path, TrainingRecord)


def test_each_domain_counts_alike() -> None:
    assert mean_over_domains({"street": 0.2, "garden": 0.8}) == pytest.approx(0.5)


def test_what_pages_import_brings_no_torch() -> None:
    code = f"import sys, {', '.join(TORCH_FREE)}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
