"""`gate`: whether the model is worse than the last one in any stratum. What a team's CI calls."""

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from model.evaluation.report import Gate, GateCheck, read_report
from model.promotion import PROMOTED
from pipelines.verbs.evaluate import evaluate
from pipelines.verbs.gate_words import explain_fall, explain_falls


class Verdict(msgspec.Struct, frozen=True):
    """What the gate says, and where the whole report is."""

    passed: bool
    baseline: str
    objects: int
    left_out: int
    checks: int
    too_small: int
    """Strata of too few images to judge."""

    falls: list[GateCheck]
    """What the model is stopped for, the worst first."""

    report: str


def gate(settings: Settings, baseline: str | None) -> tuple[Verdict, str]:
    """Judge the model against the last one; the verdict, and the same for a reader.

    `baseline`: instead of the settings' one; without either it is the promoted run. InputError if
    there is nothing to judge, or nothing to compare with.
    """
    named = baseline or settings.evaluate.baseline or PROMOTED
    section = settings.evaluate.model_copy(update={"baseline": named})
    evaluated = evaluate(settings.model_copy(update={"evaluate": section}))
    report = read_report(UPath(evaluated.report))
    if report is None or report.gate is None:
        raise InputError(
            f"{settings.build}: nothing to compare with, because no other run was promoted yet; "
            "first: python -m pipelines promote SETTINGS RUN"
        )

    found = report.gate
    verdict = Verdict(
        passed=found.passed,
        baseline=found.baseline,
        objects=found.objects,
        left_out=found.left_out,
        checks=len(found.checks),
        too_small=len(found.too_small),
        falls=[check for check in found.checks if check.fell],
        report=evaluated.report,
    )
    return verdict, text(found)


def text(gate: Gate) -> str:
    """The verdict for a reader."""
    strata = {check.stratum for check in gate.checks}
    lines = [
        f"compared with {gate.baseline}: {gate.objects:,} objects answered by both, "
        f"{len(strata)} strata, {len(gate.checks)} checks"
    ]
    if gate.left_out:
        lines.append(
            f"left out: {gate.left_out:,} objects that the last report lacks, or holds with "
            "another mask"
        )
    if gate.too_small:
        lines.append(f"too few images to judge: {len(gate.too_small)} strata")
    if not gate.passed:
        lines.append(explain_falls(gate))
    elif gate.checks:
        lines.append("passed: in no stratum is the model shown to be worse")
        lines.append(f"nearest to a fall: {explain_fall(gate.checks[0])}")
    else:
        lines.append("passed, but no stratum has enough images to judge")
    return "\n".join(lines)
