"""`promote` and `rollback`: which run of a build is in use."""

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.storage import digest
from model.promotion import Promotion, add_promotion, add_rollback, read_promotion
from model.runs import Run, find_run
from pipelines.failures import CheckFailed
from pipelines.verbs.gate_words import explain_falls


class Promoted(msgspec.Struct, frozen=True):
    """The run in use from now on, the one before, and what a reader should know."""

    run: int
    before: int | None
    checkpoint: str
    warnings: list[str]


def promote(settings: Settings, name: str, *, anyway: bool) -> Promoted:
    """Put a run into use.

    InputError if its checkpoint is not kept or not as it was. CheckFailed if the gate has stopped
    it, unless `anyway`.
    """
    build = UPath(settings.build)
    run = find_run(build, name)
    _check_checkpoint(run)
    warnings = _doubts(run, anyway=anyway)

    before = read_promotion(build)
    if before is not None and before.run == run.number:
        warnings.append(f"run {run.number} is promoted already")
        return Promoted(run.number, before.run, str(run.checkpoint), warnings)
    add_promotion(build, run.number, run.record.model)
    return Promoted(run.number, _number(before), str(run.checkpoint), warnings)


def rollback(settings: Settings) -> Promoted:
    """Put the run into use that was promoted before. InputError if no run was."""
    build = UPath(settings.build)
    before = read_promotion(build)
    if before is None or len(before.stack) == 1:
        raise InputError(
            f"{build}: no run was promoted before, so nothing to return to"
        )
    step = before.stack[-2]
    run = find_run(build, str(step.run))
    _check_checkpoint(run)
    add_rollback(build, step)
    return Promoted(run.number, before.run, str(run.checkpoint), [])


def text(promoted: Promoted) -> str:
    """What is in use now, for a reader."""
    line = f"run {promoted.run} is in use: {promoted.checkpoint}"
    if promoted.before is not None:
        line += f" (before: run {promoted.before})"
    return line


def _check_checkpoint(run: Run) -> None:
    if not run.checkpoint.exists():
        raise InputError(
            f"{run.folder}: the checkpoint of this run is no longer kept; see runs.keep"
        )
    if digest(run.checkpoint.read_bytes()) != run.record.model:
        raise InputError(
            f"{run.checkpoint}: has changed since its training; not promoted"
        )


def _doubts(run: Run, *, anyway: bool) -> list[str]:
    """What speaks against a run, where it does not forbid the promotion."""
    report = run.report()
    if report is None:
        return [f"run {run.number} was not judged"]
    if report.gate is None:
        return [f"run {run.number} was not compared with another model"]
    if report.gate.passed:
        return []
    falls = f"run {run.number}: {explain_falls(report.gate)}"
    if not anyway:
        raise CheckFailed(f"{falls}\nnot promoted; --anyway does it all the same")
    return [falls]


def _number(promotion: Promotion | None) -> int | None:
    if promotion is None:
        return None
    return promotion.run
