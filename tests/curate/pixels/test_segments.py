"""Mask files in which each value is one segment."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from curate.mask_records import SegmentMap
from curate.pixels import masks
from curate.pixels.mask_pictures import MaskPicture
from curate.pixels.segments import class_of, is_crowd, labelled_px, read_segments
from curate.reasons import Refusal

SIZES = arrays.array_shapes(min_dims=2, max_dims=2, max_side=9)
GREYS = np.arange(256, dtype=np.uint32) * 0x010101


def numbers(pixels: Any) -> MaskPicture:
    """A picture of numbers."""
    return MaskPicture(pixels, GREYS, None, lossy=False)


def colours(pixels: Any, lossy: bool = False) -> MaskPicture:
    return MaskPicture(np.array(pixels, np.uint32), None, None, lossy)


def segment_map(**more: Any) -> SegmentMap:
    return SegmentMap(**({"path": "m.png", "pixels": "index", "void": [0]} | more))


@given(arrays.arrays(np.uint8, SIZES, elements=st.integers(0, 3)))
def test_each_value_has_its_px(values: Any) -> None:
    found = read_segments(segment_map(), numbers(values), *values.shape)
    assert list(found.runs) == sorted(set(values.ravel().tolist()))
    for value, runs in found.runs.items():
        assert np.array_equal(masks.decode(runs), values == value)
        assert runs == masks.encode(values == value)


def test_ids_have_red_as_their_lowest_byte() -> None:
    picture = colours([[0x010203, 0x000000]])
    found = read_segments(segment_map(pixels="id"), picture, 1, 2)
    assert list(found.runs) == [0, 0x030201]


def test_equal_channels_are_numbers() -> None:
    found = read_segments(segment_map(), colours([[0x050505, 0x070707]]), 1, 2)
    assert list(found.runs) == [5, 7]
    with pytest.raises(Refusal, match="undecodable_mask"):
        read_segments(segment_map(), colours([[0x050504]]), 1, 1)


def test_pictures_that_cannot_be_used() -> None:
    with pytest.raises(Refusal, match="undecodable_mask"):
        read_segments(segment_map(pixels="id"), colours([[0]], lossy=True), 1, 1)
    with pytest.raises(Refusal, match="mask_size_mismatch"):
        read_segments(segment_map(), numbers(np.zeros((2, 2), np.uint8)), 4, 4)
    noise = colours(np.arange(400 * 400).reshape(400, 400))
    with pytest.raises(Refusal, match="over_limit"):
        read_segments(segment_map(pixels="id"), noise, 400, 400)


def test_classes_with_numbers() -> None:
    cars = segment_map(
        labels={26: "car", 7: "road"}, crowds=[26], per_class=1000, void=[0, 4]
    )
    assert class_of(cars, 26_003) == 26
    assert class_of(cars, 7) == 7
    assert is_crowd(cars, 26)
    assert not is_crowd(cars, 26_000)
    values = np.array([[26_003, 26, 7, 4, 0, 99, 5]], np.uint16)
    found = read_segments(cars, numbers(values), 1, 7)
    assert labelled_px(cars, found) == 3
    claimed = segment_map(known=[5], void=[0])
    assert labelled_px(claimed, found) == 1
