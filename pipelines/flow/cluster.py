"""The Dask cluster under the stages: local workers, or a scheduler that exists.

It starts with the first task and serves all stages of a run. Tasks take names of files
and give back counts: neither tables nor pixels travel through it. Of a small run, and with
one worker, this process does the tasks itself, one after the other: local workers take
seconds to start, and one of them would gain nothing.
"""

import logging
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from curate.errors import InputError
from curate.exports.process_limits import collect_seldom, collecting_seldom
from curate.settings import DaskSettings
from pipelines.flow.screen import Screen

# Without both, Dask's dashboard opens on port 8787.
_NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Shared = TypeVar("_Shared")


class Workers:
    """Workers that run a function over items; used with `with`, which ends them.

    `is_small`: whether the run is so small that no local workers are started.
    """

    def __init__(
        self, settings: DaskSettings, screen: Screen, *, is_small: bool = False
    ) -> None:
        self._settings = settings
        self._screen = screen
        is_alone = is_small or settings.workers == 1
        self._works_here = is_alone and settings.scheduler is None
        self._cluster: Any = None
        self._client: Any = None
        self._environment = dict(os.environ)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._client, self._cluster):
            if each is not None:
                each.close()
        # Dask sets its workers' OMP_NUM_THREADS=1 in this process, too. Training, which
        # comes later in this process, would then use one core.
        os.environ.clear()
        os.environ.update(self._environment)

    def map(
        self,
        title: str,
        function: Callable[[_Item, _Shared], _Result],
        items: Sequence[_Item],
        shared: _Shared,
    ) -> list[_Result]:
        """The results of `function(item, shared)` for each item, in the items' order.

        `shared` is sent to each worker once. What a task raises ends the others and is
        raised here; unless it is an InputError, a note on it names the task: `title`,
        and the item as text.
        """
        if not items:
            return []
        if self._works_here:
            return self._map_here(title, function, items, shared)

        from distributed import as_completed  # slow to import

        client = self._connected()
        [sent] = client.scatter([shared], hash=False)
        futures = client.map(function, items, [sent] * len(items), pure=False)
        positions = {future.key: position for position, future in enumerate(futures)}

        results: list[Any] = [None] * len(items)
        with self._screen.steps(title, len(items)) as advance:
            try:
                for future in as_completed(futures, loop=client.loop):
                    position = positions[future.key]
                    with _named(f"{title}, {items[position]}"):
                        results[position] = future.result()
                    future.release()
                    advance()
            except BaseException:
                client.cancel(futures)
                raise
        return results

    def _map_here(
        self,
        title: str,
        function: Callable[[_Item, _Shared], _Result],
        items: Sequence[_Item],
        shared: _Shared,
    ) -> list[_Result]:
        """`map` in this process."""
        results = []
        with collecting_seldom(), self._screen.steps(title, len(items)) as advance:
            for item in items:
                with _named(f"{title}, {item}"):
                    results.append(function(item, shared))
                advance()
        return results

    def _connected(self) -> Any:
        if self._client is None:
            if self._settings.scheduler is None:
                self._client = self._start_local()
            else:
                self._client = self._connect(self._settings.scheduler)
            self._client.run(_prepare_worker)
        return self._client

    def _connect(self, scheduler: str) -> Any:
        from distributed import Client  # slow to import

        try:
            return Client(scheduler, timeout="5s", set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                f"dask.scheduler {scheduler}: no answer ({error})"
            ) from None

    def _start_local(self) -> Any:
        """Start worker processes on this machine, as many as the settings say."""
        import dask  # both are slow to import
        from distributed import Client, LocalCluster

        # What a task raises is raised and reported in this process; Dask would log it
        # once more.
        dask.config.set({"logging.distributed": "critical"})
        # No limit on memory: Dask would count the pages of mapped documents, too, and end
        # a worker that reads a large one.
        with _interrupts_wait():
            self._cluster = LocalCluster(
                n_workers=self._settings.workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs=_NO_DASHBOARD,
                memory_limit=None,
                silence_logs=logging.CRITICAL,
            )
        return Client(self._cluster, set_as_default=False)


@contextmanager
def _named(task: str) -> Iterator[None]:
    """Put a note with the name of the task on what it raises, unless it is an InputError."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        error.add_note(f"in {task}")
        raise


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hold Ctrl-C back while the workers start: it ends the run after this block.

    The workers inherit the signal mask, so Ctrl-C never reaches them: the run ends them,
    not the user.
    """
    # Python's resource tracker starts with the first process, and would unblock SIGINT in
    # the thread that starts the workers.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare_worker() -> None:
    """Turn off threads of the libraries, as there is one worker for each core already."""
    import cv2  # both are imported in the worker, where this runs
    import pyarrow as pa

    cv2.setNumThreads(1)
    pa.set_cpu_count(1)
    collect_seldom()
