"""Shapes that were drawn at another size land where they belong on the picture."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.flags import Flag
from curate.pixels import masks, run_lengths
from curate.pixels.proportions import same_proportions
from curate.pixels.shapes import to_run_lengths
from curate.reasons import Reason, Refusal
from curate.records import Bitmap, Compound, Polygons, RawRunLengths, RowRunLengths

LARGE = (60, 80)
BOX = (slice(12, 36), slice(8, 40))


def png(mask: Any) -> bytes:
    file = BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()


def shapes() -> list[Any]:
    """The same rectangle of the large frame, as all kinds of shapes."""
    whole = np.zeros(LARGE, bool)
    whole[BOX] = True
    counts = run_lengths.compress(masks.encode(whole))
    ring = [8, 12, 40, 12, 40, 36, 8, 36]
    return [
        Polygons(rings=[ring]),
        RawRunLengths(counts=counts, height=60, width=80),
        RowRunLengths(counts=[0, 32 * 24], x=8, y=12, width=32, height=24),
        Bitmap(data=png(np.ones((24, 32), bool)), x=8, y=12),
        Bitmap(data=png(whole)),
        Compound(pieces=[Polygons(rings=[ring])]),
    ]


@pytest.mark.parametrize("shape", shapes())
@pytest.mark.parametrize(("height", "width"), [(30, 40), (120, 160), (15, 20)])
def test_a_shape_is_scaled_and_flagged(shape: Any, height: int, width: int) -> None:
    runs, flags = to_run_lengths(shape, height, width, 10_000, LARGE)
    expected = np.zeros((height, width), bool)
    factor = height / 60
    expected[
        round(12 * factor) : round(36 * factor), round(8 * factor) : round(40 * factor)
    ] = True
    assert np.array_equal(masks.decode(runs), expected)
    assert flags == [Flag.SCALED_MASK]


@pytest.mark.parametrize("shape", shapes())
def test_other_proportions_are_refused(shape: Any) -> None:
    with pytest.raises(Refusal) as caught:
        to_run_lengths(shape, 60, 60, 10_000, LARGE)
    assert caught.value.reason is Reason.MASK_SIZE_MISMATCH


@pytest.mark.parametrize(
    "shape",
    [
        Polygons(rings=[[0, 0, 3, 0, 3, 3, 0, 3]]),
        RawRunLengths(counts=[0, 3, 60 * 80 - 3], height=60, width=80),
        RowRunLengths(counts=[0, 9], x=0, y=0, width=3, height=3),
        Bitmap(data=png(np.ones((3, 3), bool))),
    ],
)
def test_what_vanishes_was_of_another_picture(shape: Any) -> None:
    with pytest.raises(Refusal) as caught:
        to_run_lengths(shape, 6, 8, 10_000, LARGE)
    assert caught.value.reason is Reason.MASK_SIZE_MISMATCH


def test_run_lengths_larger_than_any_picture_are_not_unpacked() -> None:
    shape = RawRunLengths(counts=[0, 10**10], height=10**5, width=10**5)
    with pytest.raises(Refusal) as caught:
        to_run_lengths(shape, 100, 100, 10_000)
    assert caught.value.reason is Reason.MASK_SIZE_MISMATCH


@pytest.mark.parametrize(
    ("annotated", "picture", "expected"),
    [
        ((300, 400), (150, 200), True),
        ((301, 401), (150, 200), True),
        ((300, 400), (33, 45), True),
        ((300, 400), (299, 400), True),
        ((480, 480), (480, 640), False),
        ((400, 300), (300, 400), False),
        ((300, 400), (300, 420), False),
    ],
)
def test_sizes_agree_to_a_px_or_a_hundredth(
    annotated: tuple[int, int], picture: tuple[int, int], expected: bool
) -> None:
    assert same_proportions(annotated, picture) is expected
    assert same_proportions(picture, annotated) is expected
