"""Near duplicates: what is joined is what the definition joins, pair by pair."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from curate.stages.near_duplicates import near_duplicates
from curate.stages.near_hashes import CROWD, candidates, masks
from curate.stages.second_look import details, look_alike

PX = 18 * 16
hashes = st.integers(0, 2**64 - 1)


def joined(count: int, is_link: Callable[[int, int], bool]) -> list[int]:
    """The smallest position that a chain of links leads to, for each position."""
    roots = list(range(count))
    for _ in range(count):
        for one, other in combinations(range(count), 2):
            if is_link(one, other):
                roots[one] = roots[other] = min(roots[one], roots[other])
    return roots


def as_array(values: Sequence[int]) -> NDArray[np.uint64]:
    return np.array(values, dtype=np.uint64)


@st.composite
def some_hashes(draw: st.DrawFn) -> list[int]:
    """Hashes of which many differ in few bits, or only in one half of the bits."""
    seeds = [*draw(st.lists(hashes, max_size=8)), 0]
    found = []
    for seed in seeds:
        turned = draw(st.lists(st.sets(st.integers(0, 63), max_size=7), max_size=4))
        found += [seed ^ sum(1 << bit for bit in bits) for bits in turned]
    return seeds + found


@given(some_hashes(), st.integers(0, 10))
def test_candidates_are_those_of_brute_force(values: list[int], bits: int) -> None:
    found = candidates(as_array(values), bits)
    expected = joined(
        len(values), lambda a, b: (values[a] ^ values[b]).bit_count() <= bits
    )
    assert found.tolist() == expected


@settings(max_examples=30)
@given(st.integers(0, 10), st.data())
def test_near_hashes_are_equal_in_one_of_the_masks(
    bits: int, data: st.DataObject
) -> None:
    flipped = data.draw(st.sets(st.integers(0, 63), max_size=bits))
    different = sum(1 << bit for bit in flipped)
    for count in (10, 10**4, 10**6, 10**8):
        assert any(different & int(mask) == 0 for mask in masks(count, bits))


def pictures_of(draws: Sequence[tuple[int, int]]) -> NDArray[np.uint8]:
    """A thumbnail for each pair of what it shows and of the noise in it."""
    thumbnails = []
    for shown, noise in draws:
        picture = np.random.default_rng(shown).normal(120, 40, PX)
        noisy = picture + np.random.default_rng(noise).normal(0, 20, PX)
        thumbnails.append(noisy.clip(0, 255).astype(np.uint8))
    return np.array(thumbnails).reshape(-1, PX)


shown = st.tuples(st.integers(0, 5), st.integers(0, 50))


@settings(max_examples=50, deadline=None)
@given(st.lists(shown, max_size=24, unique=True), st.data())
def test_near_duplicates_are_those_of_all_pairs(
    draws: list[tuple[int, int]], data: st.DataObject
) -> None:
    few = st.sampled_from([0, 1, 0b11111, 2**60, 2**60 + 3])
    values = [data.draw(few) for _ in draws]
    thumbnails = pictures_of(draws)
    seen = details(thumbnails)

    def is_link(one: int, other: int) -> bool:
        if (values[one] ^ values[other]).bit_count() > 4:
            return False
        [alike] = look_alike(seen, np.array([one]), np.array([other]))
        return bool(alike)

    found = near_duplicates(as_array(values), thumbnails, 4, len(values))
    assert found.tolist() == joined(len(values), is_link)


@settings(max_examples=30, deadline=None)
@given(st.lists(shown, max_size=24, unique=True), st.integers(1, 4))
def test_a_crowd_joins_nothing_that_all_pairs_would_not(
    draws: list[tuple[int, int]], crowd: int
) -> None:
    values = as_array([0] * len(draws))
    thumbnails = pictures_of(draws)
    exact = near_duplicates(values, thumbnails, 4, len(values))
    found = near_duplicates(values, thumbnails, 4, len(values), crowd)
    assert (exact[found] == exact).all()


def test_in_a_crowd_of_one_hash_copies_are_found_and_a_still_camera_is_one_scene() -> (
    None
):
    number = 20 * CROWD
    rng = np.random.default_rng(0)
    unlike = rng.integers(0, 256, (number, PX)).astype(np.uint8)
    # Copies of the first 200, saved anew.
    noisy = unlike[:200] + rng.normal(0, 8, (200, PX))
    thumbnails = np.vstack([unlike, noisy.clip(0, 255).astype(np.uint8)])
    found = near_duplicates(np.zeros(number + 200, np.uint64), thumbnails, 4, number)
    assert (found[:number] == np.arange(number)).all()
    assert (found[number:] == np.arange(200)).mean() >= 0.99

    still = rng.normal(120, 40, PX) + rng.normal(0, 15, (number, PX))
    thumbnails = still.clip(0, 255).astype(np.uint8)
    found = near_duplicates(np.zeros(number, np.uint64), thumbnails, 4, number)
    assert not found.any()


def test_of_very_many_thumbnails_each_has_its_own_details() -> None:
    thumbnails = np.random.default_rng(5).integers(0, 256, (5000, PX), dtype=np.uint8)
    together = details(thumbnails)
    last = details(thumbnails[4990:])
    assert np.allclose(together.patterns[4990:], last.patterns, atol=1e-6)
    assert together.sure_bits[4990:].tolist() == last.sure_bits.tolist()
