"""An order of rows in which each of several kinds has its turn."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any


def taking_turns(rows: Iterable[int], kinds: Sequence[Any]) -> list[int]:
    """The rows in another order: first one of each kind, then another one of each, and so on.

    `kinds`: of every row, by its number; they can be sorted. The rows of a kind stay in their
    order.

    >>> taking_turns([0, 1, 2, 3], ["a", "a", "a", "b"])
    [0, 3, 1, 2]
    """
    given: Counter[Any] = Counter()
    turns = []
    for row in rows:
        kind = kinds[row]
        turns.append((given[kind], kind, row))
        given[kind] += 1
    turns.sort()
    return [row for _, _, row in turns]
