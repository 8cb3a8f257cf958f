"""Numbered labels: when a number counts instances, and that labels themselves stay."""

import pandas as pd
import pyarrow as pa
import pytest

from curate.labels.decisions import Decision, Decisions, SplitRule
from curate.labels.numbering import (
    LABELS_AS_READ,
    NumberRule,
    as_read,
    by_name,
    count_uses,
    find_numbered,
    for_each_label,
    mark_numbered,
    split_number,
    total_uses,
    with_numbered,
)
from curate.labels.outcomes import count_labels, decide_labels, total_labels
from curate.labels.review_queue import review_queue
from tests.curate.labels.small_taxonomy import TAXONOMY

NONE = Decisions({}, {}, "")
Images = list[list[str]]
"""The labels of each image."""


def segments(images: Images) -> pa.Table:
    rows = []
    for image, labels in enumerate(images):
        for label in labels:
            row = {
                "object_id": f"{len(rows):032x}",
                "image_id": f"{image}",
                "customer": "acme",
                "export": "e",
                "label": label,
                "flags": ["partial"],
            }
            rows.append(row)
    text = ["object_id", "image_id", "customer", "export", "label"]
    fields = [(name, pa.string()) for name in text]
    schema = pa.schema([*fields, ("flags", pa.list_(pa.string()))])
    return pa.Table.from_pylist(rows, schema=schema)


def names(images: Images, rule: NumberRule = "auto") -> set[str]:
    table = segments(images)
    half = len(table) // 2
    uses = [count_uses(table.slice(0, half)), count_uses(table.slice(half))]
    found = set(find_numbered(uses, {"e": rule}).values())
    assert found == set(find_numbered([total_uses(uses)], {"e": rule}).values())
    return found


def numbered(name: str, *counts: int, first: int = 1) -> Images:
    """Images with so many instances each; numbers begin anew in each image."""
    return [[f"{name}{first + number}" for number in range(count)] for count in counts]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("yolk12", ("yolk", 12)),
        ("car_1", ("car", 1)),
        ("person #3", ("person", 3)),
        ("leaf (2)", ("leaf", 2)),
        ("leaf [#2] ", ("leaf", 2)),
        ("tree - 07", ("tree", 7)),
        ("scan2_leaf.3", ("scan2_leaf", 3)),
        ("Blatt９", ("Blatt", 9)),
    ],
)
def test_a_number_at_the_end_is_split_off(
    label: str, expected: tuple[str, int]
) -> None:
    found = split_number(label)
    assert found is not None
    assert (found.name, found.number) == expected


@pytest.mark.parametrize(
    "label", ["yolk", "12", "#3", "(2)", "", "a1b", "img1234567890", "x" * 300 + "1"]
)
def test_what_has_no_name_or_no_number_is_whole(label: str) -> None:
    assert split_number(label) is None


@pytest.mark.parametrize(
    "images",
    [
        numbered("yolk", 12, 3, 10, 7),
        numbered("person #", 11, 2, first=0),
        numbered("Blatt_", 30),
        [[f"cell{number}"] for number in range(1, 300)],  # goes on through the export
        [[f"cell{2 * number}"] for number in range(40)],  # every other was deleted
    ],
)
def test_numbers_that_count_are_left_out(images: Images) -> None:
    assert len(names(images)) == 1
    assert not names(images, "keep")


@pytest.mark.parametrize(
    "images",
    [
        numbered("yolk", 9, 3),  # few numbers
        numbered("class", 20, 20),
        numbered("T", 20, 3),
        [["part1", "part1", *each] for each in numbered("part", 20, 15)],
        [[f"kind{number}"] * 2 for number in range(1, 30)],  # several in one image
        [[f"Boeing {7 + 10 * number}"] for number in range(20)],  # gaps
        [[f"tooth{number}" for number in range(11, 30)]] * 3,  # begins at 11
        [[f"tile{n}" for n in range(1, 21) if n % 3 != image] for image in range(3)]
        * 2,
        [["car", "truck"], ["car"]],
    ],
)
def test_numbers_that_name_are_kept(images: Images) -> None:
    assert not names(images)


def test_the_settings_may_say_that_all_numbers_count() -> None:
    assert names([["class1", "class2"], ["T72"]], "strip") == {"class", "T"}


def decided(images: Images, decisions: Decisions) -> tuple[pa.Table, pa.Table]:
    table = segments(images)
    found = find_numbered([count_uses(table)], {})
    counts = as_read(total_labels([count_labels(table)]), found, decisions)
    by_names = decide_labels(by_name(counts), TAXONOMY, decisions)
    return for_each_label(counts, by_names), by_names


def test_three_hundred_labels_wait_as_one() -> None:
    images = [[f"yolk{number}"] for number in range(1, 301)]
    labels, by_names = decided([*images, ["yolk"], ["car"]], NONE)
    assert labels.schema == LABELS_AS_READ
    assert len(labels) == 302
    assert labels["label"].to_pylist()[-1] == "yolk99"
    assert set(labels["read_as"].to_pylist()) == {"car", "yolk"}
    assert by_names["label"].to_pylist() == ["car", "yolk"]
    assert by_names["count"].to_pylist() == [1, 301]
    queue = review_queue(by_names)
    assert '"yolk":' in queue
    assert "yolk12" not in queue


def test_the_match_of_the_name_is_that_of_each_label_but_never_exact() -> None:
    labels, _ = decided([*numbered("car", 12), ["car"]], NONE)
    table = labels.to_pandas().set_index("label")
    assert set(table["decision"]) == {"car"}
    assert table["how"]["car"] == "exact"
    assert table["how"]["car7"] == "normalised"
    assert table["count"].to_list() == [1] * 13


def test_a_decision_on_the_name_holds_for_all_and_one_on_a_label_for_it_alone() -> None:
    rules = (SplitRule("truck", where={"type": ("lorry",)}),)
    reviewed = {"thing": Decision(rules=rules), "thing3": Decision("car")}
    decisions = Decisions({"acme": reviewed}, {}, "")
    images = numbered("thing", 12)
    labels, _ = decided(images, decisions)
    table = labels.to_pandas().set_index("label")
    assert table["decision"]["thing3"] == "car"
    assert table["read_as"]["thing3"] == "thing3"
    assert table["decision"]["thing4"] == "split"

    extended = with_numbered(decisions, labels)
    assert extended.find("acme", "e", "thing4") == Decision(rules=rules)
    assert extended.find("acme", "e", "thing3") == Decision("car")
    assert extended.find("acme", "other", "thing4") is None
    assert decisions.find("acme", "e", "thing4") is None

    marked = mark_numbered(segments(images), labels)
    flags = dict(
        zip(marked["label"].to_pylist(), marked["flags"].to_pylist(), strict=True)
    )
    assert flags["thing4"] == ["numbered_label", "partial"]
    assert flags["thing3"] == ["partial"]


def test_no_objects_have_no_numbers() -> None:
    empty = segments([])
    assert find_numbered([count_uses(empty)], {}) == {}
    labels, _ = decided([], NONE)
    assert len(mark_numbered(empty, labels)) == 0
    assert isinstance(by_name(labels.to_pandas()), pd.DataFrame)
