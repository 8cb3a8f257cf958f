"""Exports as they come: folders, archives, single documents, URLs."""

import io
import lzma
import os
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from upath import UPath

from curate.drops import Drop, FaultReport, IgnoredFile
from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.finding import find_image
from curate.exports.not_opened import not_opened
from curate.exports.opening import open_export
from curate.limits import Limits
from curate.reasons import Fault, Reason
from curate.records import ImageRecord
from curate.stages.ingest import read_export
from tests.curate.exports.coco_folder import coco, opened, settings


def items(export: Export) -> list[object]:
    return list(read_export(export, settings(export.files.root)))


def reasons(export: Export) -> list[tuple[Reason, int | None]]:
    return [
        (each.reason, each.count) for each in items(export) if isinstance(each, Drop)
    ]


def zipped(folder: Path, archive: Path) -> Path:
    return Path(shutil.make_archive(str(archive.with_suffix("")), "zip", folder))


@pytest.mark.parametrize(
    "name", ["nowhere", "empty", "notes.txt", "pipe", "no-protocol://x"]
)
def test_where_there_is_nothing_to_read_the_path_is_named(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/.gitkeep").touch()
    (tmp_path / "notes.txt").write_text("hello")
    os.mkfifo(tmp_path / "pipe")
    path = name if ":" in name else tmp_path / name
    with pytest.raises(InputError, match=name):
        opened(path, tmp_path / "scratch")


def test_a_folder_without_a_document_of_the_format_is_named(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=str(tmp_path)):
        items(opened(tmp_path, tmp_path / "scratch"))


def test_a_compressed_document_is_named(tmp_path: Path) -> None:
    coco(tmp_path)
    (tmp_path / "more.json.xz").write_bytes(lzma.compress(b"{}"))
    beside = next(tmp_path.glob("*.json"))
    beside.with_name(f"{beside.name}.xz").write_bytes(lzma.compress(b"{}"))
    found = not_opened(opened(tmp_path, tmp_path / "scratch"))
    assert [each.path for each in found] == ["more.json.xz"]


def test_a_document_that_is_a_link_costs_itself(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    outside = coco(tmp_path / "outside")
    (folder / "link.json").symlink_to(outside / "a.json")
    (folder / "link.png").symlink_to(outside / "a.png")
    assert reasons(opened(folder, tmp_path / "scratch")) == [(Reason.PATH_ESCAPE, None)]


def test_where_no_file_may_be_read_each_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    for name in (b"gr\xf6.png", b"gr\xf6_mask.png"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"")
    lost = items(opened(folder, tmp_path / "scratch"))
    assert [each.detail for each in lost if isinstance(each, Drop)] == [
        r"'gr\\xf6.png' has a name that is no UTF-8",
        r"'gr\\xf6_mask.png' has a name that is no UTF-8",
    ]


def test_a_part_of_a_split_archive_says_so(tmp_path: Path) -> None:
    (tmp_path / "e.zip").write_bytes(b"the last part" * 100)
    (drop,) = items(opened(tmp_path / "e.zip", tmp_path / "scratch"))
    assert isinstance(drop, Drop)
    assert drop.reason is Reason.MALFORMED_FILE
    assert drop.detail.startswith("e.zip: neither zip, tar nor 7z")


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    archive = zipped(coco(tmp_path / "export"), tmp_path / "a.zip")
    export = opened(archive, tmp_path / "scratch")
    assert isinstance(items(export)[0], ImageRecord)
    marker = Path(str(export.files.root)) / "a.png"
    marker.write_bytes(b"not unpacked again")
    again = opened(archive, tmp_path / "scratch")
    assert again.files.root == export.files.root
    assert marker.read_bytes() == b"not unpacked again"


def test_a_fault_of_ours_costs_the_archive_and_says_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: object) -> None:
        raise Fault("KeyError: 3", "Traceback: line 7")

    monkeypatch.setattr("curate.exports.archive_files.call", faulty)
    archive = zipped(coco(tmp_path / "export"), tmp_path / "a.zip")
    export = opened(archive, tmp_path / "scratch")
    assert reasons(export) == [(Reason.FAULT, None)]
    (report,) = (each for each in items(export) if isinstance(each, FaultReport))
    assert (report.export, report.trace) == ("e", "Traceback: line 7")
    assert not list((tmp_path / "scratch").glob("*"))


def test_an_archive_that_takes_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curate.exports.archive_files._BYTES_A_SECOND", 1e12)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(150_000_000))
    limits = Limits(child_seconds=0.05, archive_ratio=1e6)
    export = opened(tmp_path / "a.zip", tmp_path / "scratch", limits)
    assert reasons(export) == [(Reason.UNREADABLE_FILE, None)]
    assert not list((tmp_path / "scratch").glob("*"))


def test_an_empty_archive_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("folder/", "")
    with pytest.raises(InputError, match=r"a\.zip"):
        opened(tmp_path / "a.zip", tmp_path / "scratch")


def test_a_single_document_is_read_without_its_neighbours(tmp_path: Path) -> None:
    folder = coco(coco(tmp_path, "a.json"), "b.json")
    export = opened(folder / "b.json", tmp_path / "scratch")
    assert export.files.paths == ("a.png", "b.json")
    assert len(items(export)) == 1


def test_a_single_document_in_a_folder_of_annotations_finds_the_images_beside_that_folder(
    tmp_path: Path,
) -> None:
    coco(tmp_path / "annotations", "a.json")
    coco(tmp_path / "annotations", "b.json")
    (tmp_path / "images").mkdir()
    (tmp_path / "annotations" / "a.png").rename(tmp_path / "images" / "a.png")
    export = opened(tmp_path / "annotations" / "b.json", tmp_path / "scratch")
    assert export.files.paths == ("annotations/b.json", "images/a.png")
    (record,) = items(export)
    assert isinstance(record, ImageRecord)
    path, _ = find_image(export.files, record.name, record.document, record.folders)
    assert path == "images/a.png"


def test_an_export_may_be_a_url(tmp_path: Path) -> None:
    folder, remote = coco(tmp_path / "export"), UPath("memory://export")
    archive = zipped(folder, tmp_path / "a.zip")
    remote.mkdir()
    for path in ("a.json", "a.png"):
        (remote / path).write_bytes((folder / path).read_bytes())
    (UPath("memory://archives") / "a.zip").write_bytes(archive.read_bytes())
    for path in ("memory://export", "memory://archives/a.zip", folder.as_uri()):
        export = opened(path, tmp_path / "scratch")
        assert export.files.paths == ("a.json", "a.png")
        assert isinstance(items(export)[0], ImageRecord)
        with Image.open(io.BytesIO(export.read("a.png"))) as picture:
            assert picture.size == (32, 24)


@pytest.mark.parametrize("name", ["a.rar", "a.7z.001"])
def test_an_archive_that_is_not_read_says_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"7z\xbc\xaf")
    with pytest.raises(InputError, match=rf"{name}: .* pack it as zip"):
        opened(tmp_path / name, tmp_path / "scratch")


def test_an_archive_of_another_kind_inside_an_export_is_named(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    (folder / "more.rar").write_bytes(b"Rar!")
    found = items(opened(folder, tmp_path / "scratch"))
    (note,) = (each for each in found if isinstance(each, IgnoredFile))
    assert note.path == "more.rar"
    assert "unpack it" in note.why

    (folder / "a.json").unlink()
    with pytest.raises(InputError, match=r"more\.rar is an archive of a kind"):
        items(opened(folder, tmp_path / "scratch"))


def test_a_path_that_is_too_long_costs_its_file_in_an_archive_as_in_a_folder(
    tmp_path: Path,
) -> None:
    folder = coco(tmp_path / "export")
    (folder / "longer.json").write_text("[]")
    limits = Limits(path_bytes=8)
    for path in (folder, zipped(folder, tmp_path / "a.zip")):
        export = opened(path, tmp_path / "scratch", limits)
        assert export.files.paths == ("a.json", "a.png")
        assert reasons(export) == [(Reason.OVER_LIMIT, None)]


def test_links_of_an_archive_are_followed_inside_it_whatever_the_settings_say(
    tmp_path: Path,
) -> None:
    folder = coco(tmp_path / "export")
    coco(tmp_path / "pool", image="p.png")
    (folder / "out.png").symlink_to(tmp_path / "pool/p.png")
    (folder / "in.png").symlink_to("a.png")
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(folder, "set")
    stated = settings(tmp_path / "a.tar").model_copy(update={"links": "follow"})
    scratch = UPath(tmp_path / "scratch")
    for _ in range(2):  # unpacked, and found unpacked
        files = open_export(stated, Limits(), scratch).files
        assert files.paths == ("set/a.json", "set/a.png", "set/in.png")
        assert set(files.refused) == {"set/out.png"}
