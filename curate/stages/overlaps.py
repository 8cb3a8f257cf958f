"""Instances of an image that overlap although they have the same label.

A px is of one thing: two people do not share it. A wheel and its car do, so objects of
different labels are not compared.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.pixels.run_lengths import Positions, RunLengths, parse
from curate.stages.annotations import Object

_SHARED = 0.1  # of an object's px; less is the uncertainty of an outline
_MOST_COMPARED = 1000  # objects of one label whose boxes are compared pair by pair


def overlapping_keys(
    objects: Sequence[Object], height: int, width: int
) -> frozenset[str]:
    """Keys of the instances that share a tenth of their px or more with others.

    The others are instances of the same label. `height`, `width`: of the image, px. The
    work grows with the number of runs, not with that of pairs.
    """
    by_label: dict[str, list[Object]] = defaultdict(list)
    for each in objects:
        if each.source == "instance":
            by_label[each.label].append(each)

    keys = set()
    for alike in by_label.values():
        near = _that_may_overlap(alike)
        if not near:
            continue
        runs = [parse(each.counts, height, width) for each in near]
        areas = np.array([each.area for each in near])
        is_overlapping = shared_px(runs) >= _SHARED * areas
        keys |= {near[at].key for at in np.flatnonzero(is_overlapping)}
    return frozenset(keys)


def shared_px(runs: Sequence[RunLengths]) -> NDArray[np.int64]:
    """(n,) the px of each mask that another one covers, too. All have one frame."""
    starts, ends, owners = _intervals(runs)

    # Along the frame each run opens (+1) and closes (-1): where two are open, px are
    # shared.
    borders = np.concatenate((starts, ends))
    steps = np.repeat([1, -1], starts.size)
    positions, place = np.unique(borders, return_inverse=True)
    changes = np.bincount(place, steps, positions.size)
    open_masks = np.rint(np.cumsum(changes))
    is_shared = open_masks >= 2

    # Shared px before each position; a run's own are those between its ends.
    lengths = np.diff(positions)
    shared = np.cumsum(lengths * is_shared[:-1])
    shared_before = np.concatenate(([0], shared))
    at_borders = shared_before[place]
    before_starts = at_borders[: starts.size]
    before_ends = at_borders[starts.size :]
    of_runs = before_ends - before_starts
    of_masks = np.bincount(owners, of_runs, len(runs))
    return np.rint(of_masks).astype(np.int64)


def _intervals(
    runs: Sequence[RunLengths],
) -> tuple[Positions, Positions, NDArray[np.int64]]:
    """The runs of all masks: where each starts and ends, and the mask's number."""
    starts = []
    ends = []
    numbers = []
    for number, each in enumerate(runs):
        bounds = np.cumsum(each.counts)
        of_mask = bounds[1::2]
        starts.append(bounds[:-1:2])
        ends.append(of_mask)
        numbers.append(np.full(of_mask.size, number))
    return np.concatenate(starts), np.concatenate(ends), np.concatenate(numbers)


def _that_may_overlap(objects: list[Object]) -> list[Object]:
    """The objects whose boxes leave it open, and the others that their boxes meet.

    It is all of them if there are too many to compare.
    """
    if len(objects) == 1:
        return []
    if len(objects) > _MOST_COMPARED:
        return objects

    x0, y0, x1, y1 = np.array([each.box for each in objects]).T
    left = np.maximum.outer(x0, x0)
    right = np.minimum.outer(x1, x1)
    top = np.maximum.outer(y0, y0)
    bottom = np.minimum.outer(y1, y1)
    width = np.maximum(right - left, 0)
    height = np.maximum(bottom - top, 0)
    common = width * height
    np.fill_diagonal(common, 0)

    areas = np.array([each.area for each in objects])
    may_overlap = common.sum(axis=1) >= _SHARED * areas
    if not may_overlap.any():
        return []
    meets_one = common[may_overlap].any(axis=0)
    return [objects[at] for at in np.flatnonzero(may_overlap | meets_one)]
