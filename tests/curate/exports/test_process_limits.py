"""Limits on a process: set where the system has them, named where it has not."""

import mmap
import resource
from pathlib import Path

import pytest

from curate.exports import process_limits


class Limits:
    """The system's limits, which remember what was set and change nothing."""

    def __init__(self, hard: int = resource.RLIM_INFINITY) -> None:
        self.hard = hard
        self.set: dict[int, tuple[int, int]] = {}

    def getrlimit(self, _: int) -> tuple[int, int]:
        return resource.RLIM_INFINITY, self.hard

    def setrlimit(self, kind: int, limits: tuple[int, int]) -> None:
        self.set[kind] = limits


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Limits:
    """A system that has all limits, in a process of 250 pages."""
    (tmp_path / "statm").write_text("250 20 10 1 0 30 0\n")
    monkeypatch.setattr(process_limits, "_STATM", tmp_path / "statm")
    limits = Limits()
    monkeypatch.setattr(resource, "getrlimit", limits.getrlimit)
    monkeypatch.setattr(resource, "setrlimit", limits.setrlimit)
    return limits


def refused(*_: object) -> None:
    raise ValueError("not allowed to raise maximum limit")


def test_memory_is_limited_above_what_is_taken_already(limits: Limits) -> None:
    assert process_limits.limit_memory(10**9)
    soft, _ = limits.set[resource.RLIMIT_AS]
    assert soft == 10**9 + 250 * mmap.PAGESIZE


def test_cpu_time_is_limited_above_what_was_used_already(limits: Limits) -> None:
    assert process_limits.limit_cpu_time(60.0)
    soft, _ = limits.set[resource.RLIMIT_CPU]
    assert soft >= 62


def test_a_limit_of_the_system_that_is_lower_holds(limits: Limits) -> None:
    limits.hard = 5000
    assert process_limits.limit_memory(10**9)
    assert limits.set[resource.RLIMIT_AS] == (5000, 5000)


@pytest.mark.usefixtures("limits")
def test_nothing_is_named_if_all_can_be_limited() -> None:
    assert process_limits.unlimited() == []


@pytest.mark.usefixtures("limits")
def test_without_proc_memory_is_not_limited(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process_limits, "_STATM", tmp_path / "nothing")
    assert not process_limits.limit_memory(10**9)
    assert process_limits.unlimited() == ["memory"]


@pytest.mark.usefixtures("limits")
def test_without_a_limit_on_memory_the_rest_is_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(resource, "RLIMIT_AS")
    assert not process_limits.limit_memory(10**9)
    assert process_limits.limit_cpu_time(60.0)
    assert process_limits.unlimited() == ["memory"]


def test_what_cannot_be_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "setrlimit", refused)
    assert not process_limits.limit_memory(10**9)
    assert not process_limits.limit_cpu_time(60.0)
    assert process_limits.unlimited() == ["memory", "CPU time"]


def test_without_any_limits_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_limits, "resource", None)
    assert not process_limits.limit_memory(10**9)
    process_limits.write_no_core_dumps()
    assert process_limits.unlimited() == ["memory", "CPU time"]
