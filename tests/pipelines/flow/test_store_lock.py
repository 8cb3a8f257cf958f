"""The lock on a build in a store: one run at a time, and a dead one keeps nobody out for long."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import psutil
import pytest
from upath import UPath

from curate.errors import InputError
from curate.storage import read_record, write_bytes, write_json
from pipelines.flow.build import held
from pipelines.flow.store_lock import Holder

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2999, 1, 1, tzinfo=UTC)
HERE = socket.gethostname()
GONE = max(psutil.pids()) + 10_000_000  # no process


@pytest.fixture
def build() -> Iterator[UPath]:
    folder = UPath("memory://lab/build")
    yield folder
    folder.fs.store.clear()


def holder(host: str, process: int, since: datetime, seen: datetime) -> Holder:
    return Holder("another", host, process, since, seen)


def test_a_second_run_is_told_who_is_at_work(build: UPath) -> None:
    with held(build):
        there = read_record(build / ".lock", Holder)
        assert there is not None
        assert (there.host, there.process) == (HERE, os.getpid())
        words = f"process {os.getpid()} on {HERE}"
        with pytest.raises(InputError, match=words), held(build):
            pass
        assert read_record(build / ".lock", Holder) == there
    assert not (build / ".lock").exists()
    with held(build):
        pass


@pytest.mark.parametrize(
    "left_over",
    [
        holder("elsewhere", 1, LONG_AGO, LONG_AGO),
        holder(HERE, GONE, FAR_AHEAD, FAR_AHEAD),
        # Its number is another process's by now.
        holder(HERE, os.getpid(), LONG_AGO, FAR_AHEAD),
    ],
)
def test_a_lock_of_a_dead_run_is_taken_over(build: UPath, left_over: Holder) -> None:
    write_json(build / ".lock", left_over)
    with held(build):
        there = read_record(build / ".lock", Holder)
        assert there is not None
        assert there.run != "another"


@pytest.mark.parametrize(
    "alive",
    [
        holder("elsewhere", 1, LONG_AGO, FAR_AHEAD),
        holder(HERE, os.getpid(), FAR_AHEAD, FAR_AHEAD),
    ],
)
def test_a_lock_of_a_run_that_may_live_is_not(build: UPath, alive: Holder) -> None:
    write_json(build / ".lock", alive)
    with pytest.raises(InputError, match="another run is at work"), held(build):
        pass
    assert read_record(build / ".lock", Holder) == alive


def test_a_run_that_was_taken_for_dead_says_so(build: UPath) -> None:
    other = holder("elsewhere", 1, LONG_AGO, FAR_AHEAD)
    with pytest.raises(InputError, match="has taken it for dead"), held(build):
        write_json(build / ".lock", other)
    assert read_record(build / ".lock", Holder) == other


def test_what_is_no_lock_is_named(build: UPath) -> None:
    for data in (b"", b"{}", msgspec.json.encode(["x"])):
        write_bytes(build / ".lock", data)
        with (
            pytest.raises(InputError, match="not a lock that this program"),
            held(build),
        ):
            pass
