"""Samples as a stream, decoded before they are asked for.

for sample in stream(shards, order(shards.weights, seed=0, epoch=1)): ...
"""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from curate.shards.reader import Sample, Shards
from curate.shards.windows import Boxes

_READ_AHEAD = 64  # samples that are decoded before they are asked for
_READERS = 2  # threads


def stream(
    shards: Shards,
    rows: Sequence[int] | NDArray[np.int64],
    drawn: Boxes | None = None,
    window: Boxes | None = None,
) -> Iterator[Sample]:
    """The samples of `rows` in order, decoded ahead.

    `drawn`, `window`: of all rows, as `random_windows` gives them; the stored ones if
    None.
    """
    if drawn is None:
        drawn = shards.drawn
    if window is None:
        window = shards.windows

    # Decoding lets go of Python's lock, so threads are enough.
    pool = ThreadPoolExecutor(max_workers=_READERS)
    ahead: deque[Future[Sample]] = deque()
    try:
        for row in rows:
            read = pool.submit(
                shards.sample,
                int(row),
                drawn[row],
                window[row],
            )
            ahead.append(read)
            if len(ahead) > _READ_AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:  # also when the stream is left early
        pool.shutdown(wait=True, cancel_futures=True)
