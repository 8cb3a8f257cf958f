"""Samples as a stream, read and decoded before they are asked for.

for sample in stream(shards, order(shards.weights, seed=0, epoch=1)): ...

Threads do both: reading and decoding let go of Python's lock, and what threads share needs
no shared memory.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from curate.shards.reader import Shards
from curate.shards.sample import Sample
from curate.shards.windows import Boxes

READ_AHEAD_BYTES = 64 * 2**20
"""Encoded crops and masks that are read before the first of them is decoded."""

_TOGETHER = 32  # samples that a thread decodes at a time
_LOADERS = 4  # threads that wait for the storage


def stream(
    shards: Shards,
    rows: Sequence[int] | NDArray[np.int64],
    drawn: Boxes | None = None,
    window: Boxes | None = None,
    threads: int = 2,
) -> Iterator[Sample]:
    """The samples of `rows` in order, read and decoded ahead.

    `rows`: such as `order` gives. `drawn`, `window`: (n, 4) boxes of all n rows of the shards, as
    `random_windows` gives them; the stored ones if None. `threads`: how many decode. Errors as
    `Shards.samples`.
    """
    if drawn is None:
        drawn = shards.drawn
    if window is None:
        window = shards.windows
    wanted = np.asarray(rows, np.int64)

    loaders = ThreadPoolExecutor(_LOADERS)
    decoders = ThreadPoolExecutor(threads)
    read_ahead = _ReadAhead(shards, wanted, loaders)
    ahead: deque[Future[list[Sample]]] = deque()
    try:
        for first in range(0, len(wanted), _TOGETHER):
            read_ahead.reach(first + _TOGETHER)
            some = wanted[first : first + _TOGETHER]
            read = decoders.submit(shards.samples, some, drawn[some], window[some])
            ahead.append(read)
            # While the first is used, each thread decodes one.
            if len(ahead) > threads:
                yield from ahead.popleft().result()
        while ahead:
            yield from ahead.popleft().result()
    finally:  # also when the stream is left early
        decoders.shutdown(wait=True, cancel_futures=True)
        loaders.shutdown(wait=True, cancel_futures=True)


class _ReadAhead:
    """Loads row groups before rows are taken from them, a bounded number of bytes."""

    def __init__(
        self, shards: Shards, rows: NDArray[np.int64], loaders: ThreadPoolExecutor
    ) -> None:
        groups, first_uses = np.unique(shards.group_numbers(rows), return_index=True)
        by_use = np.argsort(first_uses)
        self._shards = shards
        self._loaders = loaders
        self._groups = groups[by_use].tolist()
        self._first_uses = first_uses[by_use]
        sizes = [shards.groups[group].bytes for group in self._groups]
        self._bytes_up_to = np.cumsum(sizes)
        self._asked = 0

    def reach(self, position: int) -> None:
        """Ask for what is not loaded yet, now that all rows before `position` are wanted."""
        begun = int(np.searchsorted(self._first_uses, position))
        bytes_begun = 0
        if begun > 0:
            bytes_begun = self._bytes_up_to[begun - 1]
        budget = bytes_begun + READ_AHEAD_BYTES
        until = int(np.searchsorted(self._bytes_up_to, budget, side="right"))
        for group in self._groups[self._asked : until]:
            self._loaders.submit(self._shards.load, group)
        self._asked = max(self._asked, until)
