"""Doubtful masks: each test agrees with its definition, px by px, on small masks."""

from collections import deque
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curate.flags import Flag
from curate.pixels import mask_quality, masks, specks
from curate.pixels.many_runs import measure
from curate.pixels.masks import Mask
from curate.pixels.outline_sides import outline_sides

MASKS = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda size: st.tuples(
        arrays(np.bool_, size), st.sampled_from([0, 1, 2, 3]), st.booleans()
    )
)
"""A mask, how often it is thickened, and whether it is inverted before."""

NEIGHBOURS = {
    4: [(0, 1), (1, 0), (0, -1), (-1, 0)],
    8: [step for step in product((-1, 0, 1), repeat=2) if step != (0, 0)],
}


def grown(drawn: tuple[Mask, int, bool]) -> Mask:
    """A mask with larger regions than independent px have."""
    mask, times, inverted = drawn
    if inverted:
        mask = ~mask
    for _ in range(times):
        mask = masks.dilate(mask & np.roll(mask, 1, 0), 1)
    return mask


def pieces(px: set[tuple[int, int]], neighbours: int) -> list[int]:
    """Sizes of the connected pieces of a set of px."""
    left = set(px)
    sizes = []
    while left:
        queue = deque([left.pop()])
        size = 0
        while queue:
            y, x = queue.popleft()
            size += 1
            for dy, dx in NEIGHBOURS[neighbours]:
                near = (y + dy, x + dx)
                if near in left:
                    left.remove(near)
                    queue.append(near)
        sizes.append(size)
    return sizes


def outline(mask: Mask) -> int:
    """Number of sides of mask px that border on no mask px."""
    px = set(zip(*np.nonzero(mask), strict=True))
    sides = 0
    for y, x in px:
        for dy, dx in NEIGHBOURS[4]:
            sides += (y + dy, x + dx) not in px
    return sides


def is_speckled(mask: Mask) -> bool:
    px = set(zip(*np.nonzero(mask), strict=True))
    box = masks.box(masks.encode(mask))
    around = set(product(range(box.y0 - 1, box.y1 + 1), range(box.x0 - 1, box.x1 + 1)))
    specks = [size for size in pieces(px, 8) if size <= 9]
    holes = [size for size in pieces(around - px, 4) if size <= 9]
    small = len(specks) + len(holes)
    return small >= 10 and small * 100 >= outline(mask)


def hugs_edge(mask: Mask) -> bool:
    sides = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    contact = sum(int(side.sum()) for side in sides)
    return contact > 0 and contact >= 0.4 * outline(mask)


@settings(deadline=None, max_examples=300)
@given(MASKS, st.integers(0, 2))
def test_specks_and_edges_are_what_they_are_px_by_px(
    drawn: tuple[Mask, int, bool], margin: int
) -> None:
    mask = np.pad(grown(drawn), margin)
    if not mask.any():
        return
    # Masks beside it in one batch change nothing.
    batch = [mask, np.ones_like(mask), mask]
    measured = measure([masks.encode(each) for each in batch])
    box = masks.box(measured.masks[0])
    assert measured.boxes[0].tolist() == list(box)
    assert measured.areas.tolist() == [each.sum() for each in batch]

    assert outline_sides(measured.px).all.tolist() == [outline(each) for each in batch]
    last = measured.px.take(np.array([2]))
    assert outline_sides(last).all.tolist() == [outline(mask)]
    hugging = [at for at, each in enumerate(batch) if hugs_edge(each)]
    assert mask_quality.hugging_edge(measured) == hugging
    speckled = [at for at, each in enumerate(batch) if is_speckled(each)]
    assert specks.speckled(measured) == speckled
    expected = []
    if 20 * mask.sum() < box.width * box.height:
        expected = [0, 2]
    assert mask_quality.near_empty(measured) == expected


def rectangle(y0: int, x0: int, y1: int, x1: int) -> Mask:
    mask = np.zeros((60, 80), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def dotted() -> Mask:
    """A block with ten pinholes."""
    mask = rectangle(10, 10, 50, 50)
    mask[20:40:2, 30] = False
    return mask


def line() -> Mask:
    """A thin line across the image."""
    mask = np.zeros((60, 80), bool)
    at = np.arange(5, 55)
    mask[at, at] = True
    return mask


@pytest.mark.parametrize(
    ("mask", "flags"),
    [
        (rectangle(20, 20, 40, 40), []),
        (rectangle(0, 20, 20, 40), []),  # a quarter of its outline is the edge
        (rectangle(0, 0, 20, 20), [Flag.HUGS_EDGE]),
        (rectangle(0, 20, 4, 60), [Flag.HUGS_EDGE]),
        (rectangle(20, 1, 40, 20), [Flag.SHORT_OF_EDGE]),
        (rectangle(20, 20, 58, 40), [Flag.SHORT_OF_EDGE]),
        (rectangle(20, 20, 57, 40), []),
        (rectangle(1, 20, 20, 30), []),  # the side is too short to say
        (dotted(), [Flag.SPECKLED]),
        (dotted()[:, :-30], [Flag.SPECKLED]),
        (line(), [Flag.NEAR_EMPTY]),
    ],
)
def test_what_is_flagged(mask: Mask, flags: list[Flag]) -> None:
    measured = measure([masks.encode(mask)])
    assert mask_quality.quality_flags(measured) == [flags]
