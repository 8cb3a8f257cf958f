"""Validation: the rows that it takes, and the IoU of each domain."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model.validation import validate, validation_rows
from tests.model.networks import unlearned


@pytest.fixture
def shards(build_folder: Callable[..., Settings]) -> Shards:
    settings = build_folder({}, {"val": 8})
    return open_shards(Path(settings.build) / "shard", "val")


def test_domains_take_turns_and_each_has_at_least_one_row(shards: Shards) -> None:
    domains = shards.table["domain"].to_pylist()
    rows = validation_rows(shards, pixels=10**9).tolist()
    assert sorted(rows) == list(range(8))
    assert [domains[row] for row in rows] == ["a", "b"] * 4

    fewest = validation_rows(shards, pixels=0).tolist()
    assert fewest == rows[:2]
    some = validation_rows(shards, pixels=100_000).tolist()
    assert 2 < len(some) < 8
    assert some == rows[: len(some)]


def test_it_gives_the_iou_of_each_domain(shards: Shards) -> None:
    by_domain = validate(unlearned(), shards, validation_rows(shards, 10**9))
    assert list(by_domain) == ["a", "b"]
    # Its answers are ellipses, too, and the colours are those of the objects.
    assert all(0.5 < iou <= 1 for iou in by_domain.values())
