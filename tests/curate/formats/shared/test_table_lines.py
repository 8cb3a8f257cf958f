"""Lines of tables taken apart."""

import pytest

from curate.formats.shared.table_lines import split_line


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("a,b", ["a", "b"]),
        (",b,", ["", "b", ""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"say ""no""",c', ['say "no"', "c"]),
        ('"a,b', ['"a', "b"]),
        ("", [""]),
    ],
)
def test_cells_of_a_line(line: str, cells: list[str]) -> None:
    assert split_line(line, ",") == cells


def test_other_delimiters() -> None:
    assert split_line('a\t"b\tc"', "\t") == ["a", "b\tc"]
