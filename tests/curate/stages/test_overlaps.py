"""Overlaps: px of several masks of one label, as counting them px by px has it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curate.pixels import masks, run_lengths
from curate.pixels.many_runs import join, mask_px
from curate.pixels.masks import Mask
from curate.stages import overlaps
from curate.stages.annotations import Object

SEVERAL = st.tuples(st.integers(1, 5), st.integers(1, 12), st.integers(1, 12)).flatmap(
    lambda shape: arrays(np.bool_, shape)
)


def made(mask: Mask, key: str, label: str = "car", source: str = "instance") -> Object:
    runs = masks.encode(mask)
    return Object(
        key=key,
        label=label,
        runs=runs,
        counts=run_lengths.compress(runs),
        area=masks.area(runs),
        box=masks.box(runs),
        source=source,
        flags=[],
        attributes={},
    )


@settings(deadline=None)
@given(SEVERAL)
def test_shared_px_are_those_of_two_masks_or_more(several: Mask) -> None:
    covered = several.sum(axis=0)
    shared = [int((covered[mask] > 1).sum()) for mask in several]
    drawn = [mask for mask in several if mask.any()]
    if drawn:
        px = mask_px(join([masks.encode(mask) for mask in drawn]))
        found = overlaps.shared_px(px, np.zeros(len(drawn), int))
        assert found.tolist() == [int((covered[mask] > 1).sum()) for mask in drawn]
        apart = overlaps.shared_px(px, np.arange(len(drawn)))
        assert not apart.any()  # masks of several layers share nothing

    objects = [made(mask, str(number)) for number, mask in enumerate(several)]
    expected = {
        each.key
        for each, px in zip(objects, shared, strict=True)
        if px and px >= 0.1 * each.area
    }
    not_empty = [each for each in objects if each.area]
    assert overlaps.overlapping_keys([not_empty]) == [expected]


def test_parts_and_components_overlap_nothing() -> None:
    car = np.zeros((40, 40), bool)
    car[5:30, 5:30] = True
    wheel = np.zeros((40, 40), bool)
    wheel[20:30, 8:14] = True
    car_and_wheel = [made(car, "a"), made(wheel, "b", label="wheel")]
    assert overlaps.overlapping_keys([car_and_wheel]) == [set()]
    pieces = [made(car, "a"), made(wheel, "b", source="component")]
    assert overlaps.overlapping_keys([pieces]) == [set()]
    two = [made(car, "a"), made(wheel, "b")]
    apart = [two[:1], two[1:]]
    found = overlaps.overlapping_keys([two, *apart])
    assert found == [{"b"}, set(), set()]  # 6% of the car, all of b


def test_thousands_of_objects_are_compared_without_pairs() -> None:
    rng = np.random.default_rng(0)
    objects = []
    for number in range(1200):
        y, x = rng.integers(0, 400, 2)
        mask = masks.place(np.ones((3, 3), bool), int(x), int(y), 402, 402)
        objects.append(made(masks.decode(mask), str(number)))
    covered = sum(
        masks.decode(run_lengths.parse(o.counts, 402, 402)).astype(int) for o in objects
    )
    expected = set()
    for each in objects:
        px = covered[each.box.y0 : each.box.y1, each.box.x0 : each.box.x1]
        if (px > 1).any():  # one px of nine is more than a tenth
            expected.add(each.key)
    assert overlaps.overlapping_keys([objects]) == [expected]
