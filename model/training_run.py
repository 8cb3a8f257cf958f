"""The course of a training run: steps, validations, saved states and what is left at the end."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from upath import UPath

from curate.settings import Settings
from curate.shards.reader import Shards
from curate.storage import write_json
from model import ranks
from model.board import Board
from model.checkpoint import load_checkpoint, save_checkpoint
from model.curve import write_curve
from model.loading import ScheduledBatch, load_batches, worker_count
from model.pace import PACE_STEPS, Every, Pace, is_validation_due, validation_pixels
from model.records import Origin, Progress, TrainingRecord, mean_over_domains
from model.training_state import TrainingState
from model.validation import (
    fit_rectangles_on_val,
    fitted_confidence,
    validate,
    validation_rows,
)

_SAVE_SECONDS = 60.0
_LOG_SECONDS = 20.0
_RECENT = 50  # steps whose loss is told
_LIKE_BEST = 0.003  # of IoU: a later model so little below the best is kept instead
_LATE = 1.3  # times the minutes: then the run stops, however far it is


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What stays the same during a run."""

    settings: Settings
    shards: Shards
    val_shards: Shards | None
    """None if there is nothing to validate on."""

    origin: Origin
    folder: Path
    key: str
    """Digest of all that the run depends on."""

    log: Callable[[str], None]


def finish(run: TrainingRun, state: TrainingState) -> None:
    """Train from a state to the end; leave the best checkpoint, the record and the curve."""
    progress = state.progress
    if run.settings.train.steps is not None:
        progress.steps = run.settings.train.steps

    pace = Pace(progress.seconds)
    to_log = Every(_LOG_SECONDS)
    to_save = Every(_SAVE_SECONDS)
    batches = load_batches(
        run.shards,
        run.settings,
        progress.epoch,
        progress.batch,
        worker_count(state.device),
        run.log,
    )
    with closing(batches), Board(run.folder, progress.step) as board:
        while progress.steps is None or progress.step < progress.steps:
            scheduled, batch = next(batches)
            state.step(batch, scheduled.weight)
            _count(state, scheduled, pace)
            board.loss(progress.step, progress.losses[-1], state.rate)

            is_due = _is_due(progress)
            if is_due or _has_no_plan(progress):
                progress.steps = ranks.from_first(_plan(run, state, scheduled, pace))
            if is_due or progress.step == progress.steps:
                _validate(run, state, scheduled, board)
                pace.after_validation()
                progress.seconds = pace.seconds
            if to_log.is_due():
                run.log(_line(state))
            if progress.steps and to_save.is_due():
                _save(run, state)
            if ranks.from_first(_is_late(run, state)):
                _validate(run, state, scheduled, board)
                break
    if ranks.is_first():
        _fit_on_val(run, state)
        _write_record(run, state)


def _save(run: TrainingRun, state: TrainingState) -> None:
    """Save the state, from which all ranks go on."""
    if ranks.is_first():
        state.save(run.folder / "state.pt", run.key)


def _fit_on_val(run: TrainingRun, state: TrainingState) -> None:
    """Fit on val when the best checkpoint's answers are rectangles, and how sure they are."""
    if run.val_shards is None:
        return
    run.log(
        "train: learns on val which answers are rectangles, and how sure they are, which may take "
        "minutes"
    )
    path = run.folder / "model.safetensors"
    model, origin = load_checkpoint(path)
    model.to(state.device)

    # As the start has them: a run that is killed here and goes on fits the same.
    at_start = state.kept().rectangles.state_dict()
    model.rectangles.load_state_dict(at_start)
    fit_rectangles_on_val(model, run.val_shards, run.settings.crop)
    confidence = fitted_confidence(model, run.val_shards)
    save_checkpoint(path, model, msgspec.structs.replace(origin, confidence=confidence))


def _count(state: TrainingState, scheduled: ScheduledBatch, pace: Pace) -> None:
    """Note in the progress that a batch is done."""
    progress = state.progress
    progress.epoch = scheduled.plan.epoch
    progress.batch = scheduled.number + 1
    progress.padding += scheduled.plan.padding
    progress.seconds = pace.after_step(progress.pixels)


def _is_due(progress: Progress) -> bool:
    """Whether to validate now, by the steps that are planned."""
    if progress.steps is None:
        return False
    return is_validation_due(progress.step, progress.steps)


def _has_no_plan(progress: Progress) -> bool:
    """Whether it is unknown how many steps there will be, although the pace may tell it now."""
    return progress.steps is None and progress.step >= PACE_STEPS


def _plan(
    run: TrainingRun,
    state: TrainingState,
    scheduled: ScheduledBatch,
    pace: Pace,
) -> int | None:
    """The step with which the minutes of the settings will be over, by the pace of late.

    A machine that others use as well is now faster, now slower, so this is asked again and again.
    """
    settings, progress = run.settings.train, state.progress
    if settings.steps is not None:
        return settings.steps
    more = pace.steps_that_fit(settings.minutes, scheduled.usual_pixels)
    if more is None:
        return progress.steps
    return progress.step + more


def _is_late(run: TrainingRun, state: TrainingState) -> bool:
    """Whether the minutes of the settings are long over; says so."""
    settings, progress = run.settings.train, state.progress
    if settings.steps is not None or progress.seconds <= _LATE * 60 * settings.minutes:
        return False
    line = f"train: {_LATE} times the minutes are over: stops at step {progress.step:,}"
    if progress.steps is not None:
        line += f" of {progress.steps:,}"
    run.log(line)
    return True


def _validate(
    run: TrainingRun,
    state: TrainingState,
    scheduled: ScheduledBatch,
    board: Board,
) -> None:
    """Judge the weights that would be kept, keep them if none were clearly better, save the state.

    Without anything to validate on, the last weights are kept.
    """
    progress = state.progress
    kept = state.kept()
    by_domain: dict[str, float] = {}
    is_kept = True
    if run.val_shards is not None:
        # Decided once, so that all validations see the same objects, however the plan changes.
        if progress.validation_pixels is None:
            progress.validation_pixels = validation_pixels(
                progress.steps or progress.step, scheduled.usual_pixels
            )
        rows = validation_rows(run.val_shards, progress.validation_pixels)
        by_domain = validate(kept, run.val_shards, rows)
        shown = ", ".join(f"{domain} {iou:.3f}" for domain, iou in by_domain.items())
        run.log(f"{_line(state)}; IoU {shown}")

        mean = mean_over_domains(by_domain)
        board.validation(progress.step, mean, by_domain)
        best = progress.best
        if best is None:
            best = mean
        is_kept = mean >= best - _LIKE_BEST
        progress.best = max(best, mean)
    progress.validations.append((progress.step, by_domain))

    if is_kept and ranks.is_first():
        origin = msgspec.structs.replace(
            run.origin,
            steps=progress.step,
            validation=by_domain,
        )
        save_checkpoint(run.folder / "model.safetensors", kept, origin)
    _save(run, state)


def _line(state: TrainingState) -> str:
    """How far the run is, in one line."""
    progress = state.progress
    loss = float(np.mean(progress.losses[-_RECENT:]))
    crops_per_second = progress.crops / progress.seconds
    padding = progress.padding / progress.pixels

    line = (
        f"train: step {progress.step:,} of {progress.steps or '?'}, loss {loss:.3f}, "
        f"{crops_per_second:.1f} crops/s, {padding:.1%} padding"
    )
    if progress.steps is not None:
        seconds_left = progress.seconds * (progress.steps / progress.step - 1)
        line += f", {seconds_left / 60:.1f} min left"
    if progress.best is not None:
        line += f", best IoU {progress.best:.3f}"
    return line


def _write_record(run: TrainingRun, state: TrainingState) -> None:
    """Write train.json and the picture of the curves, and say how the run ended."""
    progress = state.progress
    record = TrainingRecord(
        **msgspec.structs.asdict(progress),
        key=run.key,
        crops_per_second=progress.crops / progress.seconds,
        padding_share=progress.padding / progress.pixels,
    )
    write_curve(run.folder / "curve.png", progress)
    write_json(UPath(run.folder / "train.json"), record)

    line = f"train: {progress.step:,} steps in {progress.seconds / 60:.1f} min"
    if progress.best is None:
        run.log(
            f"{line}; there was nothing to validate on, so the last weights are kept"
        )
    else:
        run.log(f"{line}, best IoU {progress.best:.3f}")
