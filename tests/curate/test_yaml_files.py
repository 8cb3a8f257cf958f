"""YAML from strangers: it holds data and does nothing else; where its values are."""

import pytest

from curate import yaml_files
from curate.reasons import Reason, Refusal


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: !!python/object/apply:os.system [ls]", Reason.REFUSED_MARKUP),
        ("a: !custom x", Reason.REFUSED_MARKUP),
        ("a: &a [1]\nb: [" + ", ".join(["*a"] * 101) + "]", Reason.OVER_LIMIT),
        ("[" * 5000, Reason.OVER_LIMIT),
        ("a: [1", Reason.MALFORMED_FILE),
        ("a: 1\na: 2", Reason.MALFORMED_FILE),
        ("a: \x00", Reason.MALFORMED_FILE),
    ],
)
def test_yaml_that_does_more_than_hold_data_is_refused(
    text: str, reason: Reason
) -> None:
    with pytest.raises(Refusal) as caught:
        yaml_files.parse_yaml(text, "names.yaml")
    assert caught.value.reason is reason
    assert caught.value.detail.startswith("names.yaml")


def test_a_key_that_is_there_twice_is_named_without_what_is_below_it() -> None:
    with pytest.raises(Refusal) as caught:
        yaml_files.parse_yaml("a: {b: 1}\na: {c: 2}", "names.yaml")
    assert caught.value.detail == 'names.yaml:2:1: found duplicate key "a"'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n\t- b", "names.yaml:2:1: a tab stands where YAML wants spaces"),
        (
            "a: b\nc: d\x00",
            "names.yaml:2:5: the character U+0000 may not stand in YAML",
        ),
    ],
)
def test_characters_that_yaml_does_not_allow_are_named(text: str, told: str) -> None:
    with pytest.raises(Refusal) as caught:
        yaml_files.parse_yaml(text, "names.yaml")
    assert caught.value.detail.startswith(told)


def test_aliases_that_multiply_are_refused_before_they_are_expanded() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, 9):
        aliases = ", ".join([f"*a{n - 1}"] * 10)
        rows.append(f"a{n}: &a{n} [{aliases}]")
    with pytest.raises(Refusal) as caught:
        yaml_files.parse_yaml("\n".join(rows), "names.yaml")
    assert caught.value.reason is Reason.OVER_LIMIT


def test_yaml_knows_where_its_values_are() -> None:
    located = yaml_files.parse_yaml("a:\n  - b: 1\n    c: on\n", "s.yaml")
    assert located.data == {"a": [{"b": 1, "c": "on"}]}
    assert located.where("a", 0, "c") == "s.yaml:3:5"
    assert located.where("a", 0, "missing") == "s.yaml:2:5"


def test_many_empty_lines_of_a_broken_file_are_looked_through_once() -> None:
    # Each line once is a tenth of a second; from each line to the end, it would be minutes.
    with pytest.raises(Refusal, match="could not find expected ':'"):
        yaml_files.parse_yaml("0: a\n1" + "\n" * 200_000 + ": b\n", "x.yaml")
