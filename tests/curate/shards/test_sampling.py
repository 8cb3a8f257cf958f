"""Orders: each rank its share, rows as often as their weights say, another order each epoch."""

import numpy as np
import pytest

from curate.shards.sampling import order


@pytest.mark.parametrize("world_size", [1, 2, 3, 7])
@pytest.mark.parametrize("count", [1, 2, 10, 101])
@pytest.mark.parametrize("seed", [0, 1])
def test_orders_deal_each_draw_once(count: int, world_size: int, seed: int) -> None:
    weights = np.random.default_rng(seed).gamma(1.0, size=count)
    weights /= weights.mean()
    for epoch in (0, 1, 9):
        whole = order(weights, seed, epoch)
        assert len(whole) == count
        times = np.bincount(whole, minlength=count)
        assert np.all(
            (times >= np.floor(weights - 1e-9)) & (times <= np.ceil(weights + 1e-9))
        )
        ranks = [
            order(weights, seed, epoch, rank, world_size) for rank in range(world_size)
        ]
        assert sorted(np.concatenate(ranks).tolist()) == sorted(whole.tolist())
        assert max(map(len, ranks)) - min(map(len, ranks)) <= 1
        assert np.array_equal(order(weights, seed, epoch), whole)


def test_orders_draw_by_weight_and_differ_by_seed_and_epoch() -> None:
    weights = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 3.0])
    epochs = 3000
    times = (
        sum(
            np.bincount(order(weights, 0, epoch), minlength=7)
            for epoch in range(epochs)
        )
        / epochs
    )
    assert np.abs(times - weights).max() < 0.03
    ones = np.ones(50)
    orders = [
        tuple(order(ones, seed, epoch)) for seed in range(3) for epoch in range(3)
    ]
    assert len(set(orders)) == 9
    assert all(sorted(each) == list(range(50)) for each in orders)
    firsts = np.bincount(
        [order(ones, 0, epoch)[0] for epoch in range(2000)], minlength=50
    )
    assert ((firsts - 40) ** 2 / 40).sum() < 100  # 49 degrees of freedom


def test_neighbours_are_drawn_apart() -> None:
    """Systematic sampling alone would never draw both of two halves."""
    weights = np.full(40, 0.5)
    both = [set(order(weights, 0, epoch).tolist()) >= {6, 7} for epoch in range(1000)]
    assert 0.19 < np.mean(both) < 0.31


@pytest.mark.parametrize("weights", [[], [0.0], [1.0, -1.0], [np.nan], [np.inf]])
def test_weights_that_are_none(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights are finite"):
        order(np.array(weights), 0, 0)


def test_a_rank_outside_the_world() -> None:
    with pytest.raises(ValueError, match="rank 2 of 2"):
        order(np.ones(3), 0, 0, 2, 2)
