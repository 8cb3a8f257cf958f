"""Masks spoiled on purpose: each is wrong in its own way, and in no other."""

import numpy as np
import pytest
from numpy.typing import NDArray

from curate.pixels.masks import tight_box
from model.annotations.spoiling import Spoiling, spoil

Mask = NDArray[np.bool_]


def disk(x: int, y: int, radius: int) -> Mask:
    rows, columns = np.mgrid[:120, :160]
    inside: Mask = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    return inside


def square(x0: int, y0: int, x1: int, y1: int) -> Mask:
    mask = np.zeros((120, 160), bool)
    mask[y0:y1, x0:x1] = True
    return mask


OWN = disk(50, 60, 20)
BESIDE = disk(84, 60, 18)
FAR = disk(145, 20, 10)


def spoiled(kind: Spoiling, mask: Mask = OWN, others: tuple[Mask, ...] = ()) -> Mask:
    found = spoil(kind, mask, others, np.random.default_rng(0))
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_shift_is_of_3_to_8_px(seed: int) -> None:
    moved = spoil(Spoiling.SHIFTED, OWN, (), np.random.default_rng(seed))
    assert moved is not None
    before, after = tight_box(OWN), tight_box(moved)
    distance = np.hypot(after.x0 - before.x0, after.y0 - before.y0)
    assert 2.2 < distance < 8.8  # rounded to whole px
    assert moved.sum() == OWN.sum()


def test_a_half_is_a_part_of_the_object() -> None:
    half = spoiled(Spoiling.HALF)
    assert not (half & ~OWN).any()
    assert 0.3 <= half.sum() / OWN.sum() <= 0.7


def test_a_swapped_part_is_taken_from_the_neighbour() -> None:
    swapped = spoiled(Spoiling.SWAPPED, others=(BESIDE,))
    assert (swapped & BESIDE).any()
    assert not (swapped & ~OWN & ~BESIDE).any()
    assert (OWN & ~swapped).any()


def test_two_objects_become_one() -> None:
    merged = spoiled(Spoiling.MERGED, others=(FAR, BESIDE))
    assert (merged == OWN | BESIDE).all()


def test_a_coarse_outline_has_few_corners_and_stays_near() -> None:
    coarse = spoiled(Spoiling.COARSE)
    both = (coarse | OWN).sum()
    assert 0.05 <= (coarse ^ OWN).sum() / both < 0.5


@pytest.mark.parametrize(
    ("kind", "mask", "others"),
    [
        (Spoiling.COARSE, square(20, 20, 80, 90), ()),
        (Spoiling.MERGED, OWN, ()),
        (Spoiling.MERGED, OWN, (FAR,)),
        (Spoiling.MERGED, OWN, (OWN,)),
        (Spoiling.SWAPPED, OWN, (FAR,)),
    ],
)
def test_what_cannot_be_spoiled_so(
    kind: Spoiling, mask: Mask, others: tuple[Mask, ...]
) -> None:
    assert spoil(kind, mask, others, np.random.default_rng(0)) is None


def test_the_same_numbers_spoil_alike() -> None:
    for kind in Spoiling:
        first = spoiled(kind, others=(BESIDE,))
        assert (first == spoiled(kind, others=(BESIDE,))).all()
        assert kind.meaning
