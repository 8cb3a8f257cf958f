"""The runs of a build: what each training leaves for good, in `<build>/runs/N/`.

run.json and settings.json say how the run came about; train.json and curve.png how it went;
report.json and scores.parquet how it was judged, once it is. model.safetensors is there as long as
the checkpoint is kept, see `keep_runs`. Nothing here imports torch, so pages may read runs.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.storage import digest, read_record
from model.evaluation.report import Report, read_report
from model.promotion import PROMOTED, read_promotion
from model.records import Origin, TrainingRecord

RUNS = "runs"
"""Name of the folder of all runs in a build."""

CHECKPOINT = "model.safetensors"
"""Name of the checkpoint, in a run's folder and in that of training."""

# A training that is done again makes a new run, and never this one.
_ADVICE = "restore it, or move the folder of this run away"


class Mix(msgspec.Struct, frozen=True, kw_only=True):
    """How a training mixed new objects with those that its start had learned from."""

    new: int
    """Objects of the train split that are new."""

    old: int
    new_share: float
    """Share of an epoch's uses that the new ones got."""

    times: float
    """How many times as often a new object was used as its weight alone says."""


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The file run.json."""

    schema_version: int = 1
    finished: str
    """When training ended: UTC, as ISO 8601 has it."""

    start: str
    """What training began with, as the settings name it."""

    key: str
    """The key of the training, as in train.json."""

    model: str
    """Digest of the checkpoint."""

    origin: Origin
    """What the checkpoint says of where it comes from."""

    mix: Mix | None = None
    """None if all objects were drawn by their weight alone."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run and its folder."""

    number: int
    folder: UPath
    record: RunRecord

    @property
    def checkpoint(self) -> UPath:
        """The file of its checkpoint, whether it is still kept or not."""
        return self.folder / CHECKPOINT

    def report(self) -> Report | None:
        """How it was judged; None if it was not. InputError if the file is broken."""
        return read_report(self.folder / "report.json")


def read_runs(build: UPath) -> list[Run]:
    """All runs of a build, the oldest first. InputError if a record is broken."""
    runs = []
    for folder in _run_folders(build):
        record = read_record(folder / "run.json", RunRecord, _ADVICE)
        if record is not None:
            runs.append(Run(int(folder.name), folder, record))
    return runs


def folders_without_record(build: UPath) -> list[UPath]:
    """The folders that are named as runs are, but are none: their run.json is gone."""
    folders = _run_folders(build)
    return [folder for folder in folders if not (folder / "run.json").exists()]


def _run_folders(build: UPath) -> list[UPath]:
    """The folders with the numbers of runs, in their order."""
    runs = build / RUNS
    if not runs.exists():
        return []
    numbered = [path for path in runs.iterdir() if path.name.isdecimal()]
    return sorted(numbered, key=lambda path: int(path.name))


def find_run(build: UPath, name: str) -> Run:
    """The run that a person names: `3`, `runs/3` or `promoted`. InputError if it is missing."""
    if name == PROMOTED:
        promotion = read_promotion(build)
        if promotion is None:
            raise InputError(f"{build}: no run is promoted yet")
        name = str(promotion.run)

    runs = read_runs(build)
    for run in runs:
        if name.removeprefix(f"{RUNS}/") == str(run.number):
            return run
    known = ", ".join(str(run.number) for run in runs) or "none"
    raise InputError(f"{build}: no run {name!r}; runs: {known}")


def run_of_model(build: UPath, model: str) -> Run | None:
    """The newest run that made a model, by the digest of its checkpoint."""
    for run in reversed(read_runs(build)):
        if run.record.model == model:
            return run
    return None


def named_checkpoint(path: Path) -> Path:
    """The checkpoint of the run at `<build>/runs/N` or `<build>/promoted`; another path as it is.

    InputError if nothing is promoted, if the run's checkpoint is no longer kept, or if another
    folder holds none.
    """
    if path.name == PROMOTED and not path.exists():
        run = find_run(UPath(path.parent), PROMOTED)
        path = Path(run.folder.path)
    if not path.is_dir():
        return path

    checkpoint = path / CHECKPOINT
    if checkpoint.exists():
        return checkpoint
    if path.parent.name == RUNS:
        raise InputError(
            f"{path}: the checkpoint of this run is no longer kept; see runs.keep in the settings"
        )
    raise InputError(
        f"{path}: no {CHECKPOINT} is in this folder; the models of a build are "
        f"{PROMOTED}, {RUNS}/N and train in it"
    )


def trained_model(build: UPath) -> str | None:
    """Digest of the model that the build's last training left, or None."""
    path = build / "train" / CHECKPOINT
    if not path.exists():
        return None
    return digest(path.read_bytes())


def training_of_model(build: UPath, model: str) -> TrainingRecord | None:
    """How the training of a model went, by the digest of its checkpoint; None if unknown."""
    run = run_of_model(build, model)
    if run is not None:
        return read_record(run.folder / "train.json", TrainingRecord)
    return None
