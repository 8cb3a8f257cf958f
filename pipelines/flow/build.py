"""The build folder: where each stage's files are, and whether they still hold.

A stage is written to `.STAGE.new` and renamed to `STAGE` when it is whole; finished parts of a stage that was
killed wait in `.STAGE.partial`. `stage.json` keeps the key of what the stage was made from.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from upath import UPath

from curate import ledger
from curate.errors import InputError
from curate.ledger import LedgerReport
from curate.storage import (
    is_local,
    partitions,
    read_json,
    recover,
    remove_folder,
    replace_folder,
    write_bytes,
    write_json,
)


class State(msgspec.Struct, frozen=True):
    """stage.json: the key, the settings that it covers, and the keys of the parts where a stage has them."""

    key: str
    schema_version: int
    settings: dict[str, Any]
    parts: dict[str, str] = {}


@contextmanager
def held(build: UPath) -> Iterator[None]:
    """Keep other runs out of a build folder of this machine. InputError where one is at work; a kill lets go."""
    if not is_local(build):
        yield
        return
    build.mkdir(parents=True, exist_ok=True)
    with Path((build / ".lock").path).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{build}: another run is at work in this folder; wait for it, or name another build"
            ) from None
        yield


def state(build: UPath, stage: str) -> State | None:
    """What a finished stage was made from; None where there is none, or none that this version wrote."""
    recover(build / stage)
    found = read_json(build / stage / "stage.json")
    try:
        return msgspec.convert(found, State) if found is not None else None
    except msgspec.ValidationError:
        return None


def ledger_of(build: UPath, stage: str) -> LedgerReport:
    """The ledger of a finished stage. FileNotFoundError if it has none."""
    path = build / stage / "ledger.json"
    return msgspec.json.decode(path.read_bytes(), type=LedgerReport)


def part_names(build: UPath, stage: str) -> list[str]:
    """File names of a finished stage's parts, in order."""
    return [path.name for path in partitions(build / stage / "segments")]


def new_folder(build: UPath, stage: str) -> UPath:
    """The empty folder in which a stage is written."""
    folder = build / f".{stage}.new"
    remove_folder(folder)
    (folder / "segments").mkdir(parents=True)
    (folder / "drops").mkdir()
    return folder


def partial_folder(build: UPath, stage: str) -> UPath:
    """Where finished parts wait until the whole stage is done."""
    return build / f".{stage}.partial"


def finish(build: UPath, stage: str, made: State, ledgers: list[LedgerReport]) -> LedgerReport:
    """Put the written folder of a stage in its place; its ledger. LedgerError where the sum does not reconcile."""
    folder = build / f".{stage}.new"
    report = ledger.total(ledgers)
    ledger.check(report)
    write_json(folder / "ledger.json", report)
    write_json(folder / "stage.json", made)
    replace_folder(folder, build / stage)
    remove_folder(partial_folder(build, stage))
    return report


def place(source: UPath, target: UPath) -> None:
    """Let `target` hold the bytes of `source`: a second name for them where the file system can, else a copy.

    A task that runs twice finds its target there, as another name of the source: writing into it would empty both.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source.path, target.path)
    except OSError:
        write_bytes(target, source.read_bytes())
