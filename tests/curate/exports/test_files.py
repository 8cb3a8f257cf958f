"""Which files of an export are listed, and which are refused unread."""

import os
from pathlib import Path

from curate.limits import Limits
from tests.curate.exports.coco_folder import coco, opened


def test_a_folder_is_listed_without_what_tools_leave_behind(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    for litter in ("._a.json", ".DS_Store", "__MACOSX/a.json", ".git/config"):
        (folder / litter).parent.mkdir(exist_ok=True)
        (folder / litter).write_text("{")
    export = opened(folder, tmp_path / "scratch")
    assert export.files.paths == ("a.json", "a.png")


def test_links_pipes_and_long_paths_are_refused(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    outside = coco(tmp_path / "outside")
    (folder / "link.png").symlink_to(outside / "a.png")
    (folder / "inside").symlink_to(outside)
    os.mkfifo(folder / "pipe.png")
    long = "x" * 100 + ".png"
    (folder / long).touch()
    files = opened(folder, tmp_path / "scratch", Limits(path_bytes=60)).files
    assert files.paths == ("a.json", "a.png")
    assert files.refused == {"link.png", "inside", "pipe.png", long}
    assert files.too_long == {long}


def test_a_file_name_that_is_no_utf_8_is_refused_and_shown(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).touch()
    assert opened(folder, tmp_path / "scratch").files.refused == {"\\xff.png"}


def test_the_digest_changes_with_the_files(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    first = opened(folder, tmp_path / "scratch").files.digest
    assert opened(folder, tmp_path / "scratch").files.digest == first
    (folder / "b.png").touch()
    assert opened(folder, tmp_path / "scratch").files.digest != first
