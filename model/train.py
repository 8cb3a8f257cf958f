"""Training on the train shards: `train(settings, log)` → the checkpoint that did best on val."""

from collections.abc import Callable, Collection
from pathlib import Path

import msgspec
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.reader import EmptySplit, Shards, open_shards
from curate.storage import digest, read_record
from model import ranks
from model.checkpoint import load_checkpoint, versions
from model.hardware import device
from model.keep_runs import keep_training
from model.mixing import mixed
from model.records import Origin, TrainingRecord
from model.runs import Mix
from model.start import start_model
from model.training_run import TrainingRun, finish
from model.training_state import TrainingState

# Version of the code that makes a checkpoint. Raise it with every change that gives other weights
# from the same shards and settings: then unfinished runs begin anew, and finished runs are
# repeated.
_CODE_VERSION = 6


def train(
    settings: Settings,
    log: Callable[[str], None],
    new: Collection[str] | None = None,
) -> Path:
    """Train by the settings; the path of the best checkpoint, `<build>/train/model.safetensors`.

    `log` takes lines for the user. `new`: ids of objects that the start has not learned from;
    they get `loop.new_share` of the uses, see model/mixing.py. Where there are several ranks, all
    of them call this: they share the steps, and the first one writes. A run that was killed goes on
    where it was; a finished run is not repeated. InputError if there are no shards, or no start.
    """
    log = ranks.of_first(log)
    folder = Path(settings.build) / "train"
    shards = open_shards(UPath(settings.build) / "shard", "train")
    val_shards = _val_shards(settings, log)
    mix = None
    if new is not None:
        shards, mix = mixed(shards, new, settings.loop.new_share)
    start = start_model(settings.train, shards, log)
    key = _key(settings, shards, start.origin, new if mix else None)

    best = folder / "model.safetensors"
    if ranks.from_first(best.is_file() and _is_done(folder, key)):
        log(f"train: {best} is up to date")
        _keep(settings, best, key, mix, log)
        return best

    folder.mkdir(parents=True, exist_ok=True)
    state = TrainingState(start.model, settings.train, device())
    state_file = folder / "state.pt"
    _resume(state, state_file, key, log)
    sources = start.origin.sources | _sources(settings, shards)
    run = TrainingRun(
        settings=settings,
        shards=shards,
        val_shards=val_shards,
        origin=msgspec.structs.replace(start.origin, sources=sources),
        folder=folder,
        key=key,
        log=log,
    )
    finish(run, state)
    if ranks.is_first():
        state_file.unlink(missing_ok=True)
    _keep(settings, best, key, mix, log)
    return best


def _key(
    settings: Settings, shards: Shards, start: Origin, new: Collection[str] | None
) -> str:
    """The digest of all that the weights depend on.

    `new`: ids of the objects that get a share of the uses as new ones; None if all objects are
    used by weight.
    """
    depends_on = [
        _CODE_VERSION,
        shards.digest,
        settings.train.model_dump(),
        settings.crop.model_dump(),
        start.start,
        versions(),
    ]
    if new is not None:
        depends_on += [settings.loop.new_share, sorted(new)]
    return digest(*depends_on)


def _resume(
    state: TrainingState, state_file: Path, key: str, log: Callable[[str], None]
) -> None:
    """Load the state of a run that was killed, if its key is this run's."""
    if state.load(state_file, key):
        log(f"train: goes on at step {state.progress.step}")
    elif state_file.exists():
        log(
            f"train: {state_file} is broken, or belongs to other shards, settings, start or "
            "versions: begins anew"
        )


def _sources(settings: Settings, shards: Shards) -> dict[str, str]:
    """Licence and attribution of each export that has objects in the shards, by name."""
    present = set(shards.table["export"].to_pylist())
    sources = {}
    for export in settings.exports:
        if export.name in present:
            stated = [export.licence, export.attribution]
            sources[export.name] = "; ".join(each for each in stated if each)
    return sources


def _keep(
    settings: Settings,
    checkpoint: Path,
    key: str,
    mix: Mix | None,
    log: Callable[[str], None],
) -> None:
    """Keep the finished training as a run of the build, unless it is one already.

    The other ranks wait until the first one has done so.
    """
    if ranks.is_first():
        _, origin = load_checkpoint(checkpoint)
        keep_training(settings, origin, key, log, mix)
    ranks.wait_for_first()


def _val_shards(settings: Settings, log: Callable[[str], None]) -> Shards | None:
    """The shards to validate on; None if the val split holds no object."""
    try:
        return open_shards(UPath(settings.build) / "shard", "val")
    except EmptySplit:
        log(
            "train: the val split holds no object, so the last checkpoint is kept, not the best"
        )
        return None


def _is_done(folder: Path, key: str) -> bool:
    """Whether the record in the folder is that of a finished run with this key."""
    try:
        record = read_record(UPath(folder / "train.json"), TrainingRecord)
    except InputError:  # broken, or of another version
        return False
    return record is not None and record.key == key
