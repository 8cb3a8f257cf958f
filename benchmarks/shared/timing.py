"""Rates of several ways to do one thing.

They take turns, so that a busy machine slows all of them alike.
"""

import contextlib
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil

_RESULTS = Path("build/bench")


@dataclass(frozen=True, slots=True)
class Measured:
    """`items`: what one run gave; `rates`: items a second, run by run."""

    items: int
    rates: list[float]

    @property
    def rate(self) -> float:
        """The median over the runs."""
        return statistics.median(self.rates)


def measure(
    ways: Mapping[str, Callable[[], int]],
    repeats: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Measured]:
    """Run all ways once unmeasured, then `repeats` times in turn.

    A way returns how many items it made. `clock`: seconds.
    """
    measured = {}
    for name, way in ways.items():
        # The first run of each loads code and fills caches.
        items = way()
        measured[name] = Measured(items, rates=[])

    for _ in range(repeats):
        for name, way in ways.items():
            begun = clock()
            made = way()
            seconds = clock() - begun
            measured[name].rates.append(made / seconds)
    return measured


def cpu_clock() -> float:
    """Seconds of CPU of this process and all below it so far, those that have ended included.

    Forked workers are below the process that forks them. Call it while that lives: nobody waits
    for it, so its end takes what it knows along. On a busy machine these seconds tell more than
    the time that has passed.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = time.process_time() + ended.ru_utime + ended.ru_stime
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            of_its_ended = times.children_user + times.children_system
            seconds += times.user + times.system + of_its_ended
    return seconds


def ratios(measured: Mapping[str, Measured], name: str, other: str) -> list[float]:
    """One way's rate by another's in the same turn, for each turn."""
    turns = zip(measured[name].rates, measured[other].rates, strict=True)
    return [rate / other_rate for rate, other_rate in turns]


def ratio(measured: Mapping[str, Measured], name: str, other: str) -> float:
    """The median of `ratios`."""
    return statistics.median(ratios(measured, name, other))


def report(name: str, lines: list[str], data: Mapping[str, Any]) -> None:
    """Print the lines; write the data and the machine's description to build/bench/`name`.json."""
    cores = os.cpu_count()
    load, _, _ = os.getloadavg()
    machine = {
        "python": platform.python_version(),
        "cores": cores,
        "load": load,
    }
    document = msgspec.json.encode({**data, "machine": machine})
    pretty = msgspec.json.format(document, indent=2)

    path = _RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pretty + b"\n")
    for line in lines:
        print(line)
    print(f"{cores} cores, load {load:.1f} at the end; {path}")
