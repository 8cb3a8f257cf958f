from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model.evaluation import judging
from model.evaluation.judging import batches, judge, trained_methods
from model.evaluation.metrics import column
from model.pace import time_in_words
from tests.model.networks import unlearned


@pytest.fixture
def shards(build_folder: Callable[..., Settings]) -> Shards:
    settings = build_folder({}, {"test": 9})
    return open_shards(Path(settings.build) / "shard", "test")


def test_batches_hold_all_rows_in_order_within_their_bounds(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_TOGETHER", 4)
    assert list(batches(shards)) == [range(4), range(4, 8), range(8, 9)]
    monkeypatch.setattr(judging, "_PIXELS", 1)  # each window alone has more
    assert list(batches(shards)) == [range(row, row + 1) for row in range(9)]


def test_how_it_is_cut_up_changes_no_score(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = trained_methods({"model": unlearned()})
    at_once = judge(shards, trained, 2, print)
    monkeypatch.setattr(judging, "_TOGETHER", 2)
    in_pieces = judge(shards, trained, 1, print)
    assert at_once.failures == in_pieces.failures
    for name, scores in at_once.scores.items():
        assert scores.shape[0] == 9
        other = in_pieces.scores[name]
        # Other metrics jump if a probability passes a threshold by its last bit.
        for smooth in ("iou", "mae", "structure", "edge_f_2"):
            expected = column(scores, smooth)
            assert column(other, smooth) == pytest.approx(expected, abs=1e-5)


def test_the_time_left_is_that_of_the_pixels_left(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(judging, "_TOGETHER", 3)
    monkeypatch.setattr(judging, "time", SimpleNamespace(monotonic=clock.__next__))
    monkeypatch.setattr(judging, "_LOG_SECONDS", -1.0)  # a line is always due
    lines: list[str] = []
    judge(shards, trained_methods({"model": unlearned()}), 1, lines.append)

    areas = (shards.windows[:, 2:] - shards.windows[:, :2]).prod(axis=1)
    said = [line for line in lines if "left" in line]
    assert len(said) == 2  # nothing is left after the last
    for line, done, seconds in zip(said, (3, 6), (100, 200), strict=True):
        left = seconds * areas[done:].sum() / areas[:done].sum()
        assert line.startswith(f"evaluate: {done} of 9 objects, ")
        assert line.endswith(f"{time_in_words(left)} left")
