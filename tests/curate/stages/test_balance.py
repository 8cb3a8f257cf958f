"""Balance: caps are exact over any parts, weights have mean 1 and draw each domain by its target."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.settings import BalanceSettings
from curate.stages import balance
from curate.stages.balance import Cap, Stratum

counts = st.dictionaries(
    st.tuples(st.sampled_from("xyz"), st.sampled_from("abcd"), st.sampled_from("pq")),
    st.integers(1, 5000),
    min_size=1,
)
EVEN = {"p": 1.0, "q": 1.0}


def table(rows: list[tuple[int, int, str, str]]) -> pa.Table:
    """Rows as (object, image, concept, split)."""
    return pa.Table.from_pylist(
        [
            {
                "object_id": f"{number:032x}",
                "image_id": f"image-{image}",
                "export": "e",
                "image_path": f"{image}.jpg",
                "annotation_key": str(number),
                "customer": "c",
                "domain": "d",
                "concept": concept,
                "split": split,
            }
            for number, image, concept, split in rows
        ],
        schema=pa.schema(
            [(name, pa.string()) for name in (*balance.NEEDS, "image_path", "annotation_key")]
        ),
    )


def drawn(weights: dict[Stratum, float], numbers: dict[Stratum, int], part: int) -> Counter[str]:
    shares: Counter[str] = Counter()
    for stratum, number in numbers.items():
        shares[stratum[part]] += weights[stratum] * number / sum(numbers.values())
    return shares


@given(counts, st.floats(0, 1))
def test_weights_have_mean_one_and_domains_their_target(
    numbers: dict[Stratum, int], temperature: float
) -> None:
    settings = BalanceSettings(temperature=temperature)
    weights = balance.weights(numbers, EVEN, settings)
    domains: Counter[str] = Counter()
    for (domain, _, _), number in numbers.items():
        domains[domain] += number
    shares = drawn(weights, numbers, 0)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert dict(shares) == pytest.approx(balance.target_shares(domains, settings))


def test_targets_of_the_settings_are_reached_and_the_rest_shares_what_is_left() -> None:
    numbers = {
        ("x", "a", "p"): 10,
        ("y", "a", "p"): 1000,
        ("y", "b", "p"): 10,
        ("z", "a", "p"): 100,
    }
    settings = BalanceSettings(temperature=1.0, targets={"x": 0.5, "absent": 0.3})
    shares = drawn(balance.weights(numbers, EVEN, settings), numbers, 0)
    assert dict(shares) == pytest.approx({"x": 0.5, "y": 0.5 * 1010 / 1110, "z": 0.5 * 100 / 1110})


def test_temperature_zero_draws_all_domains_and_concepts_alike() -> None:
    numbers = {("x", "a", "p"): 900, ("x", "b", "p"): 100, ("y", "a", "p"): 1}
    shares = drawn(balance.weights(numbers, EVEN, BalanceSettings(temperature=0.0)), numbers, 1)
    assert dict(shares) == pytest.approx({"a": 0.75, "b": 0.25})


def test_trust_scales_an_export_against_another() -> None:
    numbers = {("x", "a", "p"): 50, ("x", "a", "q"): 50}
    weights = balance.weights(numbers, {"p": 1.0, "q": 0.25}, BalanceSettings())
    assert weights["x", "a", "p"] == pytest.approx(4 * weights["x", "a", "q"])


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab")), max_size=60),
    st.integers(1, 5),
    st.integers(0, 60),
)
def test_caps_are_exact_and_do_not_depend_on_the_parts(
    objects: list[tuple[int, str]], limit: int, cut: int
) -> None:
    whole = table(
        [(number, image, concept, "train") for number, (image, concept) in enumerate(objects)]
    )
    cap = Cap("image_id", limit)
    kept, drops = balance.apply_cap(
        whole, cap, balance.thresholds([balance.smallest_draws(whole, cap)], cap)
    )
    sizes = Counter(image for image, _ in objects)
    assert Counter(kept["image_id"].to_pylist()) == {
        f"image-{i}": min(n, limit) for i, n in sizes.items()
    }
    assert len(kept) + len(drops) == len(whole)
    parts = [whole.slice(0, cut), whole.slice(cut)]
    largest = balance.thresholds([balance.smallest_draws(part, cap) for part in parts], cap)
    apart = [balance.apply_cap(part, cap, largest)[0]["object_id"].to_pylist() for part in parts]
    assert sorted(apart[0] + apart[1]) == sorted(kept["object_id"].to_pylist())


def test_only_train_rows_are_weighed() -> None:
    rows = table(
        [(1, 1, "a", "train"), (2, 1, "b", "train"), (3, 2, "a", "test"), (4, 3, "a", "val")]
    )
    numbers = balance.strata(rows)
    assert numbers == {("d", "a", "e"): 1, ("d", "b", "e"): 1}
    weighed = balance.weigh(rows, {("d", "a", "e"): 0.5, ("d", "b", "e"): 1.5})
    assert weighed["weight"].to_pylist() == [0.5, 1.5, 1.0, 1.0]
    assert len(balance.weigh(rows.slice(4), {})) == 0


def test_caps_come_in_their_order() -> None:
    settings = BalanceSettings(max_per_concept=5, max_per_customer=7)
    assert balance.caps(settings) == [Cap("image_id", 64), Cap("concept", 5), Cap("customer", 7)]
