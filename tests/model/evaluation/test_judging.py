from collections.abc import Callable
from pathlib import Path

import pytest

from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model.evaluation import judging
from model.evaluation.judging import batches, judge, trained_methods
from model.evaluation.metrics import column
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
