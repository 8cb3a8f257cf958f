"""Rates of several ways to do one thing, measured in turn, so that a busy machine slows all of them alike."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec


class Measured(NamedTuple):
    """`items`: what one run gave; `rates`: items a second, run by run."""

    items: int
    rates: list[float]

    @property
    def rate(self) -> float:
        """The median over the runs."""
        return statistics.median(self.rates)


def measure(ways: Mapping[str, Callable[[], int]], repeats: int) -> dict[str, Measured]:
    """Run all ways once unmeasured, then `repeats` times in turn. A way returns how many items it made."""
    items = {name: way() for name, way in ways.items()}
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            begun = time.perf_counter()
            done = way()
            rates[name].append(done / (time.perf_counter() - begun))
    return {name: Measured(items[name], rates[name]) for name in ways}


def ratio(measured: Mapping[str, Measured], name: str, other: str) -> float:
    """The median over the runs of one way's rate by another's in the same turn."""
    return statistics.median(
        a / b for a, b in zip(measured[name].rates, measured[other].rates, strict=True)
    )


def report(name: str, lines: list[str], data: Mapping[str, Any]) -> None:
    """Print the lines, and write the data with the machine's description as build/bench/`name`.json."""
    machine = {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    path = Path("build/bench") / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(
        msgspec.json.format(msgspec.json.encode({**data, "machine": machine}), indent=2) + b"\n"
    )
    print(
        "\n".join(
            [*lines, f"{machine['cores']} cores, load {machine['load']:.1f} at the end; {path}"]
        )
    )
