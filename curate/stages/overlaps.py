"""Instances of an image that overlap although they have the same label.

A px is of one thing: two people do not share it. A wheel and its car do, so objects of
different labels are not compared.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress

import numpy as np

from curate.pixels.many_runs import Boxes, MaskPx, Numbers, join, mask_px
from curate.pixels.ragged import count_from, owners_of, starts_of
from curate.pixels.run_lengths import Positions
from curate.stages.annotations import Object

_SHARED = 0.1  # of an object's px; less is the uncertainty of an outline
_MOST_COMPARED = 1000  # objects of one label whose boxes are compared pair by pair
_PAIRS_AT_ONCE = 1 << 17  # of boxes
_AT_ONCE = 1 << 18  # runs whose numbers take some 20 MB

_ByLabel = dict[tuple[int, str], list[Object]]
"""The instances of each label of each image. An image is named by its number."""

_Layer = tuple[int, list[Object]]
"""The number of an image, and instances of one label on it."""


def overlapping_keys(images: Sequence[Sequence[Object]]) -> list[set[str]]:
    """For each image, the keys of the instances that share a tenth of their px or more.

    They share these px with other instances of the same label. `images`: the objects of each.
    The work grows with the number of runs, not with the number of pairs.
    """
    by_label: _ByLabel = defaultdict(list)
    for image, objects in enumerate(images):
        for each in objects:
            if each.source == "instance":
                by_label[image, each.label].append(each)

    keys: list[set[str]] = [set() for _ in images]
    for layers in _together(by_label):
        for image, each in _overlapping(layers):
            keys[image].add(each.key)
    return keys


def _overlapping(layers: Sequence[_Layer]) -> Iterator[tuple[int, Object]]:
    """The objects that share a tenth of their px or more with others of their layer.

    Each comes with the number of its image.
    """
    compared: list[Object] = []
    image_of: list[int] = []
    layer_of: list[int] = []
    for number, (image, objects) in enumerate(layers):
        count = len(objects)
        compared += objects
        image_of += [image] * count
        layer_of += [number] * count

    masks = [each.runs for each in compared]
    areas = np.array([each.area for each in compared])
    px = mask_px(join(masks))
    shared = shared_px(px, np.array(layer_of))

    is_overlapping = shared >= _SHARED * areas
    numbers = np.flatnonzero(is_overlapping)
    for number in numbers.tolist():
        yield image_of[number], compared[number]


def shared_px(px: MaskPx, layers: Numbers) -> Numbers:
    """(n,) the px of each mask that another one of its layer covers, too.

    `layers`: (n,) numbers from 0 on; the masks of one layer have one frame.
    """
    range_starts, range_ends = _laid_on_each_other(px, layers)

    # The borders of all ranges in the order of the px. They come in sorted pieces, which a
    # stable sort merges in a tenth of the time.
    borders = np.concatenate((range_starts, range_ends))
    order = np.argsort(borders, kind="stable")
    in_order = borders[order]
    lengths = np.diff(in_order)

    # Each range opens (+1) and closes (-1): where two are open, px are shared.
    ranges = range_starts.size
    is_start = order < ranges
    steps = np.where(is_start, 1, -1)
    open_masks = np.cumsum(steps)
    is_shared = open_masks[:-1] >= 2
    shared_lengths = lengths * is_shared
    shared = np.cumsum(shared_lengths)

    # The shared px before each border; those between its two borders are a range's own.
    before = np.zeros(borders.size, np.int64)
    later_borders = order[1:]
    before[later_borders] = shared
    before_starts = before[:ranges]
    before_ends = before[ranges:]
    of_ranges = before_ends - before_starts
    of_masks: Numbers = np.add.reduceat(of_ranges, px.first)
    return of_masks


def _laid_on_each_other(px: MaskPx, layers: Numbers) -> tuple[Positions, Positions]:
    """(k,) each: where the ranges start and end if the masks of a layer lie on each other.

    `px` has a frame for each mask. Here the frames of the layers follow one another.
    """
    count = layers.max() + 1
    pixels = np.zeros(count, np.int64)
    pixels[layers] = px.heights * px.widths
    frames = starts_of(pixels)
    shifts_of_masks = frames[layers] - px.frames
    shifts = px.of_ranges(shifts_of_masks)
    return px.starts + shifts, px.ends + shifts


def _together(by_label: _ByLabel) -> Iterator[list[_Layer]]:
    """What has to be compared, as many layers in one list as fit into memory."""
    layers: list[_Layer] = []
    size = 0
    for image, near in _that_may_overlap(by_label):
        layers.append((image, near))
        for each in near:
            size += each.runs.counts.size
        if size >= _AT_ONCE:
            yield layers
            layers = []
            size = 0
    if layers:
        yield layers


def _that_may_overlap(by_label: _ByLabel) -> Iterator[_Layer]:
    """Of each layer the objects that may overlap by their boxes, and those that these boxes meet.

    All of them, if they are too many to compare box by box.
    """
    layers: list[_Layer] = []
    pairs = 0
    for (image, _), objects in by_label.items():
        if len(objects) > _MOST_COMPARED:
            yield image, objects
            continue
        if len(objects) == 1:
            continue
        layers.append((image, objects))
        pairs += len(objects) ** 2
        if pairs >= _PAIRS_AT_ONCE:
            yield from _near(layers)
            layers = []
            pairs = 0
    if layers:
        yield from _near(layers)


def _near(layers: Sequence[_Layer]) -> Iterator[_Layer]:
    """Of each layer the objects that may overlap by their boxes, and those that these meet."""
    boxes = np.array([each.box for _, objects in layers for each in objects])
    areas = np.array([each.area for _, objects in layers for each in objects])
    sizes = np.array([len(objects) for _, objects in layers])

    # Each object beside each of its layer, in rows of one object.
    partners = np.repeat(sizes, sizes)
    one = owners_of(partners)
    other = count_from(np.repeat(starts_of(sizes), sizes), partners)
    common = _common_px(boxes, one, other)
    with_others = np.add.reduceat(common, starts_of(partners))
    is_near = with_others >= _SHARED * areas
    meets_near = is_near[one] & (common > 0)
    is_near[other[meets_near]] = True

    near = is_near.tolist()
    end = 0
    for image, objects in layers:
        start = end
        end += len(objects)
        chosen = list(compress(objects, near[start:end]))
        if chosen:
            yield image, chosen


def _common_px(boxes: Boxes, one: Numbers, other: Numbers) -> Numbers:
    """(k,) the px that two of (n, 4) boxes have in common; 0 for a box with itself.

    `one`, `other`: (k,) the numbers of the boxes of each pair.
    """
    x0, y0, x1, y1 = np.ascontiguousarray(boxes.T)
    widths = _common_lengths(x0, x1, one, other)
    heights = _common_lengths(y0, y1, one, other)
    common: Numbers = widths * heights
    common[one == other] = 0
    return common


def _common_lengths(
    starts: Numbers, ends: Numbers, one: Numbers, other: Numbers
) -> Numbers:
    """(k,) the length that the two intervals of each pair have in common."""
    later_start = np.maximum(starts[one], starts[other])
    earlier_end = np.minimum(ends[one], ends[other])
    lengths: Numbers = earlier_end - later_start
    np.maximum(lengths, 0, out=lengths)
    return lengths
