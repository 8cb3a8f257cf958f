"""The Dask cluster under the stages: local workers, or a scheduler that exists.

It starts with the first task and serves all stages of a run. Tasks take names of files
and give back counts: neither tables nor pixels travel through it. Of a small run, and with
one worker, this process does the tasks itself, one after the other: local workers take
seconds to start, and one of them would gain nothing.

Dask gives the task of a dead worker to another one by itself, three times. What is lost
all the same is given out again from here, in rounds: tasks that failed with their store, and
all tasks if the scheduler was restarted. A task writes the same bytes however often it runs.
"""

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, TypeVar

from curate.errors import InputError
from curate.exports.process_limits import collecting_seldom
from curate.settings import DaskSettings
from curate.stores import StoreUnavailable
from pipelines.flow.effort import Effort
from pipelines.flow.local_cluster import prepare_forks, start_local
from pipelines.flow.screen import Screen

MOST_ROUNDS = 4
"""How often a task is given out before the run stops."""

_PATIENCE = 600.0  # seconds to wait for a lost scheduler, or for the first worker
_SECONDS_TO_CONNECT = 5.0

_PAUSE = 0.5  # seconds before the second round; twice as long before each further one

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
        self._name = f"segcurate-{secrets.token_hex(4)}"  # of this run, on its cluster
        self.effort = Effort()

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, *_: object) -> None:
        self._leave_cluster()
        for each in (self._client, self._cluster):
            if each is not None:
                each.close()
        # Dask sets its workers' OMP_NUM_THREADS=1 in this process, too. Training, which
        # comes later in this process, would then use one core.
        os.environ.clear()
        os.environ.update(self._environment)

    def _leave_cluster(self) -> None:
        """Have a cluster that goes on no longer prepare its workers for this run."""
        if self._client is None:
            return
        # It may be gone already, or have refused a worker before any was prepared.
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            self.effort.look_away()
            if self._cluster is None:
                self._client.unregister_worker_plugin(self._name)

    def map(
        self,
        title: str,
        function: Callable[[_Item, _Shared], _Result],
        items: Sequence[_Item],
        shared: _Shared,
        amounts: Sequence[int] | None = None,
    ) -> list[_Result]:
        """The results of `function(item, shared)` for each item, in the items' order.

        `shared` is sent to each worker once. What a task raises ends the others and is
        raised here; unless it is an InputError, a note on it names the task: `title`,
        and the item as text. `amounts`: of work in each item, in any unit, for the progress
        that is shown; without them each is as much as any other.
        """
        if not items:
            return []
        amounts = amounts or [1] * len(items)
        if self._works_here:
            return self._map_here(title, function, items, shared, amounts)

        return self._map_there(title, function, items, shared, amounts)

    def _map_here(
        self,
        title: str,
        function: Callable[[_Item, _Shared], _Result],
        items: Sequence[_Item],
        shared: _Shared,
        amounts: Sequence[int],
    ) -> list[_Result]:
        """`map` in this process."""
        results = []
        with collecting_seldom(), self._screen.steps(title, sum(amounts)) as advance:
            for item, amount in zip(items, amounts, strict=True):
                with _named(f"{title}, {item}"):
                    results.append(function(item, shared))
                advance(amount)
        return results

    def _map_there(
        self,
        title: str,
        function: Callable[[_Item, _Shared], _Result],
        items: Sequence[_Item],
        shared: _Shared,
        amounts: Sequence[int],
    ) -> list[_Result]:
        """`map` on the workers, in rounds."""
        if self._settings.scheduler is None and self._client is None:
            prepare_forks()
        from pipelines.flow.attempts import run_round  # slow to import

        results: list[Any] = [None] * len(items)
        left = dict(enumerate(items))
        with self._screen.steps(title, sum(amounts)) as advance:

            def take(position: int, result: Callable[[], _Result]) -> None:
                with _named(f"{title}, {items[position]}"):
                    results[position] = result()
                advance(amounts[position])

            for number in range(MOST_ROUNDS):
                if number:
                    self.effort.count(title, len(left))
                    time.sleep(_PAUSE * 2**number)
                client = self._ready()
                mark = f"{title} {self._name}"
                self.effort.watch(client, title, mark)
                lost = run_round(client, mark, function, left, shared, take)
                if not lost:
                    return results
                left = {position: items[position] for position in sorted(lost)}

        position, error = min(lost.items())
        raise _given_up(f"{title}, {items[position]}", error)

    def _ready(self) -> Any:
        """A client whose cluster has a worker, and all workers prepared.

        A cluster that was lost is waited for, and so is the first worker. InputError if that
        takes too long, or if a worker has other versions than the run.
        """
        from pipelines.flow.attempts import prepare  # slow to import

        until = time.monotonic() + _PATIENCE
        while True:
            try:
                if self._client is None or self._client.status == "closed":
                    self._client = self._start()
                self._client.wait_for_workers(1, timeout=_PATIENCE)
                prepare(self._client, self._name)
                return self._client
            except OSError as error:  # Dask's own say that they are of the network
                if self._client is None or time.monotonic() > until:
                    raise InputError(self._no_answer(error)) from None
                time.sleep(_PAUSE)

    def _start(self) -> Any:
        """A client of the local cluster, or of the scheduler that the settings name."""
        from distributed import Client  # slow to import

        if self._settings.scheduler is None:
            self._cluster = start_local(self._settings.workers, self._environment)
            return Client(self._cluster, set_as_default=False)
        try:
            client = Client(
                self._settings.scheduler,
                timeout=_SECONDS_TO_CONNECT,
                set_as_default=False,
            )
        except ValueError as error:  # no address at all
            raise InputError(self._no_answer(error)) from None
        self._note_dashboard(client)
        return client

    def _note_dashboard(self, client: Any) -> None:
        """Say where the cluster's dashboard is, if it has one and it can be reached from here."""
        import urllib3  # slow to import

        try:
            link: str = client.dashboard_link
            answer = urllib3.request(
                "GET", link, timeout=_SECONDS_TO_CONNECT, retries=False
            )
        except (KeyError, urllib3.exceptions.HTTPError):
            return
        if answer.status == HTTPStatus.OK:
            self._screen.note(f"Dask's dashboard: {link}")

    def _no_answer(self, error: Exception) -> str:
        where = "the local cluster"
        if self._settings.scheduler is not None:
            where = f"dask.scheduler {self._settings.scheduler}"
        return f"{where}: no answer, or no worker ({error or type(error).__name__})"


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


def _given_up(task: str, error: Exception) -> Exception:
    """What to raise of a task that was lost in each round. `error`: of the last one."""
    from distributed import KilledWorker  # slow to import

    if isinstance(error, StoreUnavailable):
        return error
    if isinstance(error, KilledWorker):
        return InputError(
            f"{task}: it has ended every worker that tried it, most likely because memory ran out. "
            "Give each worker more memory or fewer threads; the next run goes on from here"
        )
    return InputError(
        f"{task}: the cluster was lost {MOST_ROUNDS} times ({error}); the next run goes on "
        "from here"
    )
