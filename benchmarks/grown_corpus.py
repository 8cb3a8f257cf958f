"""200,000 objects to shards: memory beside that of 2,000, two workers beside one, all of COCO.

    python -m benchmarks.grown_corpus [--data FOLDER] [--keep FOLDER] [--repeats 3]
        [--objects 2000 20000 200000]

The exports are grown from the open sets coco-mini and carparts, or from pictures made here, and
stay in the folder `--keep`, if it is given. Memory is that of one worker and its child, without
the pages of mapped files; the worker is held to one core. Two workers and one take turns on
20,000 objects, and each has its own time from start to end; so have two runs of one worker at once,
which share nothing but the machine: no more can be gained on it. The time for COCO is that of one
more object, and of what a run costs besides, for COCO's number of objects. It takes 5 GB of disk.
"""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cost_by_step import grown
from benchmarks.ingest_coco import Cost, cost_of
from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.bytecode import keeping_bytecode
from benchmarks.shared.curating import command
from benchmarks.shared.timing import report
from benchmarks.shared.whole_pipeline import Source, sources_of

GROWTH = 1.25
"""The peak may grow by so much with a hundred times the objects."""

MORE = 100e6
"""Or by so many bytes."""

TWO_WORKERS = 1.8
"""So many times as fast two workers should be as one."""

COCO = 860_001
"""Objects of COCO's train2017, without crowds."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How many times as fast two workers were as one, and two runs at once as one by one."""

    gain: float
    limit: float


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--objects", type=int, nargs=3, default=[2_000, 20_000, 200_000]
    )
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        given = sources_of(arguments.data, folder / "made")
        keep = arguments.keep or folder
        sources = [_grown_once(given, number, keep) for number in arguments.objects]
        small, middle, large = sources
        costs = []
        for source in (small, large):
            run = command([source], folder / "build" / source.root.name, workers=1)
            costs.append(cost_of(run))
        turns = [_turn(middle, folder, each) for each in range(arguments.repeats)]
    _report(arguments.objects, costs, turns)


def _grown_once(given: list[Source], number: int, keep: Path) -> Source:
    folder = keep / f"grown-{number}"
    document = folder / "instances.json"
    if document.exists():
        return Source(folder, [(document, folder / "images")])
    return grown(given, number, folder)


def _turn(source: Source, scratch: Path, turn: int) -> Turn:
    """One turn of all ways to use two cores."""
    alone = _seconds(source, [scratch / f"alone-{turn}"], workers=1)
    together = _seconds(source, [scratch / f"together-{turn}"], workers=2)
    pair = [scratch / f"one-{turn}", scratch / f"other-{turn}"]
    at_once = _seconds(source, pair, workers=1)
    return Turn(gain=alone / together, limit=2 * alone / at_once)


def _seconds(source: Source, folders: list[Path], workers: int) -> float:
    """From the start of the first of some runs at once to the end of the last."""
    runs = [command([source], folder, workers) for folder in folders]
    begun = time.perf_counter()
    processes = []
    for run in runs:
        process = subprocess.Popen(  # noqa: S603  our own
            run,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=keeping_bytecode(),
        )
        processes.append(process)

    ended = [process.wait() for process in processes]
    if any(ended):
        raise RuntimeError(f"the runs ended with {ended}")
    return time.perf_counter() - begun


def _report(
    objects: Sequence[int], costs: Sequence[Cost], turns: Sequence[Turn]
) -> None:
    """Print and write what was measured, and the arithmetic for COCO."""
    small, large = costs
    growth = large.peak / small.peak
    more = large.peak - small.peak
    gain = statistics.median(turn.gain for turn in turns)
    limit = statistics.median(turn.limit for turn in turns)

    least, _, most = objects
    each = (large.seconds - small.seconds) / (most - least)
    besides = small.seconds - least * each
    coco = besides + COCO * each
    lines = [
        f"{least:,} objects: {small.peak / 1e6:,.0f} MB at the peak, {small.seconds:,.1f} CPU s",
        f"{most:,} objects: {large.peak / 1e6:,.0f} MB at the peak, {large.seconds:,.1f} CPU s",
        f"  {growth:.2f} times the memory ({GROWTH} allowed, or {MORE / 1e6:,.0f} MB more)",
        f"two workers: {gain:.2f} times as fast as one ({TWO_WORKERS} asked); "
        f"two runs at once: {limit:.2f} times as fast as one by one",
        f"COCO: {besides:.1f} s + {COCO:,} objects x {1000 * each:.3f} ms = {coco:,.0f} CPU s; "
        f"{coco / gain / 60:,.1f} minutes with two workers",
    ]
    data = {
        "objects": objects,
        "peak_bytes": [small.peak, large.peak],
        "cpu_seconds": [small.seconds, large.seconds],
        "two_workers_over_one": [turn.gain for turn in turns],
        "two_runs_at_once": [turn.limit for turn in turns],
        "coco": {
            "objects": COCO,
            "cpu_seconds": coco,
            "with_two": coco / gain,
        },
        "holds": {
            "memory": growth <= GROWTH or more <= MORE,
            "two workers": gain >= TWO_WORKERS,
        },
    }
    report("grown_corpus", lines, data)


if __name__ == "__main__":
    main()
