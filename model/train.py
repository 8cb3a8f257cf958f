"""Training on the train shards: `train(settings, log)` → the checkpoint that did best on the validation split."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards, order, random_windows
from curate.storage import digest, read_json, write_json
from model.batches import Batch, ahead, plan_epoch, read_batch
from model.box_network import BoxNetwork
from model.checkpoint import Origin, checkpoint_path, save_checkpoint, versions
from model.curve import Board, write_curve
from model.hardware import device
from model.prior import Priors, learn_priors
from model.run import Progress, Run, load_state, save_state
from model.u2net import build
from model.validation import mean_over_domains, validate, validation_rows
from model.weights import PUBLISHED, load_any

Log = Callable[[str], None]

_PACE_STEPS = 10  # that tell how many more the minutes hold
_PACE_SKIPPED = 3  # the first are slow
_VALIDATIONS = 12
_VALIDATION_SHARE = 0.08  # of the time
_FORWARD_SHARE = 0.35  # of a step's time, about
_SAVE_SECONDS = 60.0
_LOG_SECONDS = 20.0
_LATE = 1.3  # times the minutes: then the run stops, however far it is
_PRIOR_MASKS = 3000
_START_PRIOR_MASKS = 100


def train(settings: Settings, log: Log) -> Path:
    """Train by the settings; the path of the best checkpoint, `<build>/train/model.safetensors`.

    A run that was killed goes on where it was; one that is done is not done again. InputError where there are no
    shards, or no start.
    """
    folder = Path(settings.build) / "train"
    shards = open_shards(UPath(settings.build) / "shard", "train")
    checks = _validation_shards(settings, log)
    model, origin = _start(settings, shards, log)
    best = folder / "model.safetensors"
    key = digest(
        shards.digest,
        settings.train.model_dump(),
        settings.crop.model_dump(),
        origin.start,
        versions(),
    )
    done = read_json(UPath(folder / "train.json"))
    if done and done.get("key") == key and best.is_file():
        log(f"train: {best} is up to date")
        return best
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(model, settings.train, device())
    state = folder / "state.pt"
    if load_state(state, key, run):
        log(f"train: goes on at step {run.progress.step}")
    elif state.exists():
        log(
            f"train: {state} is broken, or of other shards, settings, start or versions: begins anew"
        )
    _finish(_Job(settings, shards, checks, origin, folder, key, log), run)
    state.unlink(missing_ok=True)
    return best


def _validation_shards(settings: Settings, log: Log) -> Shards | None:
    try:
        return open_shards(UPath(settings.build) / "shard", "val")
    except InputError:
        log("train: no object in the validation split: the last checkpoint is kept, not the best")
        return None


def _start(settings: Settings, shards: Shards, log: Log) -> tuple[BoxNetwork, Origin]:
    """The model that training begins with, and what its checkpoints will say of where they come from."""
    wish = settings.train
    if wish.start == "random":
        torch.manual_seed(wish.seed)
        variant, outside = wish.variant or "small", 1.0 if wish.outside is None else wish.outside
        log(
            f"train: begins with random weights ({variant}) and a prior of {min(len(shards), _PRIOR_MASKS)} masks"
        )
        model, start = BoxNetwork(build(variant), *_priors(shards, wish.seed), outside), "random"
        licences = []
    else:
        model, before = load_any(wish.start)
        if wish.variant not in (None, before.variant):
            raise InputError(
                f"train.variant: {wish.variant}, but {wish.start} is {before.variant}; leave it out"
            )
        model.outside = before.outside if wish.outside is None else wish.outside
        variant, outside = before.variant, model.outside
        start, licences = digest(checkpoint_path(wish.start).read_bytes()), before.licences
        words = "published weights" if before.start == PUBLISHED else f"{before.steps:,} steps"
        known = None if before.start == PUBLISHED else model.priors
        _take_priors(model, _priors(shards, wish.seed, known), min(len(shards), _PRIOR_MASKS))
        log(f"train: begins with {checkpoint_path(wish.start)} ({variant}, {words})")
    return model, Origin(
        variant=variant,
        outside=outside,
        settings=wish.model_dump(),
        start=start,
        manifest_digest=shards.digest,
        licences=sorted({*licences, *shards.table["licence"].to_pylist()}),
        versions=versions(),
    )


def _priors(shards: Shards, seed: int, before: Tensor | None = None) -> Priors:
    rows = order(shards.weights, seed, 0)[:_PRIOR_MASKS]
    samples = (shards.sample(row) for row in rows.tolist())
    return learn_priors(
        ((sample.mask, np.array(sample.drawn, np.int32)) for sample in samples), before
    )


def _take_priors(model: BoxNetwork, learned: Priors, masks: int) -> None:
    """Give a start the priors of other masks, its own counting for some masks more.

    What the network has learned to add to one prior holds for another: both are logits, and Bayes' rule adds them.
    """
    new, old = learned.shares * masks, model.shares * _START_PRIOR_MASKS
    weight = (new / (new + old))[:, None, None]
    blended = weight * torch.sigmoid(learned.logits) + (1 - weight) * torch.sigmoid(model.priors)
    model.priors.copy_(torch.logit(blended))
    model.shares.copy_((new + old) / (masks + _START_PRIOR_MASKS))


@dataclass(frozen=True)
class _Job:
    """What stays the same while a run goes on."""

    settings: Settings
    shards: Shards
    checks: Shards | None
    origin: Origin
    folder: Path
    key: str
    log: Log


def _finish(job: _Job, run: Run) -> None:
    """Train from where the run stands to its end; leave the best checkpoint, the record and the curve."""
    progress, train = run.progress, job.settings.train
    progress.steps = train.steps or progress.steps
    pace, saved, told = _Pace(progress.seconds), time.monotonic(), time.monotonic()
    with (
        closing(ahead(_batches(job, progress.epoch, progress.batch))) as batches,
        Board(job.folder, progress.step) as board,
    ):
        while progress.steps is None or progress.step < progress.steps:
            task, batch = next(batches)
            run.step(batch, task.weight)
            progress.epoch, progress.batch, progress.padding = (
                task.epoch,
                task.number + 1,
                progress.padding + task.padding,
            )
            progress.seconds = pace.after(progress.pixels)
            board.loss(progress.step, progress.losses[-1], run.rate)
            if progress.steps is None and progress.step >= _PACE_STEPS:
                progress.steps = _steps_that_fit(
                    pace.pixels_per_second, task.pixels_of_epoch, train.minutes, progress
                )
            if progress.steps and _is_due(progress.step, progress.steps):
                _validate(job, run, task.pixels_of_epoch, board)
                progress.seconds = pace.after(progress.pixels)
            if time.monotonic() - told > _LOG_SECONDS:
                told = time.monotonic()
                job.log(_line(run))
            if progress.steps and time.monotonic() - saved > _SAVE_SECONDS:
                saved = time.monotonic()
                save_state(job.folder / "state.pt", job.key, run)
            if train.steps is None and progress.seconds > _LATE * 60 * train.minutes:
                job.log(
                    f"train: {_LATE} times the minutes are over: stops at step {progress.step} of {progress.steps}"
                )
                _validate(job, run, task.pixels_of_epoch, board)
                break
    _write_record(job, run)


class _Task(NamedTuple):
    """A batch, where it stands, and how much it counts."""

    epoch: int
    number: int
    weight: float
    padding: int
    pixels_of_epoch: float
    """Mean over the epoch's batches."""


def _batches(job: _Job, epoch: int, first: int) -> Iterator[tuple[_Task, Batch]]:
    """Batches without end, from one of an epoch on."""
    shards, train = job.shards, job.settings.train
    sides = shards.crops[:, 2:] - shards.crops[:, :2]
    while True:
        drawn, windows = random_windows(shards, job.settings.crop, epoch)
        plans = plan_epoch(
            order(shards.weights, train.seed, epoch), drawn, windows, sides, train, epoch
        )
        usual = np.mean([len(plan.rows) for plan in plans])
        pixels = float(np.mean([len(plan.rows) * plan.height * plan.width for plan in plans]))
        for number, plan in enumerate(plans[first:], start=first):
            weight = float(np.sqrt(len(plan.rows) / usual))
            yield (
                _Task(epoch, number, weight, plan.padding, pixels),
                read_batch(shards, plan, train),
            )
        epoch, first = epoch + 1, 0


class _Pace:
    """Seconds of a run, over all its lives, and its speed in this one."""

    def __init__(self, earlier: float) -> None:
        self._earlier = earlier
        self._began = time.monotonic()
        self._marks: list[tuple[float, int]] = []

    def after(self, pixels: int) -> float:
        """The run's seconds, after a step that brought its pixels to so many."""
        now = time.monotonic()
        if len(self._marks) < _PACE_STEPS:
            self._marks.append((now, pixels))
        return self._earlier + now - self._began

    @property
    def pixels_per_second(self) -> float:
        """Over the first steps, but for the very first, which are slow."""
        (began, before), (ended, after) = self._marks[_PACE_SKIPPED], self._marks[-1]
        return (after - before) / max(ended - began, 1e-6)


def _steps_that_fit(
    pixels_per_second: float, pixels: float, minutes: float, progress: Progress
) -> int:
    left = 60 * minutes * (1 - _VALIDATION_SHARE) - progress.seconds
    return progress.step + max(1, int(left * pixels_per_second / pixels))


def _is_due(step: int, steps: int) -> bool:
    """Whether to validate after a step: evenly through the run, and at its end."""
    return step * _VALIDATIONS // steps > (step - 1) * _VALIDATIONS // steps


def _validate(job: _Job, run: Run, pixels: float, board: Board) -> None:
    """Judge the averaged weights; keep them where they are the best so far."""
    progress = run.progress
    by_domain: dict[str, float] = {}
    if job.checks is not None:
        steps = progress.steps or progress.step
        allowed = steps * pixels * _VALIDATION_SHARE / _FORWARD_SHARE / _VALIDATIONS
        by_domain = validate(run.average, job.checks, validation_rows(job.checks, int(allowed)))
        job.log(
            f"{_line(run)}; IoU "
            + ", ".join(f"{name} {iou:.3f}" for name, iou in by_domain.items())
        )
    mean = mean_over_domains(by_domain)
    progress.validations.append((progress.step, by_domain))
    board.validation(progress.step, mean, by_domain)
    if mean >= progress.best:
        progress.best = mean
        origin = msgspec.structs.replace(job.origin, steps=progress.step, validation=by_domain)
        save_checkpoint(job.folder / "model.safetensors", run.average, origin)
    save_state(job.folder / "state.pt", job.key, run)


def _line(run: Run) -> str:
    progress = run.progress
    recent = float(np.mean(progress.losses[-50:]))
    left = progress.seconds * ((progress.steps or progress.step) / progress.step - 1)
    best = f", best IoU {progress.best:.3f}" if progress.best > 0 else ""
    return (
        f"train: step {progress.step:,} of {progress.steps or '?'}, loss {recent:.3f}, "
        f"{progress.crops / progress.seconds:.1f} crops/s, {progress.padding / progress.pixels:.1%} padding, "
        f"{left / 60:.1f} min left{best}"
    )


def _write_record(job: _Job, run: Run) -> None:
    progress = run.progress
    record = msgspec.to_builtins(progress) | {
        "key": job.key,
        "crops_per_second": progress.crops / progress.seconds,
        "padding_share": progress.padding / progress.pixels,
    }
    write_curve(job.folder / "curve.png", progress.losses, progress.validations)
    write_json(UPath(job.folder / "train.json"), record)
    job.log(
        f"train: {progress.step:,} steps in {progress.seconds / 60:.1f} min, best IoU {progress.best:.3f}"
    )
