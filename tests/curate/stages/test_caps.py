"""Caps: exact over any partitions."""

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from curate.curation_settings import BalanceSettings
from curate.stages import caps
from curate.stages.caps import Cap
from tests.curate.stages.weighed_table import table


def kept_objects(whole: pa.Table, cap: Cap, partitions: list[pa.Table]) -> list[str]:
    """The object_ids that a cap keeps if the rows come in these partitions.

    What the first partition says goes through a total of its own, as that of a task does.
    """
    first, *others = [caps.count_values(each, cap) for each in partitions]
    over = caps.values_over([caps.total_values([first]), *others], cap)

    lowest, *more = [caps.lowest_ranks(each, cap, over) for each in partitions]
    highest = caps.highest_ranks([caps.total_ranks([lowest], cap), *more], cap)
    kept: list[str] = []
    dropped = 0
    for partition in partitions:
        rows, drops = caps.apply_cap(partition, cap, highest)
        kept += rows["object_id"].to_pylist()
        dropped += len(drops)
    assert len(kept) + dropped == len(whole)
    return kept


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab")), max_size=60),
    st.integers(1, 5),
    st.integers(0, 60),
)
def test_caps_are_exact_and_do_not_depend_on_the_partitions(
    objects: list[tuple[int, str]], limit: int, cut: int
) -> None:
    rows = [
        (number, image, concept, "train")
        for number, (image, concept) in enumerate(objects)
    ]
    whole = table(rows)
    cap = Cap("image_id", limit)
    kept = kept_objects(whole, cap, [whole])

    sizes = Counter(image for image, _ in objects)
    kept_sizes = Counter(objects[int(object_id, 16)][0] for object_id in kept)
    assert kept_sizes == {image: min(size, limit) for image, size in sizes.items()}
    in_two = kept_objects(whole, cap, [whole.slice(0, cut), whole.slice(cut)])
    assert sorted(in_two) == sorted(kept)


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=60),
    st.integers(1, 8),
    st.integers(0, 20),
)
def test_new_objects_move_as_many_of_the_kept_ones_at_most_and_bring_none_back(
    concepts: list[str], limit: int, new: int
) -> None:
    rows = [
        (number, number, concept, "train") for number, concept in enumerate(concepts)
    ]
    cap = Cap("concept", limit)
    old = table(rows[: max(0, len(rows) - new)])
    whole = table(rows)
    before = set(kept_objects(old, cap, [old]))
    after = set(kept_objects(whole, cap, [whole]))
    came = set(whole["object_id"].to_pylist()) - set(old["object_id"].to_pylist())
    assert len(before - after) <= len(came)
    assert after - before <= came


def test_caps_come_in_their_order() -> None:
    settings = BalanceSettings(max_per_concept=5, max_per_customer=7)
    assert caps.caps(settings) == [
        Cap("image_id", 64),
        Cap("concept", 5),
        Cap("customer", 7),
    ]


def test_an_empty_partition_passes() -> None:
    empty = table([])
    cap = Cap("image_id", 2)
    over = caps.values_over([caps.count_values(empty, cap)], cap)
    highest = caps.highest_ranks([caps.lowest_ranks(empty, cap, over)], cap)
    kept, drops = caps.apply_cap(empty, cap, highest)
    assert len(kept) == len(drops) == 0
