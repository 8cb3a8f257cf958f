"""Loading: the order of batches, workers that cannot start or stop, shards that cannot be read."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from model import loading
from model.batches import Batch
from model.loading import ScheduledBatch, load_batches, schedule, worker_count

QUICK = {"batch_pixels": 9_000, "max_side": 96}
Make = Callable[..., Settings]
Loaded = list[tuple[ScheduledBatch, Batch]]


@pytest.fixture
def settings(build_folder: Make) -> Settings:
    return build_folder(QUICK, {"train": 9})


@pytest.fixture
def shards(settings: Settings) -> Shards:
    return open_shards(Path(settings.build) / "shard", "train")


def load(
    shards: Shards,
    settings: Settings,
    workers: int,
    count: int,
    start: tuple[int, int] = (0, 0),
    lines: list[str] | None = None,
) -> Loaded:
    """The first batches from an epoch and a position in it on."""
    log = print if lines is None else lines.append
    epoch, number = start
    batches = load_batches(shards, settings, epoch, number, workers, log)
    loaded = list(islice(batches, count))
    batches.close()
    return loaded


def same(ours: Loaded, theirs: Loaded) -> bool:
    for (_, one), (_, other) in zip(ours, theirs, strict=True):
        if not np.array_equal(one.pixels, other.pixels):
            return False
    return True


def test_workers_change_nothing_and_any_batch_can_be_the_first(
    shards: Shards, settings: Settings
) -> None:
    epoch = []
    for scheduled in schedule(shards, settings, 0, 0):
        if scheduled.plan.epoch > 0:
            break
        epoch.append(scheduled)
    beyond_an_epoch = len(epoch) + 2
    alone = load(shards, settings, workers=0, count=beyond_an_epoch)
    assert same(load(shards, settings, workers=2, count=beyond_an_epoch), alone)
    assert [scheduled.number for scheduled, _ in alone[-2:]] == [0, 1]

    tail = load(shards, settings, workers=1, count=beyond_an_epoch - 2, start=(0, 2))
    assert same(tail, alone[2:])


def test_larger_batches_count_more(shards: Shards, settings: Settings) -> None:
    batches = list(islice(schedule(shards, settings, 0, 0), 5))
    weights = {len(each.plan): each.weight for each in batches}
    assert sorted(weights.values()) == [weights[count] for count in sorted(weights)]


def test_shards_that_cannot_be_read_are_named_without_a_traceback(
    shards: Shards, settings: Settings
) -> None:
    (file,) = (Path(settings.build) / "shard").rglob("*.parquet")
    file.rename(file.with_suffix(".gone"))
    batches = load_batches(shards, settings, 0, 0, 0, print)
    with pytest.raises(
        InputError, match=r"part-00000\.parquet: .* cannot be read"
    ) as raised:
        next(batches)
    assert "Traceback" not in str(raised.value)


def test_where_workers_cannot_start_it_reads_without_them(
    shards: Shards, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_semaphores() -> Any:
        raise OSError("no semaphores here")

    monkeypatch.setattr(loading, "_process_context", no_semaphores)
    lines: list[str] = []
    loaded = load(shards, settings, workers=2, count=2, lines=lines)
    assert same(loaded, load(shards, settings, workers=0, count=2))
    assert lines == [
        "train: reads without workers, because they cannot start here (no semaphores here)"
    ]


def test_workers_that_die_at_once_are_done_without(
    shards: Shards, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loader(
        dataset: Any, scheduled: Iterator[ScheduledBatch], workers: int
    ) -> Iterator[Any]:
        for each in scheduled:
            if workers > 0:
                raise RuntimeError(
                    "DataLoader worker (pid 7) exited unexpectedly\nmore"
                )
            yield dataset[each]

    monkeypatch.setattr(loading, "_loader", loader)
    lines: list[str] = []
    loaded = load(shards, settings, workers=1, count=2, lines=lines)
    assert len(loaded) == 2
    assert "without workers" in lines[0]
    assert lines[0].endswith("(DataLoader worker (pid 7) exited unexpectedly)")


def test_a_fault_in_reading_is_not_taken_for_workers_that_cannot_start(
    shards: Shards, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Batch:
        raise RuntimeError("a fault")

    monkeypatch.setattr(loading, "read_batch", broken)
    with pytest.raises(RuntimeError, match="a fault"):
        load(shards, settings, workers=0, count=1)


@pytest.mark.parametrize(
    ("cores", "device", "workers"),
    [
        (1, "cpu", 0),
        (2, "cpu", 1),
        (16, "cpu", 2),
        (256, "cpu", 8),
        (1, "cuda", 0),
        (4, "cuda", 3),
        (64, "cuda", 8),
    ],
)
def test_the_number_of_workers_goes_by_cores_and_device(
    monkeypatch: pytest.MonkeyPatch, cores: int, device: str, workers: int
) -> None:
    monkeypatch.setattr(loading, "_usable_cores", lambda: cores)
    assert worker_count(torch.device(device)) == workers
