"""The peak memory of a task that has a process to itself."""

import multiprocessing
import resource
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")  # Linux alone has it


def peak_of(task: Callable[..., Any], *arguments: Any) -> float:
    """The most resident memory, in megabytes (10⁶ bytes), of a process that does the task alone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as alone:
        alone.submit(task, *arguments).result()
        return alone.submit(_peak).result() / 1e6


def _peak() -> int:
    """The largest resident memory that this process has had, in bytes."""
    if _STATUS.is_file():
        # `ru_maxrss` would count what the parent had at the time of the fork, too.
        _, _, rest = _STATUS.read_text().partition("VmHWM:")
        return 1024 * int(rest.split()[0])
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if sys.platform == "darwin":
        return largest  # macOS counts bytes, other systems kilobytes
    return 1024 * largest
