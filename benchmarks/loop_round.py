"""A round of the loop: 500 new objects from the tool's export to the judged candidate.

    python -m benchmarks.loop_round [--old 1500] [--new 500] [--minutes 5]

A small Label Studio of our own holds a project of painted pictures. A first round learns the old
objects in some steps (`--old 0` leaves it out); then the new ones are added, and the second round
is measured: fetching and curating them, which must take less than 30 s, and all of it, which must
take less than 10 minutes on two cores with `minutes` of training. Seconds of the processor, over
all processes, are given besides: on a busy machine they tell more.
"""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.studio_project import StudioProject, serving
from benchmarks.shared.timing import cpu_clock, report
from curate.formats import options_by_name
from curate.settings import Settings
from curate.settings_file import load_settings
from model.runs import find_run
from pipelines.flow.screen import Screen
from pipelines.rounds.fetching import fetch_all
from pipelines.verbs.loop import loop
from pipelines.verbs.promote import promote
from pipelines.verbs.stage import curate

MOST_CURATION = 30.0
"""Seconds that fetching and curating the new objects may take."""

MOST_ROUND = 600.0
"""Seconds that the whole round may take."""

_FIRST_STEPS = 30
_TAXONOMY = "concepts:\n  car: {definition: A motor car., kind: thing}\n"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that passed, and seconds of the processor."""

    wall: float
    cpu: float


class _Clock:
    """Says what has passed since it was made, or asked last."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = cpu_clock()

    def lap(self) -> Cost:
        wall, cpu = time.perf_counter(), cpu_clock()
        cost = Cost(wall - self._wall, cpu - self._cpu)
        self._wall, self._cpu = wall, cpu
        return cost


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--old", type=int, default=1500)
    parser.add_argument("--new", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=5.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "pictures").mkdir()
        project = StudioProject(folder / "pictures")
        project.add(arguments.old)
        with serving(project):
            if arguments.old:
                _first_round(_settings(folder, project, {"steps": _FIRST_STEPS}))
            project.add(arguments.new)
            settings = _settings(folder, project, {"minutes": arguments.minutes})
            _measure(settings, arguments.new)


def _first_round(settings: Settings) -> None:
    """Learn the old objects in some steps, and put the model into use whatever it is like."""
    ended = loop(settings).round
    if ended is not None and ended.outcome != "promoted":
        promote(settings, str(ended.run), anyway=True)


def _measure(settings: Settings, new: int) -> None:
    """The second round, in two parts."""
    clock = _Clock()
    fetch_all(settings, Screen().note)
    curate(settings, "shard")
    curation = clock.lap()
    print(f"curated in {curation.wall:.1f} s, {curation.cpu:.1f} s of the processor")
    ended = loop(settings).round
    rest = clock.lap()

    if ended is None or ended.run is None:
        raise SystemExit("there was nothing new: the benchmark is broken")
    run = find_run(UPath(settings.build), str(ended.run))
    whole = Cost(curation.wall + rest.wall, curation.cpu + rest.cpu)
    lines = [
        f"{ended.new:,} new objects, {ended.to_learn:,} of them to learn from",
        f"mix: {run.record.mix}",
        f"the gate: {ended.outcome}; IoU {ended.iou}, change {ended.iou_change}",
    ]
    for name, cost, most in (
        ("curation", curation, MOST_CURATION),
        ("the whole round", whole, MOST_ROUND),
    ):
        lines.append(
            f"{name}: {cost.wall:.1f} s (at most {most:.0f}), {cost.cpu:.1f} s of the processor"
        )
    data = {
        "new": new,
        "curation_seconds": curation.wall,
        "curation_cpu_seconds": curation.cpu,
        "round_seconds": whole.wall,
        "round_cpu_seconds": whole.cpu,
    }
    report("loop_round", lines, data)


def _settings(
    folder: Path, project: StudioProject, trained: dict[str, float]
) -> Settings:
    """The settings of a build whose only export is fetched from the project."""
    (folder / "concepts.yaml").write_text(_TAXONOMY)
    export = {
        "name": "corrections",
        "path": "fetched",
        "format": "labelstudio",
        "customer": "acme",
        "domain": "street",
        "licence": "CC0-1.0",
    }
    source = {
        "export": "corrections",
        "tool": "label_studio",
        "address": project.address,
        "project": 1,
    }
    plain = {
        "build": "build",
        "taxonomy": "concepts.yaml",
        "exports": [export],
        "licences": {"allow": ["CC0-1.0"]},
        "loop": {"sources": [source], **trained},
    }
    path = folder / "settings.yaml"
    path.write_text(json.dumps(plain))  # JSON is YAML
    return load_settings(path, options_by_name())


if __name__ == "__main__":
    main()
