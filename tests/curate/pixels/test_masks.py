"""Run-lengths against pycocotools, turns against Pillow, bands against brute force."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image, ImageOps
from pycocotools import mask as coco

from curate.pixels import masks, run_lengths
from curate.pixels.masks import Mask
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Reason, Refusal
from curate.records import Box

bitmaps = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=24))


def coco_counts(mask: Mask) -> dict[str, Any]:
    return dict(coco.encode(np.asfortranarray(mask, np.uint8)))


def one_row(runs: list[int]) -> RunLengths:
    return RunLengths(np.array(runs, np.int64), 1, sum(runs))


def refused(raw: object, height: int = 3, width: int = 4) -> bool:
    with pytest.raises(Refusal) as caught:
        run_lengths.parse(raw, height, width)
    return caught.value.reason is Reason.BAD_RUN_LENGTHS


@given(bitmaps)
def test_encodes_measures_and_decodes_as_pycocotools(mask: Mask) -> None:
    height, width = mask.shape
    reference = coco_counts(mask)
    runs = masks.encode(mask)
    assert run_lengths.compress(runs) == reference["counts"].decode()
    assert run_lengths.parse(reference["counts"], height, width) == runs
    assert run_lengths.parse([*map(float, runs.counts)], height, width) == runs
    assert np.array_equal(masks.decode(runs), mask)
    box = masks.box(runs)
    assert (box.x0, box.y0, box.width, box.height) == tuple(coco.toBbox(reference))
    assert masks.area(runs) == coco.area(reference)


# Longer runs overflow pycocotools' buffer.
@given(st.lists(st.integers(1, 2**24 - 1), min_size=1, max_size=30))
def test_long_runs_are_compressed_as_pycocotools_does(runs: list[int]) -> None:
    reference = coco.frPyObjects(
        {"size": [1, sum(runs)], "counts": runs}, 1, sum(runs)
    )["counts"]
    assert run_lengths.compress(one_row(runs)) == reference.decode()


@given(st.lists(st.integers(1, 2**40), min_size=1, max_size=30))
def test_compressed_text_comes_back_however_long_its_runs(runs: list[int]) -> None:
    text = run_lengths.compress(one_row(runs))
    assert run_lengths.parse(text, 1, sum(runs)) == one_row(runs)


@pytest.mark.parametrize(
    "raw",
    [
        [5, 6],
        [5, 8],
        [],
        [-1, 13],
        [1.5, 10.5],
        [float("nan"), 12],
        [float("inf")],
        [True, 11],
        ["12"],
        [None],
        [[12]],
        [10**400],
        [2**63, 12 - 2**63],
        {"12": 0},
        None,
        12,
    ],
)
def test_bad_lists_are_refused(raw: object) -> None:
    assert refused(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "o",
        "P" * 400,
        "0 0",
        "é",
        "\x00",
        b"\xff\xfe",
        "l" * 13 + "0",
        "o" * 13 + "?",
    ],
)
def test_bad_texts_are_refused(raw: object) -> None:
    assert refused(raw)


@given(
    st.binary(max_size=40)
    | st.text(max_size=40)
    | st.lists(st.integers() | st.floats(), max_size=9)
)
def test_whatever_comes_is_refused_or_fills_the_mask(raw: object) -> None:
    try:
        counts = run_lengths.parse(raw, 3, 4).counts
    except Refusal:
        return
    assert counts.sum() == 12
    assert np.all(counts[1:] > 0)


def test_empty_runs_in_the_middle_join_their_neighbours() -> None:
    assert run_lengths.parse([2, 3, 0, 4, 3, 0], 3, 4).counts.tolist() == [2, 7, 3]


@given(bitmaps, st.data())
def test_a_window_is_a_slice(mask: Mask, data: st.DataObject) -> None:
    height, width = mask.shape
    x0, x1 = sorted(data.draw(st.tuples(*[st.integers(0, width)] * 2)))
    y0, y1 = sorted(data.draw(st.tuples(*[st.integers(0, height)] * 2)))
    window = masks.decode_window(masks.encode(mask), Box(x0, y0, x1, y1))
    assert np.array_equal(window, mask[y0:y1, x0:x1])


@given(
    bitmaps,
    st.integers(-30, 30),
    st.integers(-30, 30),
    st.integers(1, 24),
    st.integers(1, 24),
)
def test_a_placed_mask_is_clipped_to_the_image(
    mask: Mask, x: int, y: int, height: int, width: int
) -> None:
    frame = np.zeros((height + 120, width + 120), np.bool_)
    frame[60 + y : 60 + y + mask.shape[0], 60 + x : 60 + x + mask.shape[1]] = True
    if not frame[60 : 60 + height, 60 : 60 + width].any():
        with pytest.raises(Refusal, match="outside_image"):
            masks.place(mask, x, y, height, width)
        return
    frame[60 + y : 60 + y + mask.shape[0], 60 + x : 60 + x + mask.shape[1]] = mask
    expected = masks.encode(frame[60 : 60 + height, 60 : 60 + width])
    assert masks.place(mask, x, y, height, width) == expected


def test_a_small_object_of_a_large_image_costs_its_own_size() -> None:
    side = 8000
    tracemalloc.start()
    runs = masks.place(np.ones((50, 50), np.bool_), 7000, 7900, side, side)
    turned = masks.reorient(runs, 6)
    window = masks.decode_window(turned, masks.box(turned))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert window.shape == (50, 50)
    assert window.all()
    assert peak < 1_000_000


@given(
    st.lists(arrays(np.bool_, (7, 5)), min_size=1, max_size=4), arrays(np.bool_, (7, 5))
)
def test_union_and_difference(several: list[Mask], holes: Mask) -> None:
    joined = masks.union([masks.encode(mask) for mask in several])
    assert (
        run_lengths.compress(joined)
        == coco.merge([coco_counts(mask) for mask in several])["counts"].decode()
    )
    left = masks.subtract(joined, masks.encode(holes))
    assert np.array_equal(masks.decode(left), np.logical_or.reduce(several) & ~holes)


@given(bitmaps, st.integers(1, 8))
def test_turns_as_exif_says(mask: Mask, orientation: int) -> None:
    picture = Image.fromarray(mask.astype(np.uint8) * 255)
    picture.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(picture)) > 0
    turned = masks.reorient(masks.encode(mask), orientation)
    assert turned == masks.encode(expected)


@given(bitmaps, st.tuples(*[st.booleans()] * 4))
def test_boundary_counts_what_lies_beyond(
    mask: Mask, beyond: tuple[bool, bool, bool, bool]
) -> None:
    height, width = mask.shape

    def is_mask(x: int, y: int) -> bool:
        out = (x < 0, y < 0, x >= width, y >= height)
        return beyond[out.index(True)] if any(out) else bool(mask[y, x])

    expected = np.zeros_like(mask)
    for y, x in np.argwhere(mask).tolist():
        expected[y, x] = not all(
            is_mask(x + dx, y + dy) for dx, dy in ((-1, 0), (0, -1), (1, 0), (0, 1))
        )
    assert np.array_equal(masks.boundary(mask, beyond), expected)


@given(bitmaps, st.integers(0, 6))
def test_dilation_is_the_distance_to_the_mask(mask: Mask, radius: int) -> None:
    points = np.argwhere(mask)
    grid = np.moveaxis(np.indices(mask.shape), 0, -1)
    squared = ((grid[:, :, None] - points) ** 2).sum(axis=-1)
    assert np.array_equal(
        masks.dilate(mask, radius), (squared <= radius**2).any(axis=-1)
    )
