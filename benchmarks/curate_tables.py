"""Remap to balance over a table of a million objects, near duplicates included.

    python -m benchmarks.curate_tables [--rows 1000000] [--workers 2]

The table is made by code, as ingest would have written it (`benchmarks.shared.made_tables`); making
it is not measured. The stages run as a user runs them, with their own worker processes. Memory is
the largest sum over all processes, without the pages of mapped files. CPU seconds are those of all
processes; on a busy machine they tell more than the time that has passed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.made_tables import (
    OBJECTS_PER_IMAGE,
    MadeTables,
    made_exports,
    make_partition,
)
from benchmarks.shared.memory_of_tree import peak_of_tree
from benchmarks.shared.timing import cpu_clock, report
from curate import ledger
from curate.curation_settings import LicenceSettings
from curate.labels.concept_file import load_concepts
from curate.ledger import LedgerReport
from curate.schema import DROPS
from curate.settings import OWN_TAXONOMY, DaskSettings, Settings
from curate.storage import read_json, write_json, write_table
from pipelines.flow.cluster import Workers
from pipelines.flow.runner import Run, Stage, StageOutput, run_stages
from pipelines.flow.screen import Screen
from pipelines.flow.stages import FLOW

SECONDS = 60
"""What a million objects may take on two cores."""

BYTES = 2e9
"""What a million objects may take of memory, over all processes."""

BYTES_OF_MORE = 4e9
"""What more of them may take, up to ten millions."""

_LABELS = 300

_USED = "cpu_seconds.json"
"""Beside the build: the CPU seconds of all processes that the stages ran in."""


class Timed(Screen):
    """A screen that says when each line came."""

    def note(self, text: str) -> None:
        """Print a line after the seconds since the start of this process."""
        seconds = time.time() - psutil.Process().create_time()
        print(f"{seconds:8.1f} s  {text}", flush=True)


def main() -> None:
    """Make the tables, then measure the stages in a process of their own."""
    parser = argument_parser(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--until", choices=["ingest", "balance"], help=argparse.SUPPRESS
    )
    parser.add_argument("--build", type=Path, help="keep the build here")
    arguments = parser.parse_args()
    if arguments.until:
        run_until(arguments.until, arguments.build, arguments.rows, arguments.workers)
        return
    with tempfile.TemporaryDirectory() as scratch:
        _measure(arguments.build or Path(scratch), arguments.rows, arguments.workers)


def run_until(stage: str, build: Path, rows: int, workers: int) -> None:
    """Run the flow up to a stage, in this process and its workers."""
    taxonomy = load_concepts(OWN_TAXONOMY)
    salient = [each for each in taxonomy.concepts.values() if each.salient]
    things = [each.id for each in salient if each.kind == "thing"]
    images = rows // OBJECTS_PER_IMAGE
    made = MadeTables(images, things[:_LABELS])
    settings = Settings(
        build=str(build / "build"),
        exports=made_exports(),
        licences=LicenceSettings(allow=["benchmark"]),
        dask=DaskSettings(workers=workers),
    )

    def make(run: Run, _: Stage, new: UPath) -> StageOutput:
        task = partial(_write_partition, str(new))
        partitions = range(made.partitions)
        return StageOutput(run.workers.map("made", task, partitions, made))

    ingest = Stage("ingest", 1, lambda _: {"images": made.images}, make)
    flow = {**FLOW, "ingest": ingest}
    screen = Timed()
    with Workers(settings.dask, screen) as processes:
        run = Run(settings, processes, screen)
        run_stages(run, flow, stage)
        # While the workers live: afterwards nobody can tell what they have used.
        write_json(UPath(build / _USED), cpu_clock())


def _write_partition(new: str, partition: int, made: MadeTables) -> LedgerReport:
    """Write one partition of the tables."""
    rows = make_partition(made, partition)
    drops = DROPS.empty_table()

    folder = UPath(new)
    name = f"part-{partition:05d}.parquet"
    write_table(folder / "segments" / name, rows)
    write_table(folder / "drops" / name, drops)

    seen = ledger.by_export(rows)
    return ledger.count(seen, rows, drops)


def _measure(build: Path, rows: int, workers: int) -> None:
    """Make the tables, run the stages over them, and report what that took."""
    options = [f"--build={build}", f"--rows={rows}", f"--workers={workers}"]
    command = [sys.executable, "-m", "benchmarks.curate_tables", *options]
    subprocess.run([*command, "--until=ingest"], check=True)  # noqa: S603  our own

    begun = time.perf_counter()
    process = subprocess.Popen([*command, "--until=balance"])  # noqa: S603
    peak = peak_of_tree(process)
    seconds = time.perf_counter() - begun
    if process.returncode:
        raise RuntimeError(f"the stages ended with {process.returncode}")
    cpu = read_json(UPath(build / _USED))
    _report(rows, workers, seconds, cpu, peak)


def _report(rows: int, workers: int, seconds: float, cpu: float, peak: int) -> None:
    """Print and write the cost, beside what a million objects may take."""
    seconds_allowed = SECONDS * rows / 1e6
    bytes_allowed = BYTES
    if rows > 1_000_000:
        bytes_allowed = BYTES_OF_MORE

    images = rows // OBJECTS_PER_IMAGE
    megabytes = peak / 1e6
    megabytes_allowed = bytes_allowed / 1e6
    lines = [
        f"Remap to balance, {rows:,} objects on {images:,} images, {workers} workers:",
        f"  {seconds:,.0f} s ({seconds_allowed:,.0f} allowed), {cpu:,.0f} CPU s",
        f"  {megabytes:,.0f} MB over all processes at the peak "
        f"({megabytes_allowed:,.0f} allowed)",
    ]
    data = {
        "rows": rows,
        "workers": workers,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_bytes": peak,
        "holds": {
            "seconds": seconds <= seconds_allowed,
            "memory": peak <= bytes_allowed,
        },
    }
    report("curate_tables", lines, data)


if __name__ == "__main__":
    main()
