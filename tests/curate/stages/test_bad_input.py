"""Every row of the design's table of bad input, fed to ingest: its reason, its count, its cost."""

from pathlib import Path

import pytest

from curate.errors import InputError
from curate.reasons import Reason
from tests.curate.formats.reading import read_back
from tests.curate.stages.bad_input import annotations, archives, files, paths, pictures
from tests.curate.stages.bad_input.case import BadInput, write_good

CASES = [
    *files.CASES,
    *archives.CASES,
    *paths.CASES,
    *pictures.CASES,
    *annotations.CASES,
]
LATER = {
    Reason.UNMAPPED_LABEL,
    Reason.BACKGROUND,
    Reason.REJECTED_LABEL,
    Reason.SPLIT_LABEL,
    Reason.TOO_SMALL,
    Reason.TOO_LARGE_SHARE,
    Reason.CAPPED,
    Reason.DOUBTFUL_DELIVERY,
    Reason.LEAK_GUARD,
    Reason.HELD_OUT,
    Reason.KILLED_WORKER,  # of the runner, see test_tries.py
    Reason.FLAGGED,
    Reason.REJECTED_OBJECT,
}
"""Reasons of the stages after ingest, which their own tests give rise to."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bad_input_costs_what_the_table_says(case: BadInput, tmp_path: Path) -> None:
    root = tmp_path / "export"
    root.mkdir()
    write_good(case.format, root)
    before = _around(tmp_path)
    opened = case.change(root) or root
    made = _around(tmp_path) - before

    back = read_back(opened, case.format, limits=case.limits, **case.settings)
    assert back.reasons == case.drops
    assert sorted(row["label"] for row in back.rows) == sorted(case.survivors)
    assert sorted({flag for row in back.rows for flag in row["flags"]}) == sorted(
        case.flags
    )
    for drop in back.drops.to_pylist():
        assert drop["detail"]
        assert "Traceback" not in drop["detail"]
    # Nothing is written, but what a good archive holds, in its place.
    written = _around(tmp_path) - before - made
    if not back.rows:
        assert not written - {f"{opened.name}.scratch"}
    assert all(path.startswith(f"{opened.name}.scratch") for path in written)


def _around(folder: Path) -> set[str]:
    """Paths of all that is in a folder, but not in the export."""
    paths = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    return {path for path in paths if not path.startswith("export/")}


def test_the_table_has_every_reason_of_ingest() -> None:
    reasons = {reason for case in CASES for reason in case.drops}
    # A bug is planted in tests/curate/stages/test_faults.py.
    assert reasons == set(Reason) - LATER - {Reason.FAULT}


@pytest.mark.parametrize("name", ["nowhere", "empty", "pictures"])
@pytest.mark.parametrize("format_", ["coco", "labelmap", "cvat"])
def test_where_there_is_nothing_to_read_the_user_is_told(
    name: str, format_: str, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "readme.md").write_text("nothing here")
    with pytest.raises(InputError, match=name):
        read_back(tmp_path / name, format_)
