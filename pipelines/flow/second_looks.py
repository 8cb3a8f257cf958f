"""The second looks of split, on the workers: which pictures with near hashes look alike.

The run's own process knows hashes alone. Pictures whose hashes are near, directly or over others,
form a set, and a task takes whole sets. It reads their thumbnails from the partitions that have
them: thumbnails never come to this process.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from upath import UPath

from curate import storage
from curate.stages import connected, image_rows
from curate.stages import near_duplicates as duplicates
from curate.stages.groups import Looks, to_look_at
from pipelines.flow import build as builds
from pipelines.flow.runner import Run

_PICTURES_PER_TASK = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """Pictures to look at.

    `number`: of the task. `looks`: their positions among all looks. `names`: the partitions to
    read. `dhashes`, `thumbnails`: hash, and digest of the thumbnail, of each.
    """

    number: int
    looks: NDArray[np.int64]
    names: list[str]
    dhashes: NDArray[np.uint64]
    thumbnails: NDArray[np.uint64]

    def __str__(self) -> str:
        return f"second look {self.number}"


@dataclass(frozen=True, slots=True)
class _Shared:
    """The folder of the partitions, the bits of near hashes, and the number of all pictures."""

    folder: str
    bits: int
    pictures: int


def near_duplicates(run: Run, looks: Looks, bits: int) -> connected.Roots:
    """The smallest look that each is joined with by near duplicates of the rows of filter."""
    names = np.array(builds.partition_names(run.build, "filter"), object)
    tasks = []
    for number, chosen in enumerate(_portions(to_look_at(looks, bits))):
        partitions = np.unique(looks.partitions[chosen])
        task = _Task(
            number,
            chosen,
            names[partitions].tolist(),
            looks.dhashes[chosen],
            looks.thumbnails[chosen],
        )
        tasks.append(task)

    folder = str(run.build / "filter" / "segments")
    shared = _Shared(folder, bits, len(looks.dhashes))
    found = run.workers.map("split: second looks", _look, tasks, shared)
    roots = connected.alone(len(looks.dhashes))
    for task, joined in zip(tasks, found, strict=True):
        roots[task.looks] = task.looks[joined]
    return roots


def _portions(sets: Sequence[NDArray[np.int64]]) -> Iterator[NDArray[np.int64]]:
    """Whole sets together, until they have enough pictures for a task; the positions in order."""
    waiting: list[NDArray[np.int64]] = []
    count = 0
    for each in sets:
        waiting.append(each)
        count += len(each)
        if count >= _PICTURES_PER_TASK:
            yield np.sort(np.concatenate(waiting))
            waiting = []
            count = 0
    if waiting:
        yield np.sort(np.concatenate(waiting))


def _look(task: _Task, shared: _Shared) -> connected.Roots:
    """The smallest of the task's pictures that each is joined with, by their places in the task."""
    partitions = (
        storage.read_table(UPath(shared.folder) / name, image_rows.PICTURE)
        for name in task.names
    )
    thumbnails = image_rows.find_thumbnails(partitions, task.dhashes, task.thumbnails)
    return duplicates.near_duplicates(
        task.dhashes, thumbnails, shared.bits, shared.pictures
    )
