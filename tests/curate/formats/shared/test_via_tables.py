"""VIA's tables: lines that cost themselves, old releases, spreadsheets."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.curate.formats.pictures import Picture
from tests.curate.formats.via_exports import (
    COLUMNS,
    OTHER,
    SQUARE,
    export,
    labels,
    read,
    region,
)


def table(root: Path, *lines: str, columns: str = COLUMNS) -> Path:
    Picture("a.png", 48, 64).save(root)
    (root / "via.csv").write_text("\n".join([columns, *lines]), "utf-8")
    return root


def line(name: str, shape: Any, noted: Any) -> str:
    cells = [json.dumps(each).replace('"', '""') for each in (shape, noted)]
    return f'{name},-1,"{{}}",1,0,"{cells[0]}","{cells[1]}"'


def test_a_line_of_a_table_costs_itself(tmp_path: Path) -> None:
    Picture("a, b.png", 48, 64).save(tmp_path)
    lines = [
        line("a.png", SQUARE, {"class": "cat"}),
        "",
        "a.png,-1,{}",
        'a.png,-1,"{}",1,0,"{""name"":","{}"',
        'a.png,-1,"{}",1,0,"{"name":"rect"}","{}"',
        ',-1,"{}",0,0,"{}","{}"',
        line("a, b.png", OTHER, {"class": "dog"}),
        'a.png,-1,"{}",0,0,"{}","{}"',
    ]
    back = read(table(tmp_path, *lines))
    assert {row["label"]: row["image_path"] for row in back.rows} == {
        "cat": "a.png",
        "dog": "a, b.png",
    }
    assert back.reasons == {"malformed_file": 4}
    keys = {row["annotation_key"] for row in back.drops.to_pylist()}
    assert keys == {"via.csv:4", "via.csv:5", "via.csv:6", "via.csv:7"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "#"])
def test_tables_of_old_releases_and_spreadsheets(
    tmp_path: Path, delimiter: str, mark: str
) -> None:
    quoted = line("a.png", SQUARE, {"class": "cat"}).replace(",", delimiter, 5)
    quoted = quoted.replace('","{""class', f'"{delimiter}"{{""class')
    columns = mark + COLUMNS.replace(",", delimiter)
    assert labels(read(table(tmp_path, quoted, columns=columns))) == ["cat"]


def test_a_long_polygon_fits_a_cell(tmp_path: Path) -> None:
    turns = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    x, y = 32 + 20 * np.cos(turns), 24 + 20 * np.sin(turns)
    shape = {"name": "polygon", "all_points_x": x.tolist(), "all_points_y": y.tolist()}
    (row,) = read(table(tmp_path, line("a.png", shape, {"class": "cat"}))).rows
    assert row["area"] == pytest.approx(np.pi * 400, rel=0.02)


def test_a_table_that_is_no_text_costs_itself(tmp_path: Path) -> None:
    root = export(tmp_path / "export", region(name="cat"))
    (root / "other.csv").write_bytes(COLUMNS.encode() + b"\n\xff\xfe\xfa")
    back = read(root)
    assert labels(back) == ["cat"]
    assert back.reasons == {"malformed_file": None}
