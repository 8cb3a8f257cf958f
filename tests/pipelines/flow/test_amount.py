"""Which runs are small."""

import zipfile
from pathlib import Path

import pytest

from curate.export_settings import ExportSettings
from pipelines.flow import amount
from pipelines.flow.amount import is_small
from tests.curate.formats.reading import export_settings


def export_of(root: Path, files: int, size: int = 1) -> ExportSettings:
    root.mkdir(parents=True)
    for number in range(files):
        (root / f"{number}.json").write_bytes(b" " * size)
    return export_settings(root, "coco")


def test_exports_count_together(tmp_path: Path) -> None:
    half = amount.MOST_FILES // 2
    first = export_of(tmp_path / "a", half)
    second = export_of(tmp_path / "b" / "c", half)
    third = export_of(tmp_path / "d", 1)
    assert is_small([first, second])
    assert not is_small([first, second, third])


def test_a_document_counts_with_what_is_around_it(tmp_path: Path) -> None:
    export_of(tmp_path / "a", amount.MOST_FILES + 1)
    assert not is_small([export_settings(tmp_path / "a" / "0.json", "coco")])


def test_a_document_counts_once(tmp_path: Path) -> None:
    export_of(tmp_path / "a", 3, 10)
    assert list(amount.file_sizes(tmp_path / "a" / "0.json")) == [10, 10, 10]


@pytest.mark.parametrize("name", ["a.tar.zst", "zip without its ending"])
def test_an_archive_counts_without_what_is_around_it(tmp_path: Path, name: str) -> None:
    export_of(tmp_path / "a", 3)
    archive = tmp_path / "a" / name
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.json", "{}")
    assert list(amount.file_sizes(archive)) == [archive.stat().st_size]


def test_bytes_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amount, "MOST_BYTES", 100)
    assert is_small([export_of(tmp_path / "a", 1, 100)])
    assert not is_small([export_of(tmp_path / "b", 1, 101)])


def test_what_is_at_a_url_is_not_small() -> None:
    assert not is_small([export_settings(Path(), "coco", path="memory://exports/a")])
