"""The mix of a round: shares by the rule, the cap, and that the draws follow it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from upath import UPath

from curate.settings import Settings
from curate.shards.reader import open_shards
from curate.shards.sampling import order
from model.mixing import MOST_TIMES, mixed, mixed_weights
from model.runs import read_runs
from model.train import train

QUICK = {"start": "random", "batch_pixels": 9_000, "max_side": 96, "steps": 1}
Make = Callable[..., Settings]


def test_new_objects_get_their_share_and_old_ones_the_rest_by_weight() -> None:
    weights = np.array([2.0, 1.0, 0.5, 0.5])
    is_new = np.array([False, False, True, True])
    found, times = mixed_weights(weights, is_new, 0.5)
    assert found.tolist() == pytest.approx([4 / 3, 2 / 3, 1.0, 1.0])
    assert times == pytest.approx(2.0)
    assert found.sum() == weights.sum()


def test_a_single_correction_is_not_drawn_without_end() -> None:
    weights = np.ones(1000)
    is_new = np.arange(1000) == 7
    found, times = mixed_weights(weights, is_new, 0.5)
    assert found[7] == times == MOST_TIMES
    assert found.sum() == pytest.approx(1000)


def test_the_draws_of_an_epoch_follow_the_mix(build_folder: Make) -> None:
    settings = build_folder(QUICK, {"train": 40})
    shards = open_shards(Path(settings.build) / "shard", "train")
    new = shards.table["object_id"].to_pylist()[:8]
    changed, mix = mixed(shards, new, 0.6)
    assert mix is not None
    assert (mix.new, mix.old) == (8, 32)
    assert mix.new_share == pytest.approx(0.6)

    rows = order(changed.weights, 0, 0)
    assert np.isin(rows, range(8)).mean() == pytest.approx(0.6, abs=0.05)
    assert shards.weights.std() == 0  # those of the shards stay as they were


@pytest.mark.parametrize("number", [0, 40])
def test_without_new_or_without_old_objects_the_weights_stay(
    build_folder: Make, number: int
) -> None:
    settings = build_folder(QUICK, {"train": 40})
    shards = open_shards(Path(settings.build) / "shard", "train")
    new = shards.table["object_id"].to_pylist()[:number]
    assert mixed(shards, new, 0.5) == (shards, None)


def test_a_run_records_its_mix_and_another_mix_is_another_training(
    build_folder: Make,
) -> None:
    settings = build_folder(QUICK, {"train": 12})
    shards = open_shards(Path(settings.build) / "shard", "train")
    new = shards.table["object_id"].to_pylist()[:3]
    train(settings, print, new)
    train(settings, print, new)  # up to date
    train(settings, print, new[:1])
    train(settings, print)
    runs = read_runs(UPath(settings.build))
    counts = [run.record.mix and run.record.mix.new for run in runs]
    assert counts == [3, 1, None]
