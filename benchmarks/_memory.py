"""The peak memory of a task that has a process to itself."""

import multiprocessing
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any


def peak_of(task: Callable[..., Any], *arguments: Any) -> float:
    """Megabytes (10⁶ bytes) of resident memory at the most, when a new process does the task and nothing else."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        alone.submit(task, *arguments).result()
        return alone.submit(_peak).result() / 1e6


def _peak() -> int:
    """Bytes. Where Linux tells it, of this program alone: `ru_maxrss` counts what its parent held as it forked too."""
    status = Path("/proc/self/status")
    if status.is_file():
        return 1024 * int(status.read_text().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )
