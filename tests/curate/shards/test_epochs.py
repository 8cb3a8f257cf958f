"""An epoch dealt out: each sample once, the same order again, a resumed run is the tail."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.shards import epochs
from curate.shards.epoch_windows import random_windows
from curate.shards.epochs import Bookmark, Consumer, Step, batches, deal, epoch_rows
from curate.shards.reader import Shards, open_shards
from curate.shards.sampling import order
from tests.curate.shard_rows import CROP, make_segments, write_shards

COUNTS = st.integers(8, 400)
BATCHES = st.integers(1, 9)
WORLDS = st.integers(1, 4)
WORKERS = st.integers(1, 4)


def of_rank(
    rows: np.ndarray,
    batch: int,
    bookmark: Bookmark,
    rank: int,
    world: int,
    workers: int,
) -> list[Step]:
    """The steps of a rank, as a DataLoader takes them from its workers in turn."""
    dealt: list[Iterator[Step]] = []
    for worker in range(workers):
        consumer = Consumer(rank, world, worker, workers)
        dealt.append(iter(deal(rows, batch, bookmark, consumer)))
    steps: list[Step] = []
    while True:
        step = next(dealt[len(steps) % workers], None)
        if step is None:
            break
        steps.append(step)
    assert all(next(rest, None) is None for rest in dealt)
    return steps


@given(COUNTS, BATCHES, WORLDS, WORKERS)
def test_each_sample_comes_once_in_equal_steps(
    count: int, batch: int, world: int, workers: int
) -> None:
    rows = np.random.default_rng(count).permutation(count)
    ranks = [
        of_rank(rows, batch, Bookmark(3), rank, world, workers) for rank in range(world)
    ]
    assert len({len(steps) for steps in ranks}) == 1
    used = 0
    for together in zip(*ranks, strict=True):
        taken = [step.rows.tolist() for step in together]
        all_taken = [row for each in taken for row in each]
        here = len(all_taken)
        assert sorted(all_taken) == sorted(rows[used : used + here].tolist())
        assert all(1 <= len(each) <= batch + 1 for each in taken)
        used += here
        assert {step.after for step in together} == {Bookmark(3, used)}
    assert used == count
    assert all(len(step.rows) == batch for step in ranks[0][:-1])


@given(COUNTS, BATCHES, WORLDS, WORKERS, WORKERS, st.data())
def test_a_resumed_run_is_the_tail_with_any_number_of_workers(
    count: int, batch: int, world: int, before: int, after: int, data: st.DataObject
) -> None:
    rows = np.random.default_rng(count).permutation(count)
    rank = data.draw(st.integers(0, world - 1))
    whole = of_rank(rows, batch, Bookmark(), rank, world, before)
    stop = data.draw(st.integers(1, len(whole)))
    tail = of_rank(rows, batch, whole[stop - 1].after, rank, world, after)
    assert [step.after for step in tail] == [step.after for step in whole[stop:]]
    assert [step.rows.tolist() for step in tail] == [
        step.rows.tolist() for step in whole[stop:]
    ]


@given(COUNTS, BATCHES, WORLDS, WORLDS, st.data())
def test_with_other_ranks_and_batches_each_sample_still_comes_once(
    count: int, batch: int, before: int, after: int, data: st.DataObject
) -> None:
    rows = np.arange(count)
    steps = deal(rows, batch, Bookmark(), Consumer(0, before))
    bookmark = steps[data.draw(st.integers(0, len(steps) - 1))].after
    left = count - bookmark.used
    if 0 < left < after:
        with pytest.raises(ValueError, match=f"{left} samples are left"):
            deal(rows, batch, bookmark, Consumer(0, after))
        return
    rest: list[int] = []
    for rank in range(after):
        for step in deal(rows, batch + 2, bookmark, Consumer(rank, after)):
            rest += step.rows.tolist()
    assert sorted(rest) == list(range(bookmark.used, count))


def test_who_is_not_there_gets_nothing() -> None:
    with pytest.raises(ValueError, match="rank 2 of 2"):
        deal(np.arange(9), 2, Bookmark(), Consumer(2, 2))
    with pytest.raises(ValueError, match="worker 1 of 1"):
        deal(np.arange(9), 2, Bookmark(), Consumer(worker=1))


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    """Shards of small row groups, so that there are several pools."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("curate.shards.writer.MAX_GROUP_ROWS", 3)
        patch.setattr("curate.shards.writer.MAX_FILE_BYTES", 20_000)
        segments = make_segments(tmp_path_factory.mktemp("photos"))
        folder = write_shards(segments, tmp_path_factory.mktemp("build") / "shard")
    shards = open_shards(folder, "train")
    assert len(shards.groups) >= 7
    return shards


def test_an_epoch_uses_the_rows_of_its_order_pool_by_pool(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        epochs, "POOL_BYTES", 2 * max(group.bytes for group in shards.groups)
    )
    rows = epoch_rows(shards, seed=4, epoch=2)
    assert Counter(rows.tolist()) == Counter(order(shards.weights, 4, 2).tolist())
    # Once a group's rows are over, they do not come again: at most three are open.
    groups = shards.group_numbers(rows).tolist()
    for bookmark in range(len(groups)):
        begun = set(groups[: bookmark + 1])
        to_come = set(groups[bookmark:])
        assert len(begun & to_come) <= 3
    assert sorted(set(groups)) != list(dict.fromkeys(groups))

    assert np.array_equal(rows, epoch_rows(shards, seed=4, epoch=2))
    assert not np.array_equal(rows, epoch_rows(shards, seed=4, epoch=3))
    assert not np.array_equal(rows, epoch_rows(shards, seed=5, epoch=2))


def test_batches_have_the_windows_of_the_epoch_and_go_on_anywhere(
    shards: Shards,
) -> None:
    whole = list(batches(shards, 4, Bookmark(7), seed=1))
    drawn, window = random_windows(shards, CROP, 7)
    seen = [sample for samples, _ in whole for sample in samples]
    assert [each.row for each in seen] == epoch_rows(shards, 1, 7).tolist()
    for sample in seen:
        assert sample.window == tuple(window[sample.row].tolist())
        again = shards.sample(sample.row, drawn[sample.row], window[sample.row])
        assert sample.drawn == again.drawn
        assert np.array_equal(sample.image, again.image)

    tail = list(batches(shards, 4, whole[1][1], seed=1))
    assert [bookmark for _, bookmark in tail] == [bookmark for _, bookmark in whole[2:]]
    assert [each.row for some, _ in tail for each in some] == [
        each.row for each in seen[8:]
    ]
    assert list(batches(shards, 4, whole[-1][1], seed=1)) == []
