"""The workers, and what they leave behind in the process that started them."""

import os

from curate.settings import DaskSettings
from pipelines.flow.cluster import Workers
from pipelines.flow.screen import Screen


def test_workers_take_one_core_each_and_leave_this_process_all_of_them() -> None:
    before = dict(os.environ)
    with Workers(DaskSettings(workers=1), Screen()) as workers:
        answers = workers.map(
            "threads", lambda name, _: os.environ[name], ["OMP_NUM_THREADS"], None
        )
    assert answers == ["1"]
    assert dict(os.environ) == before
