"""Near-duplicates: the pairs are those that brute force finds."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from curate.stages.near_duplicates import near_duplicate_pairs

hashes = st.integers(0, 2**64 - 1)


@given(st.lists(hashes, max_size=12), st.integers(0, 16), st.data())
def test_pairs_are_those_of_brute_force(
    seeds: list[int], bits: int, data: st.DataObject
) -> None:
    turned = [seed ^ data.draw(hashes) & data.draw(hashes) & 0xFFF for seed in seeds]
    values = sorted({*seeds, *turned})
    found = near_duplicate_pairs(np.array(values, dtype=np.uint64), bits)

    expected = []
    for a, b in combinations(range(len(values)), 2):
        if (values[a] ^ values[b]).bit_count() <= bits:
            expected.append([a, b])
    assert found.tolist() == expected
