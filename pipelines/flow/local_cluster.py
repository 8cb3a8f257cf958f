"""The Dask cluster that a run starts on this machine: a scheduler in this process, and workers."""

import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from typing import Any

_IMPORTED_ONCE = ["pipelines.flow.attempts", "pipelines.flow.stages"]
"""What workers need: a process imports it and is then forked for each of them."""

# Without both, Dask's dashboard opens on port 8787.
_NO_DASHBOARD = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}

# What a task raises is raised and reported in this process; Dask would log it once more. It
# would also look a hundred times a second at what each process does, and fifty times at whether
# it does anything, for a dashboard that there is not: that takes 3% of two cores.
_QUIET = {
    "logging.distributed": "critical",
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
}

# As Dask has it. Libraries read these when they are loaded, which is before the fork.
_OF_WORKERS = {
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

# Elsewhere a fork may hurt the system's own libraries.
_FORKS = sys.platform == "linux"


def prepare_forks() -> None:
    """Start the process that workers are forked from, unless it runs.

    It imports what they need while this process goes on.
    """
    if not _FORKS:
        return
    forkserver.set_forkserver_preload(_IMPORTED_ONCE)
    with _variables_of_workers(), _interrupts_wait():
        forkserver.ensure_running()


def start_local(workers: int, environment: Mapping[str, str]) -> Any:
    """A Dask cluster of worker processes on this machine. `environment`: their variables."""
    import dask  # both are slow to import
    from distributed import LocalCluster

    dask.config.set(_QUIET)
    if _FORKS:
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    # No limit on memory: Dask would count the pages of mapped documents, too, and end
    # a worker that reads a large one.
    with _interrupts_wait():
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs=_NO_DASHBOARD,
            memory_limit=None,
            silence_logs=logging.CRITICAL,
            env=environment,
        )


@contextmanager
def _variables_of_workers() -> Iterator[None]:
    """Variables for a process that starts in this block: training, in this one, uses all cores."""
    before = dict(os.environ)
    for name, value in _OF_WORKERS.items():
        os.environ.setdefault(name, value)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


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
