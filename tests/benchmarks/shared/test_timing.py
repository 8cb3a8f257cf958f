"""Ways are measured in turn, and compared turn by turn; CPU seconds miss no process."""

import shlex
import subprocess
import sys

from benchmarks.shared.timing import Measured, cpu_clock, measure, ratio

_USE_CPU = "import time\nwhile time.process_time() < 0.3: pass"


def test_rates_are_compared_turn_by_turn() -> None:
    measured = {
        "fast": Measured(1, [4.0, 8.0, 100.0]),
        "slow": Measured(1, [2.0, 4.0, 5.0]),
    }
    assert ratio(measured, "fast", "slow") == 2.0
    assert measured["fast"].rate == 8.0
    counted = measure({"one": lambda: 1, "two": lambda: 2}, repeats=2)
    assert {name: (each.items, len(each.rates)) for name, each in counted.items()} == {
        "one": (1, 2),
        "two": (2, 2),
    }


def test_cpu_seconds_are_those_of_processes_too_that_another_one_has_waited_for() -> (
    None
):
    # As forked workers: they end, and the process that has forked them goes on.
    uses_cpu = shlex.join([sys.executable, "-S", "-c", _USE_CPU])
    begun = cpu_clock()
    with subprocess.Popen(
        ["/bin/sh", "-c", f"{uses_cpu}; echo ended; read line"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ended\n"
        used = cpu_clock() - begun
        parent.communicate(b"\n")
    assert used >= 0.28  # the system counts in hundredths of a second
