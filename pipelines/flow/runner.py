"""The flow: each stage in its order, what its key covers, and the few lines that run it.

A stage reads the folder of the stage before it, part by part, and writes its own; the work on a part is a pure
function of curate/. A stage whose key holds is left as it is, and the run starts at the first that does not.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow as pa
from upath import UPath

from curate import ledger, storage
from curate.errors import InputError
from curate.exports.opening import fingerprint
from curate.ledger import LedgerReport
from curate.schema import SCHEMA_VERSION, STAGES
from curate.settings import Settings
from pipelines.flow import build as builds
from pipelines.flow.cluster import Workers
from pipelines.flow.screen import Screen


class Made(NamedTuple):
    """What a stage's work gives: the ledgers of its parts, and their keys where it keeps them."""

    ledgers: list[LedgerReport]
    parts: Mapping[str, str] = MappingProxyType({})


class Run:
    """One run over a settings file: where it builds, who works, who is told."""

    def __init__(self, settings: Settings, workers: Workers, screen: Screen) -> None:
        self.settings = settings
        self.workers = workers
        self.screen = screen
        self.build = UPath(settings.build)
        self.fingerprints: dict[str, str] = {}

    def look_at_exports(self) -> None:
        """Take a digest of the files of each export, by its name, first of all. InputError where there are none."""
        limits = self.settings.limits
        self.fingerprints = {
            export.name: fingerprint(export, limits) for export in self.settings.exports
        }


Rows = Callable[[pa.Table, Any], tuple[pa.Table, pa.Table]]
"""The work on a part: (its rows, what all parts share) -> (rows that go on, drops)."""


class Stage(NamedTuple):
    """`reads`: all that the stage's result depends on but the stage before; `work`: write the new folder."""

    reads: Callable[[Run], dict[str, Any]]
    work: Callable[[Run, UPath], Made]


def run_stages(run: Run, flow: Mapping[str, Stage], last: str) -> dict[str, LedgerReport]:
    """Bring the stages of `flow` up to `last` up to date; their ledgers. Ends early where nothing was annotated."""
    ledgers: dict[str, LedgerReport] = {}
    key = ""
    for name in STAGES[: STAGES.index(last) + 1]:
        before = next(reversed(ledgers), None)
        if (
            before
            and not ledgers[before].out
            and _nothing_follows(run, before, ledgers[before], name)
        ):
            break
        key, ledgers[name] = _bring_up_to_date(run, name, flow[name], key)
    return ledgers


def map_parts(run: Run, stage: str, new: UPath, function: Rows, shared: Any) -> list[LedgerReport]:
    """Run a pure function over each part of the stage before; part i becomes part i."""
    before = run.build / STAGES[STAGES.index(stage) - 1]
    task = partial(_map_part, function, str(before), str(new))
    return run.workers.map(stage, task, builds.part_names(run.build, before.name), shared)


def gather(
    run: Run,
    title: str,
    function: Callable[[pa.Table, Any], Any],
    stage: str,
    columns: list[str],
    shared: Any,
) -> list[Any]:
    """What a pure function says of each part of a finished stage: counts or image tables, never objects."""
    task = partial(_gather_part, function, str(run.build / stage), columns)
    return run.workers.map(title, task, builds.part_names(run.build, stage), shared)


def _map_part(function: Rows, before: str, new: str, name: str, shared: Any) -> LedgerReport:
    rows = storage.read_table(UPath(before) / "segments" / name)
    kept, drops = function(rows, shared)
    storage.write_table(UPath(new) / "segments" / name, kept)
    storage.write_table(UPath(new) / "drops" / name, drops)
    return ledger.count(ledger.by_export(rows), kept, drops)


def _gather_part(
    function: Callable[[pa.Table, Any], Any],
    folder: str,
    columns: list[str],
    name: str,
    shared: Any,
) -> Any:
    return function(storage.read_table(UPath(folder) / "segments" / name, columns), shared)


def _bring_up_to_date(run: Run, name: str, stage: Stage, before: str) -> tuple[str, LedgerReport]:
    def key(reads: dict[str, Any]) -> str:
        return storage.digest(name, SCHEMA_VERSION, before, reads)

    reads = stage.reads(run)
    old = builds.state(run.build, name)
    if old is not None and old.key == key(reads):
        report = builds.ledger_of(run.build, name)
        run.screen.note(f"{name:<8} {summary(report)}; kept from the last run")
        return old.key, report
    new = builds.new_folder(run.build, name)
    made = stage.work(run, new)
    reads = stage.reads(run)  # the split leaves pins, which its next run reads
    state = builds.State(key(reads), SCHEMA_VERSION, reads, dict(made.parts))
    report = builds.finish(run.build, name, state, made.ledgers)
    run.screen.note(f"{name:<8} {summary(report)}")
    return state.key, report


def summary(report: LedgerReport) -> str:
    """A ledger in a line."""
    by_reason = sorted(report.by_reason.items(), key=lambda item: -item[1])
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in by_reason if number)
    uncounted = f", {report.uncounted} of unknown count" if report.uncounted else ""
    dropped = f"{report.dropped:,} dropped" + (f" ({reasons})" if reasons else "") + uncounted
    return f"{report.came_in:,} in, {report.out:,} out, {dropped}"


def _nothing_follows(run: Run, stage: str, report: LedgerReport, following: str) -> bool:
    """True where there was nothing to begin with, which is no error; InputError where all of it was dropped."""
    if not report.came_in and not report.uncounted:
        run.screen.warn(
            f"nothing is annotated in {', '.join(report.by_export) or 'any export'}; {following} has nothing to do"
        )
        return True
    hint = ""
    if stage == "remap":
        hint = f"\nThe labels wait for a decision in {run.build / 'taxonomy' / 'review.yaml'}"
    drops = run.build / stage / "drops"
    raise InputError(
        f"{stage} leaves nothing for {following}: {summary(report)}.{hint}\nEach drop is a row of {drops}"
    )
