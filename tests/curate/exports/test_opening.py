"""Exports as they come: folders with links and pipes, archives, single files, URLs."""

import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from upath import UPath

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.finding import find_image
from curate.exports.opening import open_export
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import Drop, Flag, ImageRecord
from curate.settings import ExportSettings
from curate.stages.ingest import read_export


def coco(folder: Path, name: str = "a.json", image: str = "a.png") -> Path:
    """A folder with a picture and a COCO document of one annotation."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("L", (32, 24)).save(folder / image)
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": [[2, 2, 9, 2, 9, 9]]}
    images = [{"id": 1, "file_name": image, "width": 32, "height": 24}]
    document = {
        "images": images,
        "annotations": [annotation],
        "categories": [{"id": 1, "name": "cat"}],
    }
    (folder / name).write_text(json.dumps(document))
    return folder


def opened(
    path: Any, scratch: Path, limits: Limits | None = None
) -> tuple[Export, list[ImageRecord | Drop]]:
    stated = ExportSettings(
        name="e", path=str(path), format="coco", customer="c", domain="d", licence="CC0-1.0"
    )
    export = open_export(stated, limits or Limits(), UPath(scratch))
    return export, list(read_export(export, stated))


def reasons(records: list[ImageRecord | Drop]) -> list[tuple[Reason, int | None]]:
    return [(each.reason, each.count) for each in records if isinstance(each, Drop)]


def zipped(folder: Path, archive: Path) -> Path:
    return Path(shutil.make_archive(str(archive.with_suffix("")), "zip", folder))


def test_a_folder_is_listed_without_what_tools_leave_behind(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    for litter in ("._a.json", ".DS_Store", "__MACOSX/a.json", ".git/config"):
        (folder / litter).parent.mkdir(exist_ok=True)
        (folder / litter).write_text("{")
    export, records = opened(folder, tmp_path / "scratch")
    assert export.files.paths == ("a.json", "a.png")
    assert len(records) == 1


@pytest.mark.parametrize("name", ["nowhere", "empty", "notes.txt", "pipe", "no-protocol://x"])
def test_where_there_is_nothing_to_read_the_path_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/.gitkeep").touch()
    (tmp_path / "notes.txt").write_text("hello")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match=name):
        opened(name if ":" in name else tmp_path / name, tmp_path / "scratch")


def test_a_folder_without_a_document_of_the_format_is_named(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=str(tmp_path)):
        opened(tmp_path, tmp_path / "scratch")


def test_links_pipes_and_long_paths_cost_what_refers_to_them(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    outside = coco(tmp_path / "outside")
    (folder / "link.json").symlink_to(outside / "a.json")
    (folder / "link.png").symlink_to(outside / "a.png")
    (folder / "inside").symlink_to(outside)
    os.mkfifo(folder / "pipe.png")
    (folder / ("x" * 100 + ".png")).touch()
    export, records = opened(folder, tmp_path / "scratch", Limits(path_bytes=60))
    assert reasons(records) == [(Reason.PATH_ESCAPE, None)], "the linked document"
    assert export.files.paths == ("a.json", "a.png")
    long = "x" * 100 + ".png"
    for name in ("link.png", "train/link.png", "inside/a.png", "pipe.png", long):
        with pytest.raises(Refusal) as caught:
            find_image(export.files, name, "a.json")
        assert caught.value.reason is (Reason.OVER_LIMIT if name == long else Reason.PATH_ESCAPE)


@pytest.mark.parametrize(
    "name", ["/a.png", "../a.png", "x/../../a.png", "http://x/a.png", "\\\\host\\a.png", "a\0.png"]
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    export, _ = opened(coco(tmp_path), tmp_path / "scratch")
    with pytest.raises(Refusal) as caught:
        find_image(export.files, name, "a.json")
    assert caught.value.reason is Reason.PATH_ESCAPE


def test_a_file_name_that_is_no_utf_8_is_refused_and_shown(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).touch()
    export, _ = opened(folder, tmp_path / "scratch")
    assert export.files.refused == {"\\xff.png"}


def test_images_are_found_by_name_where_only_one_bears_it(tmp_path: Path) -> None:
    export, _ = opened(coco(tmp_path, image="Räume.PNG"), tmp_path / "scratch")
    assert find_image(export.files, "Räume.PNG", "a.json") == ("Räume.PNG", [])
    for name in ("train/Räume.PNG", "rA\u0308ume.png", "C:\\photos\\Räume.PNG"):
        assert find_image(export.files, name, "a.json")[0] == "Räume.PNG"
    assert find_image(export.files, "train/Räume.PNG", "a.json")[1] == [Flag.IMAGE_BY_NAME]


def test_the_digest_changes_with_the_files(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    first = opened(folder, tmp_path / "scratch")[0].files.digest
    assert opened(folder, tmp_path / "scratch")[0].files.digest == first
    (folder / "b.png").touch()
    assert opened(folder, tmp_path / "scratch")[0].files.digest != first


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    archive = zipped(coco(tmp_path / "export"), tmp_path / "a.zip")
    export, records = opened(archive, tmp_path / "scratch")
    assert isinstance(records[0], ImageRecord)
    marker = Path(str(export.files.root)) / "a.png"
    marker.write_bytes(b"not unpacked again")
    again, _ = opened(archive, tmp_path / "scratch")
    assert (again.files.root, marker.read_bytes()) == (export.files.root, b"not unpacked again")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(archive_members=1), Reason.ARCHIVE_BOMB),
        (Limits(archive_bytes=50), Reason.ARCHIVE_BOMB),
        (Limits(path_bytes=3), Reason.OVER_LIMIT),
    ],
)
def test_a_refused_archive_costs_itself_and_the_run_goes_on(
    tmp_path: Path, limits: Limits, reason: Reason
) -> None:
    archive = zipped(coco(tmp_path / "export"), tmp_path / "a.zip")
    export, records = opened(archive, tmp_path / "scratch", limits)
    assert reasons(records) == [(reason, None)]
    assert not export.files.paths
    assert not list((tmp_path / "scratch").glob("*"))


def test_an_archive_that_takes_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.exports.opening._BYTES_A_SECOND", 1e12)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(150_000_000))
    _, records = opened(
        tmp_path / "a.zip", tmp_path / "scratch", Limits(child_seconds=0.05, archive_ratio=1e6)
    )
    assert reasons(records) == [(Reason.UNREADABLE_FILE, None)]
    assert not list((tmp_path / "scratch").glob("*"))


def test_an_empty_archive_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("folder/", "")
    with pytest.raises(InputError, match=r"a\.zip"):
        opened(tmp_path / "a.zip", tmp_path / "scratch")


def test_a_single_document_is_read_without_its_neighbours(tmp_path: Path) -> None:
    folder = coco(coco(tmp_path, "a.json"), "b.json")
    export, records = opened(folder / "b.json", tmp_path / "scratch")
    assert export.files.paths == ("a.png", "b.json")
    assert len(records) == 1


def test_a_single_document_in_a_folder_of_annotations_finds_the_images_beside_that_folder(
    tmp_path: Path,
) -> None:
    coco(tmp_path / "annotations", "a.json")
    coco(tmp_path / "annotations", "b.json")
    (tmp_path / "images").mkdir()
    (tmp_path / "annotations" / "a.png").rename(tmp_path / "images" / "a.png")
    export, records = opened(tmp_path / "annotations" / "b.json", tmp_path / "scratch")
    assert export.files.paths == ("annotations/b.json", "images/a.png")
    (record,) = records
    assert isinstance(record, ImageRecord)
    assert (
        find_image(export.files, record.name, record.document, record.folders)[0] == "images/a.png"
    )


def test_an_export_may_be_a_url(tmp_path: Path) -> None:
    folder, remote = coco(tmp_path / "export"), UPath("memory://export")
    archive = zipped(folder, tmp_path / "a.zip")
    remote.mkdir()
    for path in ("a.json", "a.png"):
        (remote / path).write_bytes((folder / path).read_bytes())
    (UPath("memory://archives") / "a.zip").write_bytes(archive.read_bytes())
    for path in ("memory://export", "memory://archives/a.zip", folder.as_uri()):
        export, records = opened(path, tmp_path / "scratch")
        assert export.files.paths == ("a.json", "a.png")
        assert isinstance(records[0], ImageRecord)
        with Image.open(io.BytesIO(export.read("a.png"))) as picture:
            assert picture.size == (32, 24)
