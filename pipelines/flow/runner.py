"""The run of a flow: which stages are up to date, and which have to be done again.

A stage reads the folder of the stage before it, partition by partition, and writes its
own. A stage whose key is that of the last run is kept. The first stage whose key
differs is done again, and so are those after it, because their keys cover its key.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from upath import UPath

from curate import storage
from curate.errors import InputError
from curate.exports.opening import fingerprint
from curate.ledger import LedgerReport
from curate.schema import STAGES
from curate.settings import Settings
from curate.storage import read_partitions
from pipelines.failures import FaultsMet
from pipelines.flow import build as builds
from pipelines.flow import faults
from pipelines.flow.build import PartitionState, Reads, StageState
from pipelines.flow.cluster import Workers
from pipelines.flow.faults import StageFaults
from pipelines.flow.rates import Rate, note_rate, workers_named
from pipelines.flow.reasons import commonest_reasons
from pipelines.flow.screen import Screen


class Run:
    """One run over a settings file: where it builds, its workers, and what it met.

    `id`: a name that no other run has. `fingerprints`: digest of the files of each export,
    by the export's name. `faults`: of the stages that this run has done.
    """

    def __init__(self, settings: Settings, workers: Workers, screen: Screen) -> None:
        self.settings = settings
        self.workers = workers
        self.screen = screen
        self.build = UPath(settings.build)
        self.id = secrets.token_hex(4)
        self.fingerprints: dict[str, str] = {}
        self.faults: list[StageFaults] = []

    def look_at_exports(self) -> None:
        """Take the fingerprint of each export. InputError if one has no files."""
        for export in self.settings.exports:
            self.fingerprints[export.name] = fingerprint(export, self.settings.limits)


@dataclass(frozen=True, slots=True)
class StageOutput:
    """What the work of a stage gives.

    `ledgers`: of its partitions. `partitions`: the partitions that the next run may
    keep, by file name. `faults`: exceptions that no rule foresees.
    """

    ledgers: list[LedgerReport]
    partitions: Mapping[str, PartitionState] = field(default_factory=dict)
    faults: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the flow.

    `version`: of its code. `reads`: what the result depends on besides the stage before
    it and the version. `work`: writes the stage's files into a new folder.
    """

    name: str
    version: int
    reads: Callable[[Run], Reads]
    work: Callable[[Run, "Stage", UPath], StageOutput]
    check: Callable[[Run], None] | None = None
    """What may stop the run although the stage's files are up to date."""


def run_stages(
    run: Run, flow: Mapping[str, Stage], last: str
) -> dict[str, LedgerReport]:
    """Bring the stages up to `last` up to date, and return their ledgers by name.

    It ends early if nothing is annotated. InputError if a stage drops everything.
    """
    # Each key covers the one before it, so the last key stands for the whole way.
    ledgers: dict[str, LedgerReport] = {}
    key = ""
    before = ""
    for name in STAGES[: STAGES.index(last) + 1]:
        if before and ledgers[before].out == 0:
            _check_that_nothing_came(run, before, ledgers[before], name)
            break
        key, ledgers[name] = _bring_up_to_date(run, flow[name], key)
        before = name

    # Alone, an earlier stage may leave nothing: labels may wait. Without shards nothing goes on.
    if before == STAGES[-1] and ledgers[before].out == 0:
        _check_that_nothing_came(run, before, ledgers[before], "training")
    return ledgers


def summary(report: LedgerReport) -> str:
    """A ledger in one line."""
    by_reason = sorted(report.by_reason.items(), key=lambda item: -item[1])
    reasons = ", ".join(
        f"{number:,} {reason}" for reason, number in by_reason if number
    )

    text = f"{report.came_in:,} in, {report.out:,} out, {report.dropped:,} dropped"
    if reasons:
        text += f" ({reasons})"
    if report.uncounted:
        text += f", and {report.uncounted:,} whole files or images, uncounted"
    return text


def _bring_up_to_date(
    run: Run, stage: Stage, key_before: str
) -> tuple[str, LedgerReport]:
    """The key and the ledger of a stage, which is done again if its key has changed.

    `key_before`: of the stage before it.
    """
    key = key_of(stage, stage.reads(run), key_before)
    old = builds.state_of(run.build, stage.name)
    damaged = builds.damaged_files(run.build, stage.name, old)
    if damaged:
        folder = run.build / stage.name
        run.screen.warn(
            f"{folder}: {builds.damage_in_words(damaged)}; {stage.name} is done again"
        )
    elif old is not None and old.key == key:
        if stage.check is not None:
            stage.check(run)
        report = builds.ledger_of(run.build, stage.name)
        run.screen.note(f"{stage.name:<8} {summary(report)}; kept from the last run")
        return key, report

    faults.remove_traces(run.build, stage.name)
    goes_on = builds.partial_folder(run.build, stage.name).exists()
    new = builds.new_folder(run.build, stage.name)
    begun = time.monotonic()
    output = stage.work(run, stage, new)
    seconds = time.monotonic() - begun

    # Again: the split has written pins, which its next run reads.
    reads = stage.reads(run)
    key = key_of(stage, reads, key_before)
    if output.faults:
        run.faults.append(faults.stage_faults(run.build, stage.name, output.faults))
        # A key that no other run will have: this stage and those after it are done
        # again.
        key = storage.digest(key, secrets.token_hex())

    state = StageState(key, stage.version, dict(reads), dict(output.partitions))
    report = builds.finish(run.build, stage.name, state, output.ledgers)
    if report.came_in and not goes_on and not _shares_partitions(state, old):
        workers = workers_named(run.settings.dask)
        note_rate(run.build, stage.name, Rate(report.came_in, seconds, workers))
    run.screen.note(f"{stage.name:<8} {summary(report)}")
    return key, report


def _shares_partitions(state: StageState, old: StageState | None) -> bool:
    """Whether partitions of the last run were kept."""
    if old is None:
        return False
    keys = {partition.key for partition in old.partitions.values()}
    return any(partition.key in keys for partition in state.partitions.values())


def key_of(stage: Stage, reads: Reads, key_before: str) -> str:
    """Digest of all that the stage's result depends on."""
    return storage.digest(stage.name, stage.version, key_before, reads)


def _check_that_nothing_came(
    run: Run, stage: str, report: LedgerReport, following: str
) -> None:
    """Warn if a stage without a result got nothing to do.

    InputError if it has dropped everything, and FaultsMet if that may be because of
    faults.
    """
    if run.faults:
        raise FaultsMet(faults.describe(run.faults))
    if report.came_in == 0 and report.uncounted == 0:
        exports = ", ".join(report.by_export) or "any export"
        run.screen.warn(
            f"nothing is annotated in {exports}; {following} has nothing to do"
        )
        return

    lines = [f"{stage} leaves nothing for {following}: {summary(report)}."]
    if stage == "remap":
        queue = run.build / "taxonomy" / "review.yaml"
        lines.append(f"The labels wait for a decision in {queue}")
    drops = run.build / stage / "drops"
    lines.append(f"The commonest reasons: {commonest_reasons(read_partitions(drops))}")
    lines.append(f"Each drop is a row of {drops}")
    raise InputError("\n".join(lines))
