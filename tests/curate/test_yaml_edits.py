"""A change of a YAML file says what it should, and leaves every other byte as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import InputError
from curate.yaml_edits import (
    add_items,
    remove_entry,
    remove_items,
    set_entries,
)
from curate.yaml_files import parse_yaml
from curate.yaml_scalars import one_line, quoted

FILE = """\
# Head.

labels:   # what
  PKW: car      # not the vans
  'alt': {decision: truck, note: "a, b: c"}   # old

  teil:
    # by kind
    split:
      - {decision: bus, where: {a: [1, 2]}}

# About the exports.
exports:
    old: {PKW: reject}
    new:
"""


def read(text: str) -> object:
    return parse_yaml(text, "file", as_text=True).data


def test_new_entries_come_after_the_last_one() -> None:
    text = set_entries(FILE, ("labels",), {"1": "coin", "Nö\u202e": "car"}, "file")
    added = '  "1": coin\n  "Nö\\u202e": car\n'
    at = FILE.index("\n# About")
    assert text == FILE[:at] + added + FILE[at:]


def test_a_new_value_takes_the_place_of_the_old_one() -> None:
    text = set_entries(FILE, ("labels",), {"PKW": "van", "alt": "{decision: car}"}, "")
    expected = FILE.replace("PKW: car ", "PKW: van ").replace(
        '{decision: truck, note: "a, b: c"}', "{decision: car}"
    )
    assert text == expected
    text = set_entries(FILE, ("labels",), {"teil": "car"}, "")
    assert "  teil: car\n\n# About" in text
    text = set_entries(FILE, ("exports", "new"), {"x": "car"}, "")
    assert text.endswith("    new:\n      x: car\n")
    text = set_entries(FILE, ("exports", "old"), {"x y": "car"}, "")
    assert text == FILE.replace("{PKW: reject}", '{PKW: reject, "x y": car}')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "labels:\n  a: b\n"),
        ("# only this", "# only this\nlabels:\n  a: b\n"),
        ("labels:", "labels:\n  a: b\n"),
        ("labels:  # mine\nexports: {}\n", "labels:  # mine\n  a: b\nexports: {}\n"),
        ("labels: {}", "labels: {a: b}"),
        ("labels: {c: d }\n", "labels: {c: d, a: b }\n"),
        ("{labels: {c: d}}", "{labels: {c: d, a: b}}"),
        ('{"exports": {}}', '{"exports": {}, labels: {a: b}}'),
        ("labels:\n  c: d  # last", "labels:\n  c: d  # last\n  a: b\n"),
        ("labels:\n  c: |\n    text\n\n", "labels:\n  c: |\n    text\n  a: b\n\n"),
        ("labels:\n  a:\n  c: d\n", "labels:\n  a: b\n  c: d\n"),
        ("exports:\n  e:\n    x: y\n", "exports:\n  e:\n    x: y\nlabels:\n  a: b\n"),
    ],
)
def test_every_form_of_a_file(text: str, expected: str) -> None:
    assert set_entries(text, ("labels",), {"a": "b"}, "file") == expected


def test_an_alias_is_left_to_people() -> None:
    text = "labels: &all\n  a: b\nexports:\n  e: *all\n"
    with pytest.raises(InputError, match="file:4"):
        set_entries(text, ("exports", "e"), {"c": "d"}, "file")


def test_what_is_added_can_be_removed() -> None:
    text = set_entries(FILE, ("labels",), {"x": "{decision: car}"}, "file")
    assert remove_entry(text, ("labels",), "x", "file") == FILE
    assert remove_entry(FILE, ("labels",), "none", "file") == FILE
    with pytest.raises(InputError, match="by hand"):
        remove_entry(FILE, ("exports", "old"), "PKW", "file")


@pytest.mark.parametrize("start", ["a: b\n", "o:\n  - '1'\n", "o: ['1', '2']  # x\n"])
def test_items_come_and_go(start: str) -> None:
    text = add_items(start, "o", ['"7"', '"8"'], "file")
    before = (read(start) or {}).get("o", [])  # type: ignore[attr-defined]
    assert read(text)["o"] == [*before, "7", "8"]  # type: ignore[index]
    back = remove_items(text, "o", ["7", "8"], "file")
    assert (read(back) or {}).get("o", []) == before  # type: ignore[attr-defined]
    assert "# x" not in start or "# x" in back


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=5))
def test_any_text_can_be_written(entries: dict[str, str]) -> None:
    lines = {key: quoted(value) for key, value in entries.items()}
    text = set_entries(FILE, ("labels",), lines, "file")
    before = read(FILE)
    after = read(text)
    before["labels"] |= entries  # type: ignore[index]
    assert after == before
    assert read(one_line(entries)) == entries


def test_simple_words_need_no_quotes() -> None:
    data = {"a-b": ["no", "1e3", "x y", "car"], "2": "#"}
    assert one_line(data) == '{a-b: ["no", "1e3", "x y", car], "2": "#"}'


def test_what_turns_or_hides_writing_is_escaped() -> None:
    text = 'a\u202eb\x00"\\\u2028\U000e0041é人'
    assert quoted(text) == '"a\\u202eb\\x00\\"\\\\\\u2028\\U000e0041é人"'
