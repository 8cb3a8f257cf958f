"""Masks that are measured together are what each is alone, and pycocotools' text of them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

from curate.pixels import many_runs, masks, run_lengths
from curate.pixels.masks import Mask

SHAPES = st.tuples(st.integers(1, 30), st.integers(1, 90))
SEVERAL = st.lists(
    SHAPES.flatmap(lambda shape: arrays(np.bool_, shape, fill=st.booleans())),
    min_size=1,
    max_size=5,
)


@given(SEVERAL)
def test_many_together_are_what_each_is_alone(several: list[Mask]) -> None:
    encoded = [masks.encode(mask) for mask in several]
    texts = many_runs.compress(many_runs.join(encoded))
    for mask, text in zip(several, texts, strict=True):
        reference = coco.encode(np.asfortranarray(mask, np.uint8))
        assert text == reference["counts"].decode()
    assert texts == [run_lengths.compress(runs) for runs in encoded]

    filled = [runs for runs in encoded if not runs.is_empty]
    if filled:
        measured = many_runs.measure(filled)
        assert measured.areas.tolist() == [masks.area(runs) for runs in filled]
        assert measured.boxes.tolist() == [list(masks.box(runs)) for runs in filled]


def test_no_masks_at_all() -> None:
    assert many_runs.compress(many_runs.join([])) == []
