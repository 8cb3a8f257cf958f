"""`runs`: the runs of a build as a table."""

import msgspec
from upath import UPath

from curate.settings import Settings
from model.promotion import Promotion, PromotionStep, read_promotion
from model.runs import Run, folders_without_record, read_runs

_HEAD = ("run", "finished (UTC)", "start", "steps", "IoU", "edges", "gate", "")
_CHANGES = 3  # of the promoted run, that a reader is shown
_SECONDS = 19  # characters of a date with its time


class ListedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a line of the table."""

    run: int
    finished: str
    start: str
    steps: int
    iou: float | None
    """Mean IoU of all test objects; None if the run was not judged."""

    edge_f_2: float | None
    gate: str | None
    """`passed` or `stopped`; None if it was not compared with another model."""

    baseline: str | None
    """What the gate compared it with."""

    promoted: bool
    checkpoint: str | None
    """None if it is no longer kept."""


class ListedRuns(msgspec.Struct, frozen=True):
    """The runs of a build, the oldest first, and how the promoted one came about."""

    runs: list[ListedRun]
    promotions: list[PromotionStep]
    without_record: list[str] = []
    """The paths of folders that lack their run.json, so that nothing can use them."""


def list_runs(settings: Settings) -> ListedRuns:
    """All runs of a build. InputError if a record is broken."""
    build = UPath(settings.build)
    promotion = read_promotion(build)
    history: list[PromotionStep] = []
    if promotion is not None:
        history = promotion.history
    runs = [_listed(run, promotion) for run in read_runs(build)]
    incomplete = [str(folder) for folder in folders_without_record(build)]
    return ListedRuns(runs, history, incomplete)


def text(listed: ListedRuns) -> str:
    """The runs for a reader: a table, and the last changes of the promoted run."""
    lines = ["no runs yet: 'train' leaves the first one"]
    if listed.runs:
        lines = _table(listed.runs)

    changes = listed.promotions[-_CHANGES:]
    lines += [f"{_short(each.when)}  {each.how}: run {each.run}" for each in changes]
    for folder in listed.without_record:
        lines.append(
            f"{folder} is no run: it has no run.json; restore that file, or remove the folder"
        )
    return "\n".join(lines)


def _table(runs: list[ListedRun]) -> list[str]:
    """The lines of a table: its head, and a line for each run."""
    rows = [_HEAD, *(_row(run) for run in runs)]
    widths = []
    for column in zip(*rows, strict=True):
        longest = max(column, key=len)
        widths.append(len(longest))

    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


def _listed(run: Run, promotion: Promotion | None) -> ListedRun:
    """What the table says of a run. InputError if its report is broken."""
    report = run.report()
    iou = None
    edge_f_2 = None
    if report is not None:
        iou = report.overall("iou")
        edge_f_2 = report.overall("edge_f_2")

    verdict = None
    baseline = None
    if report is not None and report.gate is not None:
        baseline = report.gate.baseline
        verdict = "stopped"
        if report.gate.passed:
            verdict = "passed"
    checkpoint = None
    if run.checkpoint.exists():
        checkpoint = str(run.checkpoint)
    return ListedRun(
        run=run.number,
        finished=run.record.finished,
        start=run.record.start,
        steps=run.record.origin.steps,
        iou=iou,
        edge_f_2=edge_f_2,
        gate=verdict,
        baseline=baseline,
        promoted=promotion is not None and promotion.run == run.number,
        checkpoint=checkpoint,
    )


def _row(run: ListedRun) -> tuple[str, ...]:
    """The cells of a run's line, in the order of the head."""
    notes = []
    if run.promoted:
        notes.append("promoted")
    if run.checkpoint is None:
        notes.append("no checkpoint")
    gate = "–"
    if run.gate is not None:
        gate = f"{run.gate} ({run.baseline})"
    return (
        str(run.run),
        _short(run.finished),
        run.start.rsplit("/", 1)[-1],
        f"{run.steps:,}",
        _number(run.iou),
        _number(run.edge_f_2),
        gate,
        ", ".join(notes),
    )


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}"


def _short(when: str) -> str:
    """A date and its time, without the zone."""
    return when[:_SECONDS].replace("T", " ")
