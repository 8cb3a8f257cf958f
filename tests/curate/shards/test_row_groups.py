"""Row groups are read once for all threads, ahead of use, in bounded memory, and anew in a fork."""

import itertools
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from upath import UPath

from curate.errors import InputError
from curate.shards import row_groups, streaming
from curate.shards.reader import Shards, open_shards
from curate.shards.streaming import _ReadAhead, stream
from tests.curate.shard_rows import make_segments, write_shards


@pytest.fixture
def shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shards:
    """Shards of row groups of two rows."""
    monkeypatch.setattr("curate.shards.writer.MAX_GROUP_ROWS", 2)
    return open_shards(
        write_shards(make_segments(tmp_path), tmp_path / "shard"), "train"
    )


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the row groups that are read from now on."""
    numbers: list[int] = []
    really_read = row_groups._OpenFile.read

    def noted(file: row_groups._OpenFile, number: int) -> row_groups.Columns:
        numbers.append(number)
        return really_read(file, number)

    monkeypatch.setattr(row_groups._OpenFile, "read", noted)
    return numbers


def test_threads_share_one_reading(shards: Shards, read: list[int]) -> None:
    together = threading.Barrier(4)

    def ask(_: int) -> bytes:
        together.wait()
        return shards.encoded(0)[0].to_pybytes()

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(ask, range(4)))
    assert len(found) == 1
    assert read == [0]


def test_what_was_used_longest_ago_makes_room(
    shards: Shards, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    three = sum(group.bytes for group in shards.groups[:3])
    monkeypatch.setattr(row_groups, "CACHE_BYTES", three)
    for group in (0, 1, 2, 0, 3, 0, 1):
        shards.load(group)
    assert read == [0, 1, 2, 3, 1]


class Asked(ThreadPoolExecutor):
    """Threads that do nothing; it keeps what they were asked for."""

    def __init__(self) -> None:
        self.groups: list[int] = []

    def submit(self, *call: Any) -> Any:
        _, group = call
        self.groups.append(group)


def test_a_stream_reads_ahead_so_far_and_no_farther(
    shards: Shards, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = sum(group.bytes for group in shards.groups[1:4])
    monkeypatch.setattr(streaming, "READ_AHEAD_BYTES", budget)
    asked = Asked()
    # The second group comes first, and the first one last.
    rows = np.array([2, 3, 4, 5, 6, 7, 8, 9, 0])
    by_use = [1, 2, 3, 4, 0]
    ahead = _ReadAhead(shards, rows, asked)
    for position in range(len(rows) + 1):
        ahead.reach(position)
        begun = -(-position // 2)
        waiting = asked.groups[begun:]
        not_asked = by_use[len(asked.groups) :]
        assert asked.groups + not_asked == by_use
        assert sum(shards.groups[each].bytes for each in waiting) <= budget
        one_more = waiting + not_asked[:1]
        too_many = sum(shards.groups[each].bytes for each in one_more) > budget
        assert too_many or not not_asked


def test_a_stream_reads_each_group_once(shards: Shards, read: list[int]) -> None:
    rows = np.arange(len(shards))
    samples = list(stream(shards, rows))
    assert [sample.row for sample in samples] == rows.tolist()
    assert sorted(read) == list(range(len(shards.groups)))


def test_a_failed_reading_is_tried_again(shards: Shards) -> None:
    path = UPath(shards.groups[0].file)
    content = path.read_bytes()
    path.write_bytes(content[:100])
    for _ in range(2):
        with pytest.raises(InputError, match="cannot be read"):
            shards.sample(0)
    path.write_bytes(content)
    assert shards.sample(0).row == 0


def test_damaged_pixels_name_file_and_object(shards: Shards) -> None:
    path = UPath(shards.groups[0].file)
    image, _ = shards.encoded(1)
    start = path.read_bytes().index(image.to_pybytes())
    content = bytearray(path.read_bytes())
    content[start : start + 40] = bytes(40)
    damaged = open_shards(shards.folder, "train")
    path.write_bytes(content)
    object_id = shards.table["object_id"][1].as_py()
    with pytest.raises(InputError, match=f"part-00000.parquet: object {object_id}: "):
        list(itertools.islice(stream(damaged, [0, 1]), 2))


def _ask(shards: Shards, answers: "multiprocessing.SimpleQueue[int]") -> None:
    answers.put(shards.sample(3).row)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_reads_for_itself(shards: Shards) -> None:
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    with shards._cache._lock:  # as another thread may hold it when the process forks
        process = context.Process(target=_ask, args=(shards, answers))
        process.start()
        process.join(timeout=60)
    assert process.exitcode == 0
    assert answers.get() == 3
