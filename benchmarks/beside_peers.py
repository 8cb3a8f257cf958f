"""From exports to shards with one worker, beside supervision, datumaro and Hugging Face `map`.

    python -m benchmarks.beside_peers --peers build/peers/bin/python [--data FOLDER] [--repeats 3]

The peers write the same crops, with masks over the whole picture, as PNG in one Parquet file
(`benchmarks/peers`). All are given the same CPU clock, without their imports, and take turns.
`--peers`: the Python that has their libraries; `make bench` makes it.
"""

import json
import subprocess
import tempfile
from itertools import count
from pathlib import Path

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.timing import Measured, cpu_clock, ratio, report
from benchmarks.shared.whole_pipeline import Source, run_pipeline, sources_of

PEERS = ("supervision", "datumaro", "datasets")

TIMES = 8
"""So many times as fast as each of them the pipeline should be."""

_SCRIPTS = Path(__file__).parent / "peers"
_PIPELINE = "pipeline"


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sources = sources_of(arguments.data, folder / "made")
        measured = measure(sources, arguments.peers, folder, arguments.repeats)
    _report(measured)


def measure(
    sources: list[Source], peers: Path, scratch: Path, repeats: int
) -> dict[str, Measured]:
    """The rates of all ways, objects a CPU second."""
    rates: dict[str, list[float]] = {name: [] for name in (_PIPELINE, *PEERS)}
    items = {}
    numbers = count()
    run_pipeline(sources, scratch / "first")  # its child starts, and code is loaded
    for _ in range(repeats):
        begun = cpu_clock()
        made = run_pipeline(sources, scratch / f"build-{next(numbers)}")
        rates[_PIPELINE].append(made / (cpu_clock() - begun))
        items[_PIPELINE] = made
        for name in PEERS:
            made, seconds = _peer(name, sources, peers, scratch)
            rates[name].append(made / seconds)
            items[name] = made
    return {name: Measured(items[name], rates[name]) for name in rates}


def _peer(
    name: str, sources: list[Source], python: Path, scratch: Path
) -> tuple[int, float]:
    """How many objects a peer made, and in how many CPU seconds."""
    script = _SCRIPTS / f"{name}_way.py"
    made = 0
    seconds = 0.0
    for source in sources:
        for document, images in source.documents:
            target = scratch / f"{name}.parquet"
            command = [
                str(python),
                str(script),
                str(document),
                str(images),
                str(target),
            ]
            done = subprocess.run(  # noqa: S603  our own script
                command, check=True, capture_output=True
            )
            said = json.loads(done.stdout.splitlines()[-1])
            made += said["objects"]
            seconds += said["seconds"]
    return made, seconds


def _report(measured: dict[str, Measured]) -> None:
    """Print and write what was measured."""
    lines = ["From exports to shards, one worker, objects a CPU second:"]
    times = {}
    for name, each in measured.items():
        line = f"  {name:<12} {each.items:>6,} objects {each.rate:>8,.0f}"
        if name != _PIPELINE:
            times[name] = ratio(measured, _PIPELINE, name)
            line += f"; the pipeline is {times[name]:.2f} times as fast ({TIMES} asked)"
        lines.append(line)
    data = {
        "objects": {name: each.items for name, each in measured.items()},
        "objects_per_cpu_second": {name: each.rates for name, each in measured.items()},
        "pipeline_over": times,
        "holds": all(each >= TIMES for each in times.values()),
    }
    report("beside_peers", lines, data)


if __name__ == "__main__":
    main()
