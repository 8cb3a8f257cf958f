"""PNG written strip by strip: Pillow reads it back exactly, and memory is bounded."""

import tracemalloc
from collections.abc import Iterator
from io import BytesIO

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from curate.pixels.images import Pixels, decode_crop
from curate.pixels.png import encode_png


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20), st.just(3))),
    st.integers(1, 7),
)
def test_a_picture_comes_back_exactly(pixels: Pixels, rows: int) -> None:
    height, width = pixels.shape[:2]
    strips = [pixels[top : top + rows] for top in range(0, height, rows)]
    data = encode_png(strips, height, width)
    assert np.array_equal(decode_crop(data), pixels)
    with Image.open(BytesIO(data)) as picture:
        picture.verify()


def test_memory_is_that_of_a_strip_and_of_what_is_written() -> None:
    height, width, rows = 4000, 3000, 100

    def strips() -> Iterator[Pixels]:
        for top in range(0, height, rows):
            yield np.full((rows, width, 3), top % 251, np.uint8)

    tracemalloc.start()
    data = encode_png(strips(), height, width)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) < 1_000_000
    assert peak < 10 * rows * width * 3
