"""The fast reader gives what the careful one gives, or leaves the file to it."""

from pathlib import Path

import pytest

from curate.yaml_fast import read_fast
from curate.yaml_files import parse_yaml

SHIPPED = Path(__file__).parents[2] / "taxonomy" / "concepts.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: true, c: false, d: ~, e: null, f: }",
        "a: [no, on, yes, 'true', \"1\", x-1]",
        "a: |\n  two\n  lines\n",
        "- a\n- [b, {c: d}]",
        "# only a remark\na: 'é'",
    ],
)
def test_both_readers_agree(text: str) -> None:
    found = read_fast(text)
    assert found is not None
    assert found == parse_yaml(text, "x").data


def test_both_readers_agree_on_the_shipped_concepts() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    some, _, _ = text.partition("  # Clothes\n")  # the careful reader takes its time
    assert read_fast(some) == parse_yaml(some, "x").data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [",
        "a: 1",
        "a: 1.5e3",
        "a: .inf",
        "1: a",
        "a: b\na: c",
        "a: &x b\nc: *x",
        "a: !!python/name:os.system ''",
        "a: b\n---\nc: d",
        "a: {<<: {b: c}}",
        "[" * 100 + "]" * 100,
    ],
)
def test_what_is_unusual_is_left_to_the_careful_reader(text: str) -> None:
    assert read_fast(text) is None
