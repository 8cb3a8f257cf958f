"""The Dask cluster under the stages: local worker processes by default, or any scheduler that the settings name.

It starts with the first task and serves all stages of a run. Tasks take names of files and give back counts:
neither tables nor pixels travel through it.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from curate.errors import InputError
from curate.settings import DaskSettings
from pipelines.flow.screen import Screen

_WORKER_BYTES = 3 << 30  # a worker above it is restarted by Dask, and its task tried again
_NO_DASHBOARD = {
    "dashboard": False,
    "dashboard_address": "127.0.0.1:0",
}  # else its port 8787 opens all the same
_T = TypeVar("_T")
_R = TypeVar("_R")


class Workers:
    """Workers that run a function over items; a context manager that ends what it started."""

    def __init__(self, settings: DaskSettings, screen: Screen) -> None:
        self._settings = settings
        self._screen = screen
        self._cluster: Any = None
        self._client: Any = None
        self._environment = dict(os.environ)

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._client, self._cluster):
            if each is not None:
                each.close()
        # Dask sets its workers' OMP_NUM_THREADS=1 in this process too, where training would then take one core
        os.environ.clear()
        os.environ.update(self._environment)

    def map(
        self, title: str, function: Callable[[_T, Any], _R], items: Sequence[_T], shared: Any
    ) -> list[_R]:
        """`function(item, shared)` for each item, in their order; `shared` is sent to each worker once.

        What a task raises ends the others, and is raised here.
        """
        if not items:
            return []
        from distributed import as_completed

        client = self._connected()
        [sent] = client.scatter([shared], hash=False)
        futures = client.map(function, items, [sent] * len(items), pure=False)
        place = {future.key: index for index, future in enumerate(futures)}
        results: list[Any] = [None] * len(items)
        with self._screen.steps(title, len(items)) as advance:
            try:
                for future in as_completed(futures, loop=client.loop):
                    results[place[future.key]] = future.result()
                    future.release()
                    advance()
            except BaseException:
                client.cancel(futures)
                raise
        return results

    def _connected(self) -> Any:
        if self._client is None:
            self._client = self._remote() if self._settings.scheduler else self._local()
            self._client.run(_one_thread_each)
        return self._client

    def _remote(self) -> Any:
        from distributed import Client

        try:
            return Client(self._settings.scheduler, timeout="5s", set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                f"dask.scheduler {self._settings.scheduler}: no answer ({error})"
            ) from None

    def _local(self) -> Any:
        import dask
        from distributed import Client, LocalCluster
        from distributed.system import MEMORY_LIMIT

        count = self._settings.workers
        dask.config.set(
            {"logging.distributed": "critical"}
        )  # what a task raises is raised and told here
        with _uninterrupted():
            self._cluster = LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address=None,
                scheduler_kwargs=_NO_DASHBOARD,
                memory_limit=min(_WORKER_BYTES, int(0.9 * MEMORY_LIMIT / count)),
                silence_logs=logging.CRITICAL,
            )
        return Client(self._cluster, set_as_default=False)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes started here are deaf to Ctrl-C: it stops the run, and the run ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _one_thread_each() -> None:
    """Workers are as many as the cores; libraries that start threads of their own only get in their way."""
    import cv2
    import pyarrow as pa

    cv2.setNumThreads(1)
    pa.set_cpu_count(1)
