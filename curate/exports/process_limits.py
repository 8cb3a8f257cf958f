"""Limits that a process sets on itself, as far as its system has them.

Linux has all of them. macOS has no /proc and obeys no limit on memory. What cannot be
limited changes no result: it only means that a hostile file may cost more than the settings
say. `unlimited` names it, so that the user can be told.
"""

import gc
import mmap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import resource
except ImportError:  # a system without Unix's limits
    resource = None  # type: ignore[assignment]

_STATM = Path("/proc/self/statm")
_OBJECTS_BETWEEN = 50_000
# The system counts whole seconds; the wall clock is the finer limit.
_SPARE_CPU_SECONDS = 2


def limit_memory(above_idle: int) -> bool:
    """Let this process take `above_idle` bytes more than now; False if that cannot be limited."""
    idle = _address_space()
    return idle is not None and _set_soft_limit("RLIMIT_AS", idle + above_idle)


def limit_cpu_time(seconds: float) -> bool:
    """Let this process work for `seconds` more; False if that cannot be limited."""
    until = int(time.process_time() + seconds) + _SPARE_CPU_SECONDS
    return _set_soft_limit("RLIMIT_CPU", until)


def write_no_core_dumps() -> None:
    """Let a crash of this process leave no file behind."""
    _set_soft_limit("RLIMIT_CORE", 0)


def unlimited() -> list[str]:
    """What cannot be limited on this machine, in words for the user; empty on Linux."""
    missing = []
    if _address_space() is None or not _can_be_set("RLIMIT_AS"):
        missing.append("memory")
    if not _can_be_set("RLIMIT_CPU"):
        missing.append("CPU time")
    return missing


def _address_space() -> int | None:
    """Bytes of address space that this process holds, or None if the system does not say."""
    try:
        pages = _STATM.read_text().split()[0]
    except OSError:
        return None
    return int(pages) * mmap.PAGESIZE


def _can_be_set(name: str) -> bool:
    """Whether a limit can be set: tried with the value that it has already."""
    kind = getattr(resource, name, None)
    if kind is None:
        return False
    soft, _ = resource.getrlimit(kind)
    return _set_soft_limit(name, soft)


def _set_soft_limit(name: str, value: int) -> bool:
    """Set a limit, at most to what the system allows; False if the system has no such limit."""
    kind = getattr(resource, name, None)
    if kind is None:
        return False
    try:
        _, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, hard))
    except (OSError, ValueError):
        return False
    return True


def collect_seldom() -> None:
    """Let Python look for cycles of objects after each 50,000, not after each 700.

    Annotations come in thousands and hold no cycles: looking for them would take a
    quarter of the time. What is loaded by now is not looked at any more.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """`collect_seldom` within a block."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
