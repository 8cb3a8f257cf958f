"""Regions of a mask: each labelled px in exactly one, cut as a flood fill cuts them."""

from collections import Counter
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from curate.flags import Flag
from curate.mask_records import RegionMap
from curate.pixels import masks
from curate.pixels.mask_pictures import MaskPicture
from curate.pixels.regions import MapRegions, read_regions
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal

GREY = np.arange(256, dtype=np.uint32) * 0x010101
LABELS = {0: "void", 1: "cat", 2: "dog", 3: "sky"}
MAP = RegionMap(path="m.png", pixels="index", labels=LABELS, void=[0], background=[3])
SIDES = st.integers(1, 12)
VALUES = SIDES.flatmap(
    lambda h: SIDES.flatmap(
        lambda w: arrays(np.uint8, (h, w), elements=st.integers(0, 4))
    )
)


def picture_of(values: Any) -> MaskPicture:
    return MaskPicture(np.array(values, np.uint8), GREY, None, False)


def regions_of(
    values: Any, ids: Any = None, size: tuple[int, int] | None = None, **changes: Any
) -> MapRegions:
    instances = None if ids is None else picture_of(ids)
    fields = {name: getattr(MAP, name) for name in MAP.__struct_fields__}
    return read_regions(
        RegionMap(**fields | changes),
        picture_of(values),
        instances,
        *(size or np.shape(values)),
    )


def flood(values: NDArray[Any]) -> list[frozenset[tuple[int, int]]]:
    """The 8-connected regions of equal value, by plain flood fill."""
    left = {(y, x) for y in range(values.shape[0]) for x in range(values.shape[1])}
    found = []
    while left:
        start = left.pop()
        region, edge = {start}, [start]
        while edge:
            y, x = edge.pop()
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            near = {place for place in near if values[place] == values[start]}
            left -= near
            region |= near
            edge += near
        found.append(frozenset(region))
    return found


def pixels(runs: RunLengths) -> frozenset[tuple[int, int]]:
    return frozenset(
        zip(*(axis.tolist() for axis in np.nonzero(masks.decode(runs))), strict=True)
    )


@given(VALUES)
def test_components_are_those_of_a_flood_fill(values: NDArray[np.uint8]) -> None:
    result = regions_of(values)
    expected = Counter(
        (LABELS.get(int(values[min(r)]), "?"), r)
        for r in flood(values)
        if values[min(r)] in (1, 2, 4)
    )
    found = Counter((each.label, pixels(each.runs)) for each in result.regions)
    assert found == Counter({each: n for each, n in expected.items() if each[0] != "?"})
    assert Counter(each.refusal.reason for each in result.lost) == Counter(
        {Reason.UNKNOWN_CLASS: sum(n for each, n in expected.items() if each[0] == "?")}
    )
    for each in result.regions:
        y, x = min(pixels(each.runs))
        assert each.key == f"m.png#{each.label}@{x},{y}"
    assert len({each.key for each in [*result.regions, *result.lost]}) == len(
        result.regions
    ) + len(result.lost)
    assert result.labelled_share == pytest.approx(np.isin(values, [1, 2, 3]).mean())


@given(VALUES)
def test_whole_classes(values: NDArray[np.uint8]) -> None:
    result = regions_of(values, objects="instances")
    found = {(each.key, each.source, pixels(each.runs)) for each in result.regions}
    assert found == {
        (
            f"m.png#{LABELS[value]}",
            "instance",
            frozenset(map(tuple, np.argwhere(values == value).tolist())),
        )
        for value in {1, 2} & set(values.ravel().tolist())
    }


@given(VALUES, st.randoms(use_true_random=False))
def test_numbered_objects(values: NDArray[np.uint8], random: Any) -> None:
    ids = np.array(
        [random.choice([0, 0, 7, 8, 255]) for _ in range(values.size)], np.uint8
    ).reshape(values.shape)
    result = regions_of(values, ids)
    objects = {each.key: each for each in result.regions if each.source == "instance"}
    for number in (7, 8):
        under = Counter(values[(ids == number) & np.isin(values, [1, 2])].tolist())
        each = objects.get(f"m.png#{number}")
        if each is not None:
            assert pixels(each.runs) == frozenset(
                map(tuple, np.argwhere(ids == number).tolist())
            )
            assert under[{"cat": 1, "dog": 2}[each.label]] == max(under.values())
    taken = np.isin(ids, [7, 8])
    free = [
        r
        for r in flood(values)
        if values[min(r)] in (1, 2) and not any(taken[place] for place in r)
    ]
    found = {pixels(each.runs) for each in result.regions if each.source == "component"}
    assert found == set(free)


def test_two_values_of_one_name() -> None:
    for objects in ("instances", "components"):
        result = regions_of([[1, 2]], labels={1: "cat", 2: "cat"}, objects=objects)
        assert [each.label for each in result.regions] == ["cat", "cat"]
        assert len({each.key for each in result.regions}) == 2


def test_a_touching_corner_joins() -> None:
    assert len(regions_of([[1, 0], [0, 1]]).regions) == 1
    assert len(regions_of([[1, 0, 1]]).regions) == 2


def test_instance_colours_of_cvat() -> None:
    values = picture_of([[1, 1, 1, 2]])
    ids = MaskPicture(
        np.array([[0x800000, 0x008000, 0xE0E0C0, 0x008000]], np.uint32),
        None,
        None,
        False,
    )
    result = read_regions(MAP, values, ids, 1, 4)
    assert [(each.label, masks.area(each.runs)) for each in result.regions] == [
        ("cat", 2),
        ("cat", 1),
    ]


def test_sizes() -> None:
    with pytest.raises(Refusal, match="mask_size: scale") as caught:
        regions_of(np.ones((4, 6)), size=(8, 12))
    assert caught.value.reason is Reason.MASK_SIZE_MISMATCH
    [region] = regions_of(np.ones((4, 6)), size=(8, 12), resize=True).regions
    assert (masks.area(region.runs), region.flags) == (96, [Flag.SCALED_MASK])
    with pytest.raises(Refusal, match="proportions"):
        regions_of(np.ones((4, 6)), size=(12, 12), resize=True)


def test_scaling_takes_the_nearest_px() -> None:
    values = np.array([[1, 2], [2, 1]])
    counts = [
        each.runs
        for each in regions_of(
            values, size=(6, 6), resize=True, objects="instances"
        ).regions
    ]
    assert np.array_equal(
        masks.decode(counts[0]), np.kron(values == 1, np.ones((3, 3), bool))
    )


def test_a_black_file_of_one_instance_is_an_empty_mask() -> None:
    result = regions_of(np.zeros((3, 3)), pixels="binary", objects="instances")
    assert [(each.refusal.reason, each.count) for each in result.lost] == [
        (Reason.EMPTY_MASK, 1)
    ]
    assert regions_of(np.zeros((3, 3)), pixels="binary").lost == []


def test_noise_is_refused() -> None:
    values = (
        np.indices((1000, 1000)).sum(0) % 3 % 2 * 2 + np.indices((1000, 1000))[0] % 2
    )
    with pytest.raises(Refusal, match="noise") as caught:
        regions_of(values)
    assert caught.value.reason is Reason.OVER_LIMIT


def test_soft_edges_between_colours_are_no_objects() -> None:
    values = np.zeros((40, 40, 3))
    values[10:30, 10:30] = (250, 250, 0)
    soft = (
        sum(np.roll(values, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)) / 9
    )
    red, green, blue = np.moveaxis(np.round(soft), 2, 0).astype(np.uint32)
    picture = MaskPicture(red << 16 | green << 8 | blue, None, None, False)
    colours = {0: 0, 0xFAFA00: 1}
    region_map = RegionMap(
        path="m",
        pixels="colour",
        labels={0: "bg", 1: "cat"},
        colours=colours,
        background=[0],
    )
    result = read_regions(region_map, picture, None, 40, 40)
    assert [each.label for each in result.regions] == ["cat"]
    assert result.regions[0].flags in ([], [Flag.BLENDED])
    assert 18 * 18 <= masks.area(result.regions[0].runs) <= 400
    assert sum(each.count for each in result.lost) == 0


def test_numbers_between_those_of_two_regions_are_blends_of_them() -> None:
    values = np.zeros((40, 40), np.uint8)
    values[10:30, 10:20] = 1
    values[10:30, 20:30] = 4
    labels = {0: "bg", 1: "cat", 2: "dog", 3: "cow", 4: "sky"}
    given = {"labels": labels, "background": [0], "size": (80, 80), "void": []}
    for how, flags in ((cv2.INTER_NEAREST, []), (cv2.INTER_LINEAR, [Flag.BLENDED])):
        scaled = cv2.resize(values, (80, 80), interpolation=how)
        result = regions_of(scaled, **given)
        assert [each.label for each in result.regions] == ["cat", "sky"]
        assert [each.flags for each in result.regions] == [flags, flags]
        assert [each.count for each in result.lost] == [0] * len(flags)
