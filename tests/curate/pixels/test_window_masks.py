"""Masks decoded together in their windows are what pycocotools decodes, cut to the window."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from curate.pixels.masks import Mask
from curate.pixels.window_masks import decode_windows
from curate.reasons import Reason, Refusal
from curate.records import Box

SEVERAL = st.tuples(st.integers(1, 5), st.integers(1, 30), st.integers(1, 40)).flatmap(
    lambda shape: arrays(np.bool_, shape, fill=st.booleans())
)


def text_of(mask: Mask) -> str:
    counts: bytes = coco.encode(np.asfortranarray(mask, np.uint8))["counts"]
    return counts.decode()


def window(draw: Any, height: int, width: int) -> Box:
    x0 = draw(st.integers(0, width - 1))
    y0 = draw(st.integers(0, height - 1))
    return Box(
        x0, y0, draw(st.integers(x0 + 1, width)), draw(st.integers(y0 + 1, height))
    )


@given(SEVERAL, st.data())
def test_windows_show_what_the_whole_masks_show(several: Mask, data: Any) -> None:
    height, width = several.shape[1:]
    windows = [window(data.draw, height, width) for _ in several]
    texts = [text_of(mask) for mask in several]
    decoded = list(decode_windows(texts, windows, height, width))
    for mask, box, inside in zip(several, windows, decoded, strict=True):
        assert inside.dtype == np.bool_
        assert np.array_equal(inside, mask[box.y0 : box.y1, box.x0 : box.x1])


@pytest.mark.parametrize(
    "bad", ["", "P", text_of(np.ones((4, 5), np.bool_)), "ö", "0" * 13]
)
def test_one_bad_text_is_refused(bad: str) -> None:
    good = text_of(np.eye(4, 6, dtype=np.bool_))
    whole = Box(0, 0, 6, 4)
    for texts in ([bad, good], [good, bad], [good, bad, good]):
        with pytest.raises(Refusal) as caught:
            list(decode_windows(texts, [whole] * len(texts), 4, 6))
        assert caught.value.reason is Reason.BAD_RUN_LENGTHS


@pytest.mark.parametrize(
    "box", [Box(-1, 0, 2, 2), Box(0, 0, 7, 2), Box(0, 0, 2, 5), Box(2, 1, 2, 3)]
)
def test_a_window_that_leaves_the_photo_is_a_bug(box: Box) -> None:
    good = text_of(np.eye(4, 6, dtype=np.bool_))
    with pytest.raises(ValueError, match="leaves the image of 6 x 4 px"):
        list(decode_windows([good, good], [Box(0, 0, 6, 4), box], 4, 6))
