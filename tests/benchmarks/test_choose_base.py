"""The fixed objects by which bases are chosen: balanced, and judged as evaluation judges."""

from pathlib import Path

import numpy as np
import pytest
from upath import UPath

from benchmarks.choose_base import (
    Objects,
    balanced_rows,
    judged,
    over_domains,
    over_objects,
)
from curate.shards.reader import open_shards
from model.validation import validate
from tests.model.ellipses import write_build
from tests.model.networks import unlearned


def test_domains_and_sizes_take_turns(tmp_path: Path) -> None:
    write_build(tmp_path, {"val": 30})
    shards = open_shards(UPath(tmp_path) / "shard", "val")
    rows = balanced_rows(shards, 8)
    domains = np.array(shards.table["domain"].to_pylist())[rows]
    assert len(set(rows.tolist())) == 8
    assert abs(np.count_nonzero(domains == "a") - 4) <= 1
    assert sorted(balanced_rows(shards, 99).tolist()) == list(range(30))


def test_iou_is_that_of_validation(tmp_path: Path) -> None:
    write_build(tmp_path, {"val": 12})
    shards = open_shards(UPath(tmp_path) / "shard", "val")
    rows = np.arange(12)
    samples = [shards.sample(row) for row in rows.tolist()]
    objects = Objects(samples, np.array([each.domain for each in samples]), rows)

    model = unlearned()
    scores = judged(model, objects)
    by_domain = validate(model, shards, rows)
    assert over_domains(scores, objects)[0].mean == pytest.approx(
        np.mean(list(by_domain.values()))
    )
    mean = over_objects(scores, objects)[0]
    assert mean.mean == pytest.approx(scores[:, 0].mean())
    assert mean.low < mean.mean < mean.high


def test_each_domain_counts_alike() -> None:
    scores = np.array([[1.0, 1.0, 1.0]] * 3 + [[0.0, 0.0, 0.0]])
    objects = Objects([], np.array(["a", "a", "a", "b"]), np.arange(4))
    assert over_domains(scores, objects)[0].mean == 0.5
    assert over_objects(scores, objects)[0].mean == 0.75
