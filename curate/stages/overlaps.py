"""Instances of an image that overlap although they have the same label.

A px is of one thing: two people do not share it. A wheel and its car do, so objects of
different labels are not compared.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from curate.pixels.many_runs import MaskPx, Numbers, join, mask_px
from curate.pixels.ragged import starts_of
from curate.stages.annotations import Object

_SHARED = 0.1  # of an object's px; less is the uncertainty of an outline
_MOST_COMPARED = 1000  # objects of one label whose boxes are compared pair by pair
_AT_ONCE = 1 << 18  # runs whose numbers take some 20 MB

_ByLabel = dict[tuple[int, str], list[Object]]
"""The instances of an image, by its number, and of a label."""


def overlapping_keys(images: Sequence[Sequence[Object]]) -> list[set[str]]:
    """Of each image, the keys of the instances that share a tenth of their px or more.

    They share them with other instances of the same label. `images`: the objects of each.
    The work grows with the number of runs, not with that of pairs.
    """
    by_label: _ByLabel = defaultdict(list)
    for image, objects in enumerate(images):
        for each in objects:
            if each.source == "instance":
                by_label[image, each.label].append(each)

    keys: list[set[str]] = [set() for _ in images]
    for groups in _together(by_label):
        images_of = []
        layers = []
        compared: list[Object] = []
        for layer, (image, alike) in enumerate(groups):
            near = _that_may_overlap(alike)
            compared += near
            images_of += [image] * len(near)
            layers += [layer] * len(near)
        if not compared:
            continue

        runs = join([each.runs for each in compared])
        areas = np.array([each.area for each in compared])
        shared = shared_px(mask_px(runs), np.array(layers))
        is_overlapping = shared >= _SHARED * areas
        for at in np.flatnonzero(is_overlapping).tolist():
            of_image = keys[images_of[at]]
            of_image.add(compared[at].key)
    return keys


def shared_px(px: MaskPx, layers: Numbers) -> NDArray[np.int64]:
    """(n,) the px of each mask that another one of its layer covers, too.

    `layers`: (n,) numbers from 0 on; the masks of one layer have one frame.
    """
    # The frames of the layers lie one after the other, and masks of a layer on each other.
    pixels = np.zeros(layers.max() + 1, np.int64)
    pixels[layers] = px.heights * px.widths
    starts = starts_of(pixels)
    shifts = px.of_ranges(starts[layers] - px.frames)
    range_starts = px.starts + shifts
    range_ends = px.ends + shifts

    borders = np.concatenate((range_starts, range_ends))
    order = np.argsort(borders, kind="stable")  # of sorted pieces: a tenth of the time
    lengths = np.diff(borders[order])

    # Along the frames each range opens (+1) and closes (-1): where two are open, px are
    # shared.
    ranges = px.starts.size
    is_start = order < ranges
    steps = np.where(is_start, 1, -1)
    open_masks = np.cumsum(steps)
    is_shared = open_masks[:-1] >= 2
    shared = np.cumsum(lengths * is_shared)

    # Shared px before each border; a range's own are those between its two.
    before = np.zeros(borders.size, np.int64)
    before[order[1:]] = shared
    before_starts = before[:ranges]
    before_ends = before[ranges:]
    of_ranges = before_ends - before_starts
    of_masks: NDArray[np.int64] = np.add.reduceat(of_ranges, px.first)
    return of_masks


def _together(by_label: _ByLabel) -> Iterator[list[tuple[int, list[Object]]]]:
    """The number of the image and the objects of each label, several labels in one list."""
    groups: list[tuple[int, list[Object]]] = []
    size = 0
    for (image, _), alike in by_label.items():
        if len(alike) == 1:
            continue
        groups.append((image, alike))
        size += sum(each.runs.counts.size for each in alike)
        if size >= _AT_ONCE:
            yield groups
            groups = []
            size = 0
    if groups:
        yield groups


def _that_may_overlap(objects: list[Object]) -> list[Object]:
    """The objects whose boxes leave it open, and the others that their boxes meet.

    It is all of them if there are too many to compare.
    """
    if len(objects) > _MOST_COMPARED:
        return objects

    common = _common_px(np.array([each.box for each in objects]))
    areas = np.array([each.area for each in objects])
    may_overlap = common.sum(axis=1) >= _SHARED * areas
    if not may_overlap.any():
        return []

    meets_one = common[may_overlap].any(axis=0)
    near = np.flatnonzero(may_overlap | meets_one)
    return [objects[at] for at in near.tolist()]


def _common_px(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, n) the px that each two of (n, 4) boxes have in common; 0 with itself."""
    x0, y0, x1, y1 = boxes.T
    left = np.maximum.outer(x0, x0)
    right = np.minimum.outer(x1, x1)
    top = np.maximum.outer(y0, y0)
    bottom = np.minimum.outer(y1, y1)

    width = np.maximum(right - left, 0)
    height = np.maximum(bottom - top, 0)
    common: NDArray[np.int64] = width * height
    np.fill_diagonal(common, 0)
    return common
