"""The same work for many items, in several processes."""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import cv2

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_processes(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    processes: int,
    chunk: int,
) -> list[Result]:
    """The results for all items, in their order; a process takes `chunk` items at a time.

    With one process this process does the work itself.
    """
    if processes == 1:
        return [function(item) for item in items]
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=cv2.setNumThreads,
        initargs=(1,),
    )
    with pool:
        return list(pool.map(function, items, chunksize=chunk))
