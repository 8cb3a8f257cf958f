"""The batches of a training run, read ahead by the workers of a torch DataLoader.

The main process schedules: it plans each epoch, and sends one plan at a time to a worker. A worker
reads a batch by its plan, through the reader of the shards. Batches come in the order of the
schedule with any number of workers, so a run can go on from any batch.
"""

import multiprocessing
import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from curate.errors import InputError
from curate.model_settings import TrainSettings
from curate.settings import Settings
from curate.shards.epoch_windows import random_windows
from curate.shards.reader import Shards
from curate.shards.sampling import order
from model import ranks
from model.batch_plans import BatchPlan, plan_epoch
from model.batches import Batch, read_batch

_PREFETCHED = 3  # batches that each worker reads ahead
_MAX_WORKERS = 8
_CORES_PER_WORKER = 8  # where the steps run on the processor

# Worker processes begin as copies of one that has imported these and done nothing else. To copy the
# training process itself would be unsafe: it has threads.
_PRELOADED = ("torch", "cv2", "pyarrow.parquet", "model.batches")


@dataclass(frozen=True, slots=True)
class ScheduledBatch:
    """A batch in the course of a run."""

    plan: BatchPlan

    own: BatchPlan
    """The part of the plan that this rank reads."""

    number: int
    """Its position in its epoch."""

    weight: float
    """How much its loss counts: more samples than usual count more, by the square root."""

    usual_pixels: float
    """Pixels of a batch, as the mean over the epoch."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What a worker sends."""

    scheduled: ScheduledBatch
    batch: Batch | None
    error: str = ""
    """Message of the InputError that the shards gave instead of the batch."""


class _Batches(Dataset[_Loaded]):
    """Reads batches; a scheduled batch takes the place of an index."""

    def __init__(self, shards: Shards, settings: TrainSettings) -> None:
        self.shards = shards
        self.settings = settings

    def __getitem__(self, scheduled: ScheduledBatch) -> _Loaded:
        # torch would add a traceback to the message of an exception.
        try:
            batch = read_batch(self.shards, scheduled.own, self.settings)
        except InputError as error:
            return _Loaded(scheduled, None, str(error))
        return _Loaded(scheduled, batch)


def schedule(
    shards: Shards,
    settings: Settings,
    epoch: int,
    number: int,
) -> Iterator[ScheduledBatch]:
    """The batches of a run without end, from batch `number` of an epoch on."""
    crop_sides = shards.crops[:, 2:] - shards.crops[:, :2]
    while True:
        drawn, windows = random_windows(shards, settings.crop, epoch)
        plans = plan_epoch(
            order(shards.weights, settings.train.seed, epoch),
            drawn,
            windows,
            crop_sides,
            settings.train,
            epoch,
        )
        usual_samples = np.mean([len(plan) for plan in plans])
        usual_pixels = np.mean([plan.pixels for plan in plans])
        for index in range(number, len(plans)):
            plan = plans[index]
            yield ScheduledBatch(
                plan=plan,
                own=plan.part(ranks.rank(), ranks.count()),
                number=index,
                weight=float(np.sqrt(len(plan) / usual_samples)),
                usual_pixels=float(usual_pixels),
            )
        epoch += 1
        number = 0


def load_batches(
    shards: Shards,
    settings: Settings,
    epoch: int,
    number: int,
    workers: int,
    log: Callable[[str], None],
) -> Generator[tuple[ScheduledBatch, Batch]]:
    """The batches of `schedule`, read ahead by so many workers; by none if they cannot start.

    InputError if the shards cannot be read.
    """
    dataset = _Batches(shards, settings.train)

    def loaded(workers: int) -> Iterator[_Loaded]:
        return iter(
            _loader(dataset, schedule(shards, settings, epoch, number), workers)
        )

    batches = _started(loaded, workers, log)
    for each in batches:
        if each.batch is None:
            raise InputError(each.error)
        yield each.scheduled, each.batch


def worker_count(on: torch.device) -> int:
    """How many workers read for a training on a device.

    Where the steps run on the processor, too, reading takes about a sixteenth of its time: one
    worker for each eight cores keeps up. There is at least one, but a single core is left to the
    steps. A GPU takes its steps much faster, so all cores but one read for it, up to eight. Ranks
    on one machine share its cores.
    """
    cores = _usable_cores() // ranks.on_this_machine()
    if cores <= 1:
        return 0
    wanted = cores - 1
    if on.type == "cpu":
        wanted = max(1, cores // _CORES_PER_WORKER)
    return min(wanted, _MAX_WORKERS)


def _usable_cores() -> int:
    # What this process may use, where the system tells (Linux), can be less than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _started(
    loaded: Callable[[int], Iterator[_Loaded]],
    workers: int,
    log: Callable[[str], None],
) -> Iterator[_Loaded]:
    """Start the workers and wait for the first batch. If that fails, go on without workers."""
    try:
        batches = loaded(workers)
    except (OSError, EOFError, AssertionError) as error:
        # No room for processes or semaphores, or this process may not have children.
        return _without_workers(loaded, error, log)
    try:
        first = next(batches)
    except RuntimeError as error:
        # The workers died at once. This happens, for example, if the main script trains without
        # `if __name__ == "__main__":`, because each worker imports that script.
        if workers == 0:
            raise
        return _without_workers(loaded, error, log)
    return _chained(first, batches)


def _without_workers(
    loaded: Callable[[int], Iterator[_Loaded]],
    error: BaseException,
    log: Callable[[str], None],
) -> Iterator[_Loaded]:
    first_line, _, _ = str(error).partition("\n")
    log(f"train: reads without workers, because they cannot start here ({first_line})")
    return loaded(0)


def _chained(first: _Loaded, others: Iterator[_Loaded]) -> Iterator[_Loaded]:
    yield first
    yield from others


def _loader(
    dataset: _Batches,
    scheduled: Iterator[ScheduledBatch],
    workers: int,
) -> DataLoader[_Loaded]:
    """A loader that gives what the workers send as it is."""
    if workers == 0:
        return DataLoader(
            dataset, batch_size=None, sampler=scheduled, collate_fn=_as_it_is
        )
    return DataLoader(
        dataset,
        batch_size=None,
        sampler=scheduled,
        num_workers=workers,
        collate_fn=_as_it_is,
        worker_init_fn=_prepare_worker,
        multiprocessing_context=_process_context(),
        prefetch_factor=_PREFETCHED,
    )


def _as_it_is(loaded: Any) -> Any:
    return loaded


def _prepare_worker(_: int) -> None:
    # A worker is one of several processes; threads of OpenCV would only get in their way.
    cv2.setNumThreads(1)


def _process_context() -> multiprocessing.context.BaseContext:
    """How worker processes start."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    return context
