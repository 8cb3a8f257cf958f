"""Tasks on workers that may die, under a scheduler that may restart, on a store that may not
answer.

Dask gives the task of a dead worker to another one by itself, three times. What is lost
all the same is given out again from here, in rounds: a task that failed, and all tasks when the
scheduler was restarted. A task writes the same bytes however often it runs, so it can be.
"""

import os
import platform
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from typing import Any, TypeVar

import cv2
import dask
import pyarrow as pa
from distributed import Client, KilledWorker, as_completed
from distributed.comm.core import CommClosedError
from distributed.diagnostics.plugin import WorkerPlugin

from curate.exports.process_limits import collect_seldom
from curate.stores import StoreUnavailable, forget_listings, unavailable
from pipelines.flow.versions import Versions, refuse_others, versions_here

_GONE = (StoreUnavailable, CancelledError, CommClosedError, KilledWorker)
"""What says that a task, its scheduler or its store is gone: none of it is a bug of the task."""

_SILENT = {"distributed.admin.large-graph-warning-threshold": "1GB"}

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Shared = TypeVar("_Shared")


class PrepareWorker(WorkerPlugin):
    """Prepares each worker of a run, also one that joins later, before it gets a task.

    A worker with other versions does not start. `here`: the versions of the run.
    """

    def __init__(self, here: Versions) -> None:
        self.here = dict(here)
        self.client = _this_process()

    def setup(self, worker: Any) -> None:
        """Check the versions, and make the libraries use one core."""
        refuse_others({worker.address: versions_here()}, self.here)
        forget_listings()
        # There is one worker for each core already.
        cv2.setNumThreads(1)
        pa.set_cpu_count(1)
        collect_seldom()
        # What a killed worker leaves in its own folder is removed by the next one.
        if _this_process() != self.client:
            tempfile.tempdir = worker.local_directory


def prepare(client: Client, name: str) -> None:
    """Check and prepare all workers of a cluster, those to come, too. InputError if one differs.

    `name`: of the run, by which its cluster may forget it again.
    """
    here = versions_here()
    refuse_others(client.run(versions_here, on_error="return"), here)
    client.register_plugin(PrepareWorker(here), name=name)


def run_round(
    client: Client,
    mark: str,
    function: Callable[[_Item, _Shared], _Result],
    tasks: Mapping[int, _Item],
    shared: _Shared,
    take: Callable[[int, Callable[[], _Result]], None],
) -> dict[int, Exception]:
    """Give out the tasks once; why each of those is lost that are, by position.

    `mark`: how the tasks' keys begin. `tasks`: by position. `take`: is called with the
    position of each finished task, and with what gives its result or raises what the task has
    raised.
    """
    with dask.config.set(_SILENT):
        # Not scattered: what one worker holds is lost with it. The scheduler can have a
        # result made again.
        sent = client.submit(_itself, shared, pure=False)
        number = len(tasks)
        futures = client.map(
            _answer,
            [function] * number,
            list(tasks.values()),
            [sent] * number,
            key=mark,
            pure=False,
        )
    positions = {}
    for position, future in zip(tasks, futures, strict=True):
        positions[future.key] = position

    lost: dict[int, Exception] = {}
    try:
        for future in as_completed(futures, loop=client.loop):
            position = positions[future.key]
            try:
                take(position, future.result)
            except _GONE as error:
                lost[position] = error
            future.release()
    except BaseException:
        client.cancel(futures)
        raise
    return lost


def _itself(shared: _Shared) -> _Shared:
    return shared


def _answer(
    function: Callable[[_Item, _Shared], _Result], item: _Item, shared: _Shared
) -> _Result:
    """What a task does. StoreUnavailable in place of what a store's client raises."""
    try:
        return function(item, shared)
    except Exception as error:
        away = unavailable(error)
        if away is None:
            raise
        raise away from error


def _this_process() -> str:
    return f"{platform.node()} {os.getpid()}"
