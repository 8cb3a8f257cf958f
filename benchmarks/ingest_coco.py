"""A COCO document of 210 MB to segments on one core, beside pycocotools; and its peak memory.

    python -m benchmarks.ingest_coco [--annotations 370000] [--tenfold 370000]

Ingest reads a document of `annotations` annotations in 500 pictures in one process and the
child that opens the pictures, held to one core; pycocotools loads the document and makes the
run-lengths of each annotation, and opens no picture. Times are of the processor, over all
processes: other work on the machine must not count.

Memory is measured with two documents, one of ten times as many annotations and pictures as
the other. The larger one has `tenfold` annotations: `--tenfold 3700000` is the claim's own size
and takes half an hour. It is the sum over all processes without the pages of mapped files
(`benchmarks.shared.memory_of_tree`).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.bytecode import keeping_bytecode
from benchmarks.shared.large_coco import LargeCoco, make_large_coco
from benchmarks.shared.memory_of_tree import peak_of_tree
from benchmarks.shared.timing import report

LARGEST = 600e6
"""Bytes that ingest may hold at its peak."""

GROWTH = 1.25
"""The peak may grow by so much with ten times the annotations."""

TIMES = 0.5
"""The share of pycocotools' time that ingest may take."""

_PER_PICTURE = 740

_PYCOCOTOOLS = """
import sys
from pycocotools.coco import COCO
coco = COCO(sys.argv[1])
for annotation in coco.anns.values():
    coco.annToRLE(annotation)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the processor, and bytes at the peak, of a process and what it started."""

    seconds: float
    peak: int


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--annotations", type=int, default=370_000)
    parser.add_argument("--tenfold", type=int, default=370_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        # The first run keeps the bytecode for those that are timed.
        tenth = _make(folder / "tenth", arguments.tenfold // 10)
        small = cost_of(_ingest(tenth.parent, folder / "tenth-build"))

        document = _make(folder / "whole", arguments.annotations)
        ours = cost_of(_ingest(document.parent, folder / "whole-build"))
        theirs = cost_of([sys.executable, "-c", _PYCOCOTOOLS, str(document)])
        large = ours
        if arguments.tenfold != arguments.annotations:
            tenfold = _make(folder / "tenfold", arguments.tenfold)
            large = cost_of(_ingest(tenfold.parent, folder / "tenfold-build"))
        size = document.stat().st_size
    _report(arguments.annotations, size, ours, theirs)
    _report_growth(arguments.tenfold, small, large)


def _make(folder: Path, annotations: int) -> Path:
    images = max(1, annotations // _PER_PICTURE)
    return make_large_coco(folder, LargeCoco(images, annotations))


def _ingest(export: Path, build: Path) -> list[str]:
    """The command that ingests an export with one worker."""
    build.mkdir()
    concepts = build / "concepts.yaml"
    concepts.write_text(
        "concepts:\n  thing:\n    definition: A thing.\n    kind: thing\n"
    )
    settings = {
        "build": str(build / "build"),
        "taxonomy": str(concepts),
        "licences": {"allow": ["benchmark"]},
        "dask": {"workers": 1},
        "exports": [
            {
                "name": "large",
                "path": str(export),
                "format": "coco",
                "customer": "someone",
                "domain": "things",
                "licence": "benchmark",
            }
        ],
    }
    file = build / "settings.json"
    file.write_text(json.dumps(settings))
    return [sys.executable, "-m", "pipelines", "ingest", str(file)]


def cost_of(command: list[str]) -> Cost:
    """Run a command on one core. RuntimeError if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(  # noqa: S603  our own command
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=keeping_bytecode(),
    )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
    peak = peak_of_tree(process)
    _, said = process.communicate()
    if process.returncode:
        raise RuntimeError(said.decode(errors="replace"))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, peak)


def _report(annotations: int, size: int, ours: Cost, theirs: Cost) -> None:
    """Print and write the times, and the peak beside pycocotools'."""
    times = ours.seconds / theirs.seconds
    lines = [
        f"A COCO document of {size / 1e6:,.0f} MB, {annotations:,} annotations, on one core:",
        f"  ingest      {ours.seconds:>8,.1f} s  {ours.peak / 1e6:>8,.0f} MB at the peak",
        f"  pycocotools {theirs.seconds:>8,.1f} s  {theirs.peak / 1e6:>8,.0f} MB at the peak",
        f"  time {times:.2f} of pycocotools' ({TIMES} allowed); "
        f"{ours.peak / 1e6:,.0f} MB ({LARGEST / 1e6:,.0f} allowed)",
    ]
    data = {
        "annotations": annotations,
        "bytes": size,
        "seconds": {"ingest": ours.seconds, "pycocotools": theirs.seconds},
        "peak_bytes": {"ingest": ours.peak, "pycocotools": theirs.peak},
        "time_over_pycocotools": times,
        "holds": {"time": times <= TIMES, "memory": ours.peak <= LARGEST},
    }
    report("ingest_coco", lines, data)


def _report_growth(annotations: int, small: Cost, large: Cost) -> None:
    """Print and write how the peak grows."""
    growth = large.peak / small.peak
    lines = [
        f"{annotations // 10:,} annotations {small.peak / 1e6:,.0f} MB, "
        f"{annotations:,} annotations {large.peak / 1e6:,.0f} MB: "
        f"{growth:.2f} times ({GROWTH} allowed)",
    ]
    data = {
        "annotations": [annotations // 10, annotations],
        "peak_bytes": [small.peak, large.peak],
        "growth": growth,
        "holds": growth <= GROWTH,
    }
    report("ingest_coco_growth", lines, data)


if __name__ == "__main__":
    main()
