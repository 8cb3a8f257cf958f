"""The lock on a build in a store: an object that says who is at work there.

On this machine the operating system frees a lock when its process ends, however it ends. A store
does not know of processes. So a run writes `<build>/.lock` with its name and the time, writes it
again each minute, and removes it at its end. One of a run that was killed stays, and is left over:
at once for runs on the same machine, which see that there is no such process, and for others after
`SILENCE` without a word of it.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import psutil
from upath import UPath

from curate.errors import InputError
from curate.storage import read_record, write_json
from curate.stores import StoreUnavailable, reaching

SILENCE = timedelta(minutes=20)
"""A lock that was last written longer ago is left over. Clocks of machines that use a store agree
to some minutes: S3 refuses requests of others.
"""

_WRITTEN_EVERY = 60.0  # seconds


class Holder(msgspec.Struct, frozen=True):
    """Who is at work in a build."""

    run: str
    """A random number: no other run has it."""

    host: str
    process: int
    since: datetime
    seen: datetime
    """When it last wrote its lock."""


@contextmanager
def held_in_store(build: UPath) -> Iterator[None]:
    """Keep other runs out of a build in a store.

    InputError if one is at work in it, or, at the end, if another one has taken this one for dead.
    """
    lock = build / ".lock"
    now = datetime.now(UTC)
    holder = Holder(
        run=uuid4().hex,
        host=socket.gethostname(),
        process=os.getpid(),
        since=now,
        seen=now,
    )
    _take(lock, holder)
    ended = threading.Event()
    writing = threading.Thread(target=_keep, args=(lock, holder, ended), daemon=True)
    writing.start()
    try:
        yield
    finally:
        ended.set()
        writing.join()
        _give_back(lock, holder)


def _take(lock: UPath, holder: Holder) -> None:
    """Write a lock. InputError if another run holds one that is not left over."""
    other = _read(lock)
    if other is not None:
        if not _is_left_over(other, holder):
            raise InputError(_busy(lock, other))
        _remove(lock)

    with reaching(lock):
        _create(lock, msgspec.json.encode(holder))
    now_there = _read(lock)
    if now_there is None or now_there.run != holder.run:
        raise InputError(_busy(lock, now_there))


def _create(lock: UPath, data: bytes) -> None:
    """Write a lock, unless there is one: of runs that have all found none, the store lets one."""
    try:
        lock.fs.pipe_file(lock.path, data, mode="create")
    except Exception:
        # Each store's client has an exception of its own for that.
        if not lock.exists():
            raise


def _keep(lock: UPath, holder: Holder, ended: threading.Event) -> None:
    """Write the lock again each minute, until the run has ended or another one has it."""
    while not ended.wait(_WRITTEN_EVERY):
        # A store that does not answer now is asked again in a minute; what else lies there, if it
        # is no lock, is said at the end.
        with suppress(StoreUnavailable, InputError):
            if not _is_of(lock, holder):
                return
            seen = datetime.now(UTC)
            write_json(lock, msgspec.structs.replace(holder, seen=seen))


def _give_back(lock: UPath, holder: Holder) -> None:
    """Remove the lock; InputError if it is another run's by now."""
    if not _is_of(lock, holder):
        raise InputError(
            f"{lock.parent}: this run was silent for so long that another one has taken it for "
            "dead and gone to work in the same build; wait until that one ends, and run again"
        )
    _remove(lock)


def _is_of(lock: UPath, holder: Holder) -> bool:
    there = _read(lock)
    return there is not None and there.run == holder.run


def _is_left_over(other: Holder, asking: Holder) -> bool:
    """Whether the run that wrote a lock is dead, as far as who asks can tell."""
    if other.host == asking.host and _is_gone(other):
        return True
    return asking.seen - other.seen > SILENCE


def _is_gone(other: Holder) -> bool:
    """Whether the process of a run on this machine has ended."""
    try:
        begun: float = psutil.Process(other.process).create_time()
    except psutil.NoSuchProcess:
        return True
    # Numbers of processes come again, in containers at once.
    is_another: bool = begun > other.since.timestamp()
    return is_another


def _read(lock: UPath) -> Holder | None:
    """Who holds a lock, or None. InputError if it holds something else."""
    try:
        return read_record(lock, Holder)
    except InputError:
        raise InputError(
            f"{lock}: not a lock that this program has written; if no run is at work in "
            "the build, remove it"
        ) from None


def _remove(lock: UPath) -> None:
    with reaching(lock), suppress(FileNotFoundError):
        lock.fs.rm_file(lock.path)


def _busy(lock: UPath, other: Holder | None) -> str:
    words = f"{lock.parent}: another run is at work in this build"
    if other is not None:
        words += (
            f": process {other.process} on {other.host}, since {other.since:%Y-%m-%d %H:%M} UTC, "
            f"last heard of at {other.seen:%H:%M}"
        )
    minutes = int(SILENCE.total_seconds()) // 60
    return (
        f"{words}; wait until it ends. Should it be dead, remove {lock}, or wait until it has "
        f"been silent for {minutes} minutes"
    )
