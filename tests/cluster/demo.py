"""The demo on four workers that share only a store: its shards, and what workers that die cost.

    python -m tests.cluster.demo [--exports FOLDER] [--every 10]

The demo's exports are curated up to the shards three times: by the processes of one machine on its
disk, on the cluster, and on the cluster again while every `--every` seconds one of its workers is
killed. The shards of all three must be the same bytes.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from benchmarks.shared.timing import report
from examples.demo.exports import write_exports
from tests.cluster.corpus import Corpus, shards_made_here, stored
from tests.cluster.machines import ROOT, Machines, machines
from tests.cluster.store import environment, running_store

MOST_TIMES = 2.0
"""Times the undisturbed run that the one with dying workers may take."""

_WORKERS = 4
_EXPORTS = ROOT / "build" / "demo" / "exports"


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run on the cluster took."""

    seconds: float
    kills: int
    lost_workers: int
    """Among them those that were at work."""

    retries: int
    same_bytes: bool


def main() -> None:
    """Run, compare and report; exit code 3 if the bytes are not the same."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--exports", type=Path, default=_EXPORTS, metavar="FOLDER")
    parser.add_argument("--every", type=float, default=10.0, metavar="SECONDS")
    asked = parser.parse_args()
    if not asked.exports.exists():
        write_exports(asked.exports, os.cpu_count() or 1)

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        settings = demo_settings(asked.exports, folder)
        begun = time.perf_counter()
        expected = shards_made_here(settings)
        here = time.perf_counter() - begun
        (folder / "store").mkdir()
        with running_store(folder / "store") as address:
            corpus = stored(folder, json.loads(settings.read_text()), expected)
            with machines(folder, environment(address), _WORKERS) as cluster:
                cluster.wait_for(_WORKERS)
                whole = run(corpus, cluster, every=None)
                killed = run(corpus, cluster, asked.every)

    lines = lines_of(here, whole, killed, asked.every)
    data = {"here": here, "whole": asdict(whole), "killed": asdict(killed)}
    report("demo_on_cluster", lines, data)
    if not (whole.same_bytes and killed.same_bytes):
        sys.exit(3)


def demo_settings(exports: Path, folder: Path) -> Path:
    """The demo's settings file with paths of this machine, and a build of its own."""
    plain = yaml.safe_load((ROOT / "examples" / "demo.yaml").read_text())
    for export in plain["exports"]:
        export["path"] = str(exports.absolute() / export["name"])
    plain["taxonomy"] = str(ROOT / "taxonomy" / "concepts.yaml")
    plain["build"] = str(folder / "build")
    file = folder / "demo.yaml"
    file.write_text(json.dumps(plain))  # JSON is YAML
    return file


def run(corpus: Corpus, cluster: Machines, every: float | None) -> Spent:
    """Run on the cluster. `every`: seconds after which a worker is killed, again and again."""
    attempt = corpus.settings(cluster.address)
    begun = time.perf_counter()
    process = attempt.start()
    kills = 0
    for number in itertools.cycle(range(_WORKERS)):
        try:
            said, _ = process.communicate(timeout=every)
            break
        except subprocess.TimeoutExpired:
            kills += cluster.kill_worker(number)
    seconds = time.perf_counter() - begun

    assert process.returncode == 0, said
    effort = attempt.read("run.json")
    return Spent(
        seconds=seconds,
        kills=kills,
        lost_workers=effort["lost_workers"],
        retries=effort["retries"],
        same_bytes=attempt.shards() == corpus.expected != {},
    )


def lines_of(here: float, whole: Spent, killed: Spent, every: float) -> list[str]:
    """What is printed."""
    times = killed.seconds / whole.seconds
    return [
        f"on this machine's disk: {here:.0f} s",
        f"{_WORKERS} workers and a store: {_told(whole)}",
        f"a worker killed every {every:g} s: {_told(killed)}",
        f"{times:.2f} times as long (at most {MOST_TIMES:g})",
    ]


def _told(spent: Spent) -> str:
    bytes_are = "the same bytes"
    if not spent.same_bytes:
        bytes_are = "OTHER BYTES"
    return (
        f"{spent.seconds:.0f} s, {bytes_are}; {spent.kills} killed, {spent.lost_workers} lost at "
        f"work, {spent.retries} tasks done again"
    )


if __name__ == "__main__":
    main()
