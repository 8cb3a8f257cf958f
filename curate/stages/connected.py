"""Which of many numbered things are connected: union-find on arrays.

All links are followed at once, in rounds: each tree's root is hung below the smallest root that a
link leads it to, then all ways to the roots are shortened (root-connect and full shortcut; Liu and
Tarjan 2019, Simple Concurrent Labeling Algorithms for Connected Components: O(log² n) rounds).
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.integer]
"""(n,) numbers of things."""

Roots = NDArray[np.int64]
"""(n,) the smallest number among the things that each one is connected with."""


def alone(count: int) -> Roots:
    """The roots of `count` things without any link."""
    return np.arange(count)


def join(roots: Roots, first: Numbers, second: Numbers) -> None:
    """Follow links: `first[i]` and `second[i]` are connected. Changes `roots`."""
    one = roots[first]
    other = roots[second]
    while True:
        is_open = one != other
        if not is_open.any():
            return
        one = one[is_open]
        other = other[is_open]

        np.minimum.at(roots, np.maximum(one, other), np.minimum(one, other))
        _shorten(roots)
        one = roots[one]
        other = roots[other]


def _shorten(roots: Roots) -> None:
    """Let each thing lead to its root in one step."""
    while True:
        further = roots[roots]
        if np.array_equal(further, roots):
            return
        roots[:] = further
