"""The workers, and what they leave behind in the process that started them."""

import os
import sys
from multiprocessing import forkserver

import psutil
import pytest

from curate.errors import InputError
from curate.settings import DaskSettings
from pipelines.flow.cluster import Workers
from pipelines.flow.local_cluster import prepare_forks
from pipelines.flow.screen import Screen


def test_workers_take_one_core_each_and_leave_this_process_all_of_them() -> None:
    before = dict(os.environ)
    with Workers(DaskSettings(workers=2), Screen()) as workers:
        answers = workers.map(
            "threads", lambda name, _: os.environ[name], ["OMP_NUM_THREADS"], None
        )
    assert answers == ["1"]
    assert dict(os.environ) == before


@pytest.mark.skipif(sys.platform != "linux", reason="a fork is not safe there")
def test_workers_are_forked_from_a_process_that_imports_beside_this_one() -> None:
    # Another test's training may have started that process, with other imports.
    forkserver._forkserver._stop()
    with Workers(DaskSettings(workers=2), Screen()) as workers:
        prepare_forks()
        children = psutil.Process().children()
        parents = workers.map("parents", lambda _, __: os.getppid(), [1], None)
    [parent] = [each for each in children if each.pid in parents]
    assert "pipelines.flow.stages" in parent.cmdline()[-1]
    assert parent.environ()["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize(("number", "is_small"), [(2, True), (1, False)])
def test_a_small_run_and_that_of_one_worker_is_done_in_this_process(
    number: int, is_small: bool
) -> None:
    settings = DaskSettings(workers=number)
    with Workers(settings, Screen(), is_small=is_small) as workers:
        found = workers.map(
            "ids", lambda item, shared: (os.getpid(), item + shared), [1, 2], 10
        )
    assert found == [(os.getpid(), 11), (os.getpid(), 12)]


def test_a_cluster_that_is_refused_says_why(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise InputError("another codec")

    monkeypatch.setattr("pipelines.flow.attempts.refuse_others", refuse)
    settings = DaskSettings(scheduler=scheduler)
    workers = Workers(settings, Screen())
    with workers, pytest.raises(InputError, match="another codec"):
        workers.map("lengths", lambda item, _: len(item), ["a"], None)


def test_what_a_task_raises_names_the_task_in_this_process_too() -> None:
    def fail(item: str, _: None) -> None:
        raise ValueError(item)

    workers = Workers(DaskSettings(), Screen(), is_small=True)
    with workers, pytest.raises(ValueError, match="second") as raised:
        workers.map("stage", fail, ["second"], None)
    assert raised.value.__notes__ == ["in stage, second"]
