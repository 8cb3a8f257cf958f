"""Balance: weights have mean 1 and give each domain its target."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.curation_settings import BalanceSettings
from curate.flags import Flag
from curate.stages import balance
from tests.curate.stages.weighed_table import table

EVEN = {"p": 1.0, "q": 1.0}
"""The same trust in both exports."""

DEFAULT = BalanceSettings()

Counts = dict[tuple[str, str, str], int]
"""Train objects by cell: (domain, concept, export)."""

some_counts = st.dictionaries(
    st.tuples(st.sampled_from("xyz"), st.sampled_from("abcd"), st.sampled_from("pq")),
    st.integers(1, 5000),
    min_size=1,
)


def cells(counts: Counts) -> pd.DataFrame:
    rows = [(*cell, 1.0, 1.0, count) for cell, count in sorted(counts.items())]
    return pd.DataFrame(rows, columns=[*balance.CELL, "objects"])


def shares(weighed: pd.DataFrame, column: str) -> dict[str, float]:
    """The share of each value of a column in what an epoch is expected to use."""
    used = weighed["weight"] * weighed["objects"] / weighed["objects"].sum()
    return used.groupby(weighed[column]).sum().to_dict()


@given(some_counts, st.floats(0, 1))
def test_weights_have_mean_one_and_domains_their_target(
    counts: Counts, temperature: float
) -> None:
    settings = BalanceSettings(temperature=temperature)
    numbers = cells(counts)
    weighed = balance.weights(numbers, EVEN, settings)
    found = shares(weighed, "domain")
    assert sum(found.values()) == pytest.approx(1.0)
    in_domain = numbers.groupby("domain")["objects"].sum()
    assert found == pytest.approx(balance.target_shares(in_domain, settings))


def test_targets_of_the_settings_are_reached_and_the_rest_shares_what_is_left() -> None:
    counts = {
        ("x", "a", "p"): 10,
        ("y", "a", "p"): 1000,
        ("y", "b", "p"): 10,
        ("z", "a", "p"): 100,
    }
    settings = BalanceSettings(temperature=1.0, targets={"x": 0.5, "absent": 0.3})
    found = shares(balance.weights(cells(counts), EVEN, settings), "domain")
    assert found == pytest.approx(
        {"x": 0.5, "y": 0.5 * 1010 / 1110, "z": 0.5 * 100 / 1110}
    )


def test_temperature_zero_uses_all_domains_and_concepts_alike() -> None:
    counts = {("x", "a", "p"): 900, ("x", "b", "p"): 100, ("y", "a", "p"): 1}
    weighed = balance.weights(cells(counts), EVEN, BalanceSettings(temperature=0.0))
    assert shares(weighed, "concept") == pytest.approx({"a": 0.75, "b": 0.25})


def test_trust_scales_an_export_against_another() -> None:
    counts = {("x", "a", "p"): 50, ("x", "a", "q"): 50}
    weighed = balance.weights(cells(counts), {"p": 1.0, "q": 0.25}, BalanceSettings())
    weight = weighed.set_index("export")["weight"]
    assert weight["p"] == pytest.approx(4 * weight["q"])


def test_a_weight_is_how_often_an_epoch_is_expected_to_use_the_object() -> None:
    counts = {("x", "a", "p"): 300, ("y", "a", "p"): 100}
    settings = BalanceSettings(targets={"x": 0.25, "y": 0.75})
    weighed = balance.weights(cells(counts), EVEN, settings)
    used = (
        weighed.set_index("domain")["weight"] * weighed.set_index("domain")["objects"]
    )
    # Of an epoch of 400.
    assert used.to_dict() == pytest.approx({"x": 100.0, "y": 300.0})


def test_only_train_rows_are_weighed() -> None:
    rows = table(
        [
            (1, 1, "a", "train"),
            (2, 1, "b", "train"),
            (3, 2, "a", "test"),
            (4, 3, "a", "val"),
        ]
    )
    numbers = balance.total_cells([balance.count_cells(rows, DEFAULT)])
    assert numbers.equals(cells({("d", "a", "e"): 1, ("d", "b", "e"): 1}))
    weighed = balance.weigh(rows, numbers.assign(weight=[0.5, 1.5]), DEFAULT)
    assert weighed["weight"].to_pylist() == [0.5, 1.5, 1.0, 1.0]
    assert (
        len(balance.weigh(rows.slice(4), numbers.assign(weight=[0.5, 1.5]), DEFAULT))
        == 0
    )


def test_without_train_rows_all_weigh_one() -> None:
    rows = table([(3, 2, "a", "test"), (4, 3, "a", "val")])
    numbers = balance.total_cells(
        [
            balance.count_cells(rows, DEFAULT),
            balance.count_cells(rows.slice(2), DEFAULT),
        ]
    )
    weighed = balance.weigh(
        rows, balance.weights(numbers, {"e": 1.0}, DEFAULT), DEFAULT
    )
    assert weighed["weight"].to_pylist() == [1.0, 1.0]


def test_a_train_row_of_a_cell_that_was_not_counted_is_a_fault() -> None:
    rows = table([(1, 1, "a", "train")])
    none = balance.weights(cells({("d", "b", "e"): 1}), {"e": 1.0}, BalanceSettings())
    with pytest.raises(ValueError, match="not counted"):
        balance.weigh(rows, none, DEFAULT)


def test_the_smallest_trust_of_a_flag_lowers_the_weight_of_its_objects_alone() -> None:
    settings = BalanceSettings(
        flag_trust={Flag.COARSE_POLYGON: 0.5, Flag.PARTIAL: 0.25}
    )
    flags = {
        2: ["coarse_polygon"],
        3: ["coarse_polygon", "partial", "touches_edge"],
        4: ["partial"],
    }
    rows = table(
        [(n, n, "a", "train") for n in (1, 2, 3)] + [(4, 4, "a", "val")], flags
    )
    numbers = balance.total_cells([balance.count_cells(rows, settings)])
    weighed = balance.weigh(
        rows, balance.weights(numbers, {"e": 2.0}, settings), settings
    )
    mean = (1 + 0.5 + 0.25) / 3
    expected = [1 / mean, 0.5 / mean, 0.25 / mean, 1.0]
    assert weighed["weight"].to_pylist() == pytest.approx(expected)


def test_the_quality_of_an_annotation_scales_its_weight() -> None:
    qualities = pd.Series({"a": 0.0, "b": 0.52, "c": 0.99, "d": 1.0})
    settings = BalanceSettings(quality_trust=0.8)
    factors = balance.quality_trusts(qualities, settings)
    assert factors.to_dict() == {"a": 0.2, "b": 0.6}
    assert balance.quality_trusts(qualities, DEFAULT).empty
    whole = balance.quality_trusts(qualities, BalanceSettings(quality_trust=1.0))
    assert whole["a"] == balance.QUALITY_STEP


def test_doubtful_objects_weigh_less_and_the_mean_stays_one() -> None:
    rows = table([(number, number, "a", "train") for number in range(4)])
    object_ids = rows["object_id"].to_pylist()
    quality = pd.Series({object_ids[0]: 0.5, "f" * 32: 0.1})
    numbers = balance.total_cells([balance.count_cells(rows, DEFAULT, quality)])
    weighed = balance.weights(numbers, {"e": 1.0}, DEFAULT)
    weight = balance.weigh(rows, weighed, DEFAULT, quality)["weight"].to_pylist()
    assert weight[0] == pytest.approx(weight[1] / 2)
    assert sum(weight) == pytest.approx(4)
