"""Functions for the child process that fail in all the ways in which a function can."""

import numpy as np

from curate.boundary import runs_in_child
from curate.reasons import Reason, Refusal


@runs_in_child
def double(number: int) -> int:
    return 2 * number


@runs_in_child
def refuse(detail: str) -> int:
    raise Refusal(Reason.CROWD, detail)


@runs_in_child
def fail(key: str) -> int:
    nothing: dict[str, int] = {}
    return nothing[key]


@runs_in_child
def run_out_of_memory() -> int:
    raise MemoryError


@runs_in_child
def take_memory(number: int) -> int:
    return int(np.ones(number, np.uint8).sum())


@runs_in_child
def fresh_memory(size: int) -> bytes:
    """What bytes hold that nobody has written yet."""
    return np.empty(size, np.uint8).tobytes()
