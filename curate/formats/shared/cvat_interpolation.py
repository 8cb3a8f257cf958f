"""Outlines between two keyframes of a track, as CVAT draws them.

CVAT walks along both outlines at once: vertices at about the same share of the two lengths belong
together, and each such pair moves in a straight line from one keyframe to the other. If many
vertices belong to one, their pairs lie close together, and most of them are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(n, 2) float64: x and y of each vertex, px."""

_Shares = NDArray[np.float64]
_Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Vertices that belong together: the numbers of those on the left, and on the right."""

    left: _Numbers
    right: _Numbers


@dataclass(frozen=True, slots=True)
class _Run:
    """Pairs from `first` to `last` that share a vertex.

    `spacing`: what lies closer than this to the pair before it is left out, px.
    """

    first: int
    last: int
    spacing: float


def interpolate_polygon(left: Points, right: Points, share: float) -> Points:
    """The outline at a share, 0 to 1, of the way from `left` to `right`."""
    left = _closed(left)
    right = _closed(right)
    pairs = _pair(_walked(left), _walked(right))

    start = left[pairs.left]
    way = right[pairs.right] - start
    moved = start + way * share

    outline: list[Points] = []
    for run in _runs(left, right, pairs):
        outline += _thinned(moved, run)
    return np.array(outline[:-1])  # the last vertex is the first one again


def interpolate_angle(left: float, right: float, share: float) -> float:
    """The angle at a share of the shorter way from `left` to `right`, degrees."""
    turn = (right - left + 180) % 360 - 180
    return (left + turn * share) % 360


def _closed(outline: Points) -> Points:
    """The outline with its first vertex once more at its end."""
    return np.concatenate((outline, outline[:1]))


def _lengths(outline: Points) -> NDArray[np.float64]:
    """(n - 1,) float64: the lengths of an outline's sides, px."""
    sides = np.diff(outline, axis=0)
    x = sides[:, 0]
    y = sides[:, 1]
    return np.hypot(x, y)


def _walked(outline: Points) -> _Shares:
    """(n,) float64: the share of an outline's length that lies before each vertex."""
    walked = np.zeros(len(outline))
    walked[1:] = np.cumsum(_lengths(outline))
    if walked[-1] > 0:
        walked /= walked[-1]
    return walked


def _pair(left: _Shares, right: _Shares) -> _Pairs:
    """Which vertices belong together, given how far along each one lies.

    Each vertex on the left goes with the nearest one on the right. Those on the right that are
    left over go with the nearest one on the left.
    """
    partners = _nearest(left, right)
    all_right = np.arange(right.size)
    rest = np.setdiff1d(all_right, partners)
    partners_of_rest = _nearest(right[rest], left)

    all_left = np.arange(left.size)
    left_numbers = np.concatenate((all_left, partners_of_rest))
    right_numbers = np.concatenate((partners, rest))
    order = np.lexsort((right_numbers, left_numbers))
    return _Pairs(left_numbers[order], right_numbers[order])


def _nearest(shares: _Shares, among: _Shares) -> _Numbers:
    """For each share, the number of the nearest one of an ascending array, or of the first one."""
    after = np.searchsorted(among, shares)
    after = np.clip(after, 1, among.size - 1)
    before = after - 1

    to_before = shares - among[before]
    to_after = among[after] - shares
    nearest = np.where(to_before <= to_after, before, after)

    # Vertices at one place have the same share.
    return np.searchsorted(among, among[nearest])


def _runs(left: Points, right: Points, pairs: _Pairs) -> Iterator[_Run]:
    """Cut the pairs into runs that share a vertex: one on the right, or one on the left."""
    ends = _ends_of_runs(pairs)
    first = 0
    for end in ends:
        last = end - 1
        if pairs.left[first] == pairs.left[last]:
            vertices = right[pairs.right[first] : pairs.right[last] + 1]
        else:
            vertices = left[pairs.left[first] : pairs.left[last] + 1]

        length = _lengths(vertices).sum()
        spacing = length / (2 * len(vertices))
        yield _Run(first, last, float(spacing))
        first = end


def _ends_of_runs(pairs: _Pairs) -> list[int]:
    """For each run, the number of the pair after its last one."""
    same_left = np.diff(pairs.left) == 0
    same_right = np.diff(pairs.right) == 0

    # A vertex on the left that has several on the right is in no run with its neighbours.
    number_of_pairs = np.bincount(pairs.left)
    is_single = number_of_pairs[pairs.left] == 1
    both_single = is_single[1:] & is_single[:-1]

    goes_on = same_left | (same_right & both_single)
    last_of_runs = np.flatnonzero(~goes_on)
    ends: list[int] = (last_of_runs + 1).tolist()
    return [*ends, pairs.left.size]


def _thinned(moved: Points, run: _Run) -> list[Points]:
    """The vertices of a run, without those that lie too close to the one before."""
    first = moved[run.first]
    last = moved[run.last]
    if run.first == run.last:
        return [first]

    kept = [first]
    for vertex in moved[run.first + 1 : run.last]:
        if _distance(vertex, kept[-1]) >= run.spacing:
            kept.append(vertex)
    if len(kept) == 1 and _distance(first, last) < run.spacing:
        return [(first + last) / 2]
    return [*kept, last]


def _distance(one: Points, other: Points) -> float:
    x, y = one - other
    return float(np.hypot(x, y))
