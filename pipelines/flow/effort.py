"""What a run has cost besides its work: tasks that were done again, and workers that were lost.

It is kept in `<build>/run.json`.
"""

from collections import Counter
from collections.abc import Collection
from typing import Any

import msgspec


class EffortRecord(msgspec.Struct, frozen=True):
    """The file run.json of a build: of the last run over it."""

    retries: int
    """Tasks that were given to a worker again."""
    by_task: dict[str, int]
    """The same by the title of the tasks, without those of which none was given again."""
    lost_workers: int
    """Workers that ended while the run had tasks for them."""


class Effort:
    """Counts retries and lost workers while a run goes on."""

    def __init__(self) -> None:
        self._retries: Counter[str] = Counter()
        self._lost_workers = 0
        self._watched: Any = None

    def count(self, title: str, number: int) -> None:
        """Count tasks that are given out again."""
        self._retries[title] += number

    def watch(self, client: Any, title: str, mark: str) -> None:
        """Count what the scheduler tells of lost workers.

        `mark`: how the keys of the run's tasks begin, all of which have this title.
        """

        def note(event: tuple[float, Any]) -> None:
            _, told = event
            if not isinstance(told, dict) or told.get("action") != "remove-worker":
                return
            if told["expected"]:  # it was asked to end, and had nothing to do any more
                return
            self._lost_workers += 1
            keys: Collection[str] = told["processing-tasks"]
            self._retries[title] += sum(str(key).startswith(mark) for key in keys)

        client.subscribe_topic("all", note)
        self._watched = client

    def look_away(self) -> None:
        """Count no more: the cluster is left."""
        if self._watched is not None:
            self._watched.unsubscribe_topic("all")

    def record(self) -> EffortRecord:
        """The counts so far."""
        by_task = {title: number for title, number in self._retries.items() if number}
        return EffortRecord(sum(by_task.values()), by_task, self._lost_workers)

    def describe(self) -> str:
        """The counts in a line; "" if there is nothing to tell."""
        if not self._lost_workers and not self._retries.total():
            return ""
        return (
            f"{self._lost_workers:,} workers were lost, and {self._retries.total():,} tasks done "
            "again"
        )
