"""What more workers gain, what a task costs, and what a million objects would.

    python -m benchmarks.scale [--exports 8] [--repeats 2] [--tasks 10000]

Strong scaling: the same exports on 1, 2 and 4 worker processes. Weak: as many exports as a worker
has, times the workers. Both in seconds that pass, with the machine's load beside them, and in CPU
seconds of all processes, which a busy machine hardly changes: what CPU seconds grow by is what
the cluster costs. Then tasks that do nothing, each of which costs the scheduler and this process
what any task does. What a million objects would cost, `benchmarks.shared.cost_model` reckons.
"""

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.cost_model import (
    CORPORA,
    MACHINES,
    Estimate,
    Measured,
    estimate,
)
from benchmarks.shared.pictures import Statistics
from benchmarks.shared.timing import cpu_clock, report
from benchmarks.shared.whole_pipeline import (
    OneWorker,
    Silent,
    Source,
    made_sources,
    run_pipeline,
)
from curate.settings import DaskSettings
from pipelines.flow.cluster import Workers

_WORKERS = (1, 2, 4)
_THREADS = 64  # of the rented machines together
_PLANNING = "ingest: annotations"

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run took. `load`: of the machine, the mean of the last minute."""

    workers: int
    objects: int
    seconds: float
    cpu_seconds: float
    load: float


class Counting(OneWorker):
    """This process as the worker; it counts CPU seconds and tasks by title."""

    def __init__(self) -> None:
        super().__init__(DaskSettings(workers=1), Silent())
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.tasks: defaultdict[str, int] = defaultdict(int)

    def map(
        self,
        title: str,
        function: Callable[[_T, Any], _R],
        items: Sequence[_T],
        shared: Any,
        amounts: Sequence[int] | None = None,
    ) -> list[_R]:
        """`function(item, shared)` for each item, counted."""
        begun = cpu_clock()
        made = super().map(title, function, items, shared, amounts)
        self.seconds[title] += cpu_clock() - begun
        self.tasks[title] += len(items)
        return made


def main() -> None:
    """Measure, model, and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--exports", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--tasks", type=int, default=10_000)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sources = made_sources(folder / "exports", _statistics(arguments.exports))
        empty = tasks_of_nothing(arguments.tasks)
        measured = _measure(sources, folder, empty / arguments.tasks)
        strong = _strong(sources, folder, arguments.repeats)
        weak = _weak(sources, folder, arguments.repeats)

    estimates = [
        estimate(corpus, machine, _THREADS, measured)
        for corpus in CORPORA
        for machine in MACHINES
    ]
    data = {
        "measured": asdict(measured),
        "strong": [asdict(each) for each in strong],
        "weak": [asdict(each) for each in weak],
        "estimates": [asdict(each) for each in estimates],
    }
    report("scale", _lines(measured, strong, weak, estimates), data)


def _statistics(exports: int) -> dict[str, Statistics]:
    """Exports of two partitions each; no two are alike."""
    return {
        f"export-{number}": Statistics(300, 2200 + number, 530, 53, 1.1, 17)
        for number in range(exports)
    }


def tasks_of_nothing(number: int) -> float:
    """CPU seconds of the scheduler and of this process for tasks that do nothing."""
    with Workers(DaskSettings(workers=2), Silent()) as workers:
        workers.map("start", _nothing, range(10), None)
        begun = time.process_time()  # the scheduler is in this process
        workers.map("nothing", _nothing, range(number), None)
        return time.process_time() - begun


def _nothing(item: int, shared: None) -> int:
    del shared
    return item


def _measure(sources: list[Source], folder: Path, per_task: float) -> Measured:
    """One worker's CPU seconds and bytes."""
    (folder / "warm").mkdir()
    run_pipeline(sources[:1], folder / "warm" / "build")  # loads the code
    counting = Counting()
    begun = cpu_clock()
    objects = run_pipeline(sources, folder / "counted", counting)
    spent = cpu_clock() - begun
    partitions = counting.tasks["ingest"]
    all_tasks = sum(counting.tasks.values()) - counting.tasks[_PLANNING]
    read = sum(_bytes_below(source.root) for source in sources)
    return Measured(
        per_object=spent / objects,
        planning_per_object=counting.seconds[_PLANNING] / objects,
        per_task=per_task,
        tasks=all_tasks / partitions,
        bytes_read=read / objects,
        bytes_written=_bytes_below(folder / "counted") / objects,
    )


def _strong(sources: list[Source], folder: Path, repeats: int) -> list[Spent]:
    """The same exports, whoever works."""
    spent = []
    for repeat in range(repeats):
        for number in _WORKERS:
            build = folder / f"strong-{number}-{repeat}"
            spent.append(_run_on(number, sources, build))
    return spent


def _weak(sources: list[Source], folder: Path, repeats: int) -> list[Spent]:
    """As many exports for each worker."""
    share = max(len(sources) // max(_WORKERS), 1)
    spent = []
    for repeat in range(repeats):
        for number in _WORKERS:
            build = folder / f"weak-{number}-{repeat}"
            spent.append(_run_on(number, sources[: share * number], build))
    return spent


def _run_on(number: int, sources: list[Source], build: Path) -> Spent:
    """A run on so many worker processes, which have started before it begins."""
    with Workers(DaskSettings(workers=number), Silent()) as workers:
        # Each has loaded the code, too.
        workers.map("start", _load_code, range(4 * number), None)
        begun = time.perf_counter()
        cpu_begun = cpu_clock()
        objects = run_pipeline(sources, build, workers)
        return Spent(
            workers=number,
            objects=objects,
            seconds=time.perf_counter() - begun,
            cpu_seconds=cpu_clock() - cpu_begun,
            load=os.getloadavg()[0],
        )


def _load_code(item: int, shared: None) -> int:
    """Import what the stages need, which takes each worker a second once."""
    from pipelines.flow import stages

    del shared
    return item + len(stages.FLOW)


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _lines(
    measured: Measured,
    strong: list[Spent],
    weak: list[Spent],
    estimates: list[Estimate],
) -> list[str]:
    """What is printed."""
    one = (
        f"One worker: {1e3 * measured.per_object:.2f} ms of CPU an object, of which "
        f"{1e3 * measured.planning_per_object:.2f} for planning; "
        f"{measured.bytes_read:,.0f} bytes read and {measured.bytes_written:,.0f} written"
    )
    nothing = (
        f"A task of nothing: {1e3 * measured.per_task:.2f} ms of the scheduler; a partition "
        f"has {measured.tasks:.1f} tasks"
    )
    return [
        *(one, nothing),
        *("Strong:", *map(_spent_line, strong)),
        *("Weak:", *map(_spent_line, weak)),
        *("The model:", *map(_estimate_line, estimates)),
    ]


def _spent_line(spent: Spent) -> str:
    return (
        f"  {spent.workers} workers {spent.objects:>7,} objects {spent.seconds:>7.1f} s "
        f"{spent.cpu_seconds:>7.1f} CPU s, load {spent.load:.1f}"
    )


def _estimate_line(each: Estimate) -> str:
    return (
        f"  {each.corpus:<18} {each.threads} threads of {each.machine:<12} {each.hours:>6.2f} h "
        f"{each.dollars:>7.2f} $; at most {each.most_threads:,} threads; {each.bottleneck}"
    )


if __name__ == "__main__":
    main()
