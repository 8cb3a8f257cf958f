"""The build folder: where a stage's files are, and what they were made from.

A stage is written to `.STAGE.new` and takes the name `STAGE` when it is whole. The finished
partitions of a stage that was killed wait in `.STAGE.partial` for the next run.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import filelock
import msgspec
from upath import UPath

from curate import ledger
from curate.errors import InputError
from curate.folders import (
    file_sizes,
    new_folder_of,
    recover,
    remove_folder,
    replace_folder,
)
from curate.ledger import LedgerReport
from curate.schema import STAGES
from curate.storage import partitions, read_bytes, read_kept, write_bytes, write_json
from curate.stores import is_local, reaching
from pipelines.flow.store_lock import held_in_store

Reads = Mapping[str, object]
"""The settings and digests that a stage's result depends on, as plain JSON data."""


class PartitionState(msgspec.Struct, frozen=True):
    """A finished partition: the key of what it was made from, and its ledger."""

    key: str
    ledger: LedgerReport


class StageState(msgspec.Struct, frozen=True):
    """What `stage.json` holds: what a finished stage was made from.

    `key`: digest of all that the result depends on. `version`: of the stage's code.
    `settings`: what the stage reads besides the rows of the stage before it.
    `partitions`: by file name, in the stages that keep single partitions. `files`: bytes of
    each file, by its path in the stage's folder.
    """

    key: str
    version: int
    settings: dict[str, object]
    partitions: dict[str, PartitionState] = {}
    files: dict[str, int] = {}


@contextmanager
def held(build: UPath) -> Iterator[None]:
    """Keep other runs out of a build folder.

    InputError if one is at work in it, or if it cannot be a folder. The operating
    system frees the lock when the process ends, even if it is killed; what frees that of a build
    in a store is in `pipelines.flow.store_lock`.
    """
    if not is_local(build):
        with held_in_store(build):
            yield
        return

    try:
        build.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(
            f"{build}: build must be a folder, but it is a file or is inside one"
        ) from None
    lock = filelock.FileLock((build / ".lock").path)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        raise InputError(
            f"{build}: another run is at work in this folder; wait until it ends"
        ) from None
    try:
        yield
    finally:
        lock.release()


def refuse_foreign_files(build: UPath) -> None:
    """InputError if a stage's folder holds files that no stage may have written.

    A stage replaces its folder as a whole, so they would be lost.
    """
    for stage in STAGES:
        folder = build / stage
        recover(folder)
        if not folder.exists() or (folder / "stage.json").exists():
            continue
        if (folder / "ledger.json").exists():
            raise InputError(
                f"{folder}: its stage.json is gone, so nothing tells whether a stage has written "
                "the files in it; remove the folder, and the next run makes it anew"
            )
        if any(folder.iterdir()):
            raise InputError(
                f"{folder}: holds files that this program has not written, and the "
                "stage would replace them; choose another build, or move them"
            )


def state_of(build: UPath, stage: str) -> StageState | None:
    """What a finished stage was made from.

    None if it is not finished, or if its `stage.json` is broken or of another form: then it is
    done again.
    """
    recover(build / stage)
    return read_kept(build / stage / "stage.json", StageState)


def damaged_files(build: UPath, stage: str, finished: StageState | None) -> list[str]:
    """The files of a stage that are gone since, or have another size, by their paths.

    `finished`: its `state_of`. A person may have removed them, or a full disk. Their bytes are
    the audit's to check.
    """
    if finished is None:
        return []
    there = file_sizes(build / stage)
    return [path for path, size in finished.files.items() if there.get(path) != size]


def damage_in_words(damaged: list[str]) -> str:
    """The files that a stage has lost since the last run."""
    if len(damaged) == 1:
        return f"{damaged[0]} is gone or has another size"
    return f"{damaged[0]} and {len(damaged) - 1} more are gone or have another size"


def kept_partitions(build: UPath, stage: str) -> dict[str, PartitionState]:
    """The partitions of a finished stage whose files are all there, by file name."""
    finished = state_of(build, stage)
    if finished is None:
        return {}

    damaged = damaged_files(build, stage, finished)
    names = [path.rpartition("/")[2] for path in damaged]
    kept = {}
    for name, partition in finished.partitions.items():
        # part-00007-1.parquet is a shard of partition part-00007.parquet.
        stem = name.removesuffix(".parquet")
        if not any(file.startswith(stem) for file in names):
            kept[name] = partition
    return kept


def require(build: UPath, stage: str, verb: str) -> None:
    """InputError that names the verb to run first, if a stage is not finished."""
    if state_of(build, stage) is None:
        raise InputError(
            f"{build / stage}: not built yet; first run this with your settings file: "
            f"python -m pipelines {verb}"
        )


def require_whole(build: UPath, stage: str, verb: str) -> None:
    """InputError, too, if a finished stage has lost files since."""
    require(build, stage, verb)
    damaged = damaged_files(build, stage, state_of(build, stage))
    if damaged:
        raise InputError(
            f"{build / stage}: {damage_in_words(damaged)}; first run this with your settings "
            f"file: python -m pipelines {verb}"
        )


def ledger_of(build: UPath, stage: str) -> LedgerReport:
    """The ledger of a finished stage.

    FileNotFoundError if it has none. InputError if it is broken.
    """
    path = build / stage / "ledger.json"
    try:
        return msgspec.json.decode(read_bytes(path), type=LedgerReport)
    except msgspec.DecodeError as error:
        raise InputError(
            f"{path}: the ledger is broken: {error}; remove the folder {path.parent} and run again"
        ) from None


def partition_names(build: UPath, stage: str) -> list[str]:
    """File names of a finished stage's partitions, in order."""
    return [path.name for path in partitions(build / stage / "segments")]


def partition_sizes(build: UPath, stage: str) -> list[int]:
    """Bytes of a finished stage's partitions, in the order of their names."""
    files = partitions(build / stage / "segments")
    return [file.stat().st_size for file in files]


def new_folder(build: UPath, stage: str) -> UPath:
    """The empty folder in which a stage is written."""
    folder = new_folder_of(build / stage)
    remove_folder(folder)
    if is_local(folder):  # a store has no empty folders
        (folder / "segments").mkdir(parents=True)
        (folder / "drops").mkdir()
    return folder


def partial_folder(build: UPath, stage: str) -> UPath:
    """Where finished partitions wait until the whole stage is done."""
    return build / f".{stage}.partial"


def notes_folder(build: UPath, stage: str, run: str) -> UPath:
    """Where the tries of a stage's tasks are noted while it is done. `run`: the run's id."""
    return partial_folder(build, stage) / "tries" / run


def finish(
    build: UPath, stage: str, state: StageState, ledgers: list[LedgerReport]
) -> LedgerReport:
    """Put the written folder of a stage in its place, and return its ledger.

    `ledgers`: of the stage's partitions. LedgerError if their sum is wrong.
    """
    report = ledger.total(ledgers)
    ledger.check(report)

    # stage.json goes with the folder: a stage is finished when its folder has its name.
    folder = new_folder_of(build / stage)
    write_json(folder / "ledger.json", report)
    state = msgspec.structs.replace(state, files=file_sizes(folder))
    write_json(folder / "stage.json", state)
    replace_folder(build / stage)
    remove_folder(partial_folder(build, stage))
    return report


def place(source: UPath, target: UPath) -> None:
    """Give `target` the bytes of `source`: as a hard link if possible, else a copy.

    A store copies by itself: the bytes do not come here.
    """
    if not is_local(target):
        with reaching(target):
            target.fs.cp_file(source.path, target.path)
        return

    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.path, target.path)
    except OSError:
        # A task that runs twice finds its target as another name of the source. It must
        # be written whole and renamed: opening it for writing would empty both.
        write_bytes(target, source.read_bytes())
