"""Which files of an export are listed, and which are refused unread."""

import os
from pathlib import Path

import pytest
from upath import UPath

from curate.exports.files import list_files
from curate.limits import Limits
from curate.reasons import Reason
from tests.curate.exports.coco_folder import coco, opened


def test_a_folder_is_listed_without_what_tools_leave_behind(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    for litter in ("._a.json", ".DS_Store", "__MACOSX/a.json", ".git/config"):
        (folder / litter).parent.mkdir(exist_ok=True)
        (folder / litter).write_text("{")
    export = opened(folder, tmp_path / "scratch")
    assert export.files.paths == ("a.json", "a.png")


def test_links_that_lead_out_pipes_and_long_paths_are_refused(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    outside = coco(tmp_path / "outside")
    (folder / "link.png").symlink_to(outside / "a.png")
    (folder / "inside").symlink_to(outside)
    os.mkfifo(folder / "pipe.png")
    long = "x" * 100 + ".png"
    (folder / long).touch()
    files = opened(folder, tmp_path / "scratch", Limits(path_bytes=60)).files
    assert files.paths == ("a.json", "a.png")
    reasons = {path: why.reason for path, why in files.refused.items()}
    assert reasons == {
        "link.png": Reason.PATH_ESCAPE,
        "inside": Reason.PATH_ESCAPE,
        "pipe.png": Reason.PATH_ESCAPE,
        long: Reason.OVER_LIMIT,
    }
    assert "links: follow" in files.refused["inside"].detail


def test_a_file_name_that_is_no_utf_8_is_refused_and_shown(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).touch()
    assert set(opened(folder, tmp_path / "scratch").files.refused) == {"\\xff.png"}


def test_the_digest_changes_with_the_files(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    first = opened(folder, tmp_path / "scratch").files.digest
    assert opened(folder, tmp_path / "scratch").files.digest == first
    (folder / "b.png").touch()
    assert opened(folder, tmp_path / "scratch").files.digest != first


def tree(root: Path, *paths: str) -> Path:
    """Empty files, each with the folders above it."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


@pytest.mark.parametrize(
    "litter",
    [
        ".ipynb_checkpoints/a-checkpoint.json",
        "@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg",
        "Desktop.ini",
        "Thumbs.db",
        "~$table.csv",
        "__pycache__/a.pyc",
        "lost+found/a.png",
        ".Trash-1000/files/a.png",
        "thumbs/a.jpg",
        ".stversions/a.png",
    ],
)
def test_litter_is_passed_over(tmp_path: Path, litter: str) -> None:
    root = tree(tmp_path, "images/a.png", f"images/{litter}")
    assert list_files(UPath(root), Limits()).paths == ("images/a.png",)


def test_a_build_in_the_folder_is_passed_over(tmp_path: Path) -> None:
    tree(tmp_path, "a.png", "b/.lock", "b/unpacked/1/a.png", "c/.lock", "c/ingest.png")
    paths = list_files(UPath(tmp_path), Limits()).paths
    assert paths == ("a.png", "c/.lock", "c/ingest.png")


def test_thumbs_without_larger_pictures_are_pictures(tmp_path: Path) -> None:
    root = tree(tmp_path, "up/1.png", "thumbs/2.png")
    assert list_files(UPath(root), Limits()).paths == ("thumbs/2.png", "up/1.png")


def test_a_link_inside_is_another_path_of_the_same_file(tmp_path: Path) -> None:
    root = tree(tmp_path, "pool/1.jpg", "images/2.jpg")
    (root / "images/train").symlink_to("../pool")
    (root / "all").symlink_to("images")
    (root / "2.jpg").symlink_to("images/2.jpg")
    files = list_files(UPath(root), Limits())
    # pool says nothing of what is in it, images does.
    assert files.paths == ("images/2.jpg", "images/train/1.jpg")
    assert files.linked == {
        "2.jpg": "images/2.jpg",
        "all/2.jpg": "images/2.jpg",
        "all/train/1.jpg": "images/train/1.jpg",
        "pool/1.jpg": "images/train/1.jpg",
    }
    assert not files.refused


def test_links_of_other_names_to_one_file_are_files_of_their_own(
    tmp_path: Path,
) -> None:
    root = tree(tmp_path, "blobs/5f2a")
    for name in ("1.txt", "2.txt"):
        (root / name).symlink_to("blobs/5f2a")
    paths = list_files(UPath(root), Limits()).paths
    assert paths == ("1.txt", "2.txt", "blobs/5f2a")


def test_links_outside_are_followed_if_the_settings_say_so(tmp_path: Path) -> None:
    tree(tmp_path / "pool", "1.jpg", "deep/2.jpg")
    root = tree(tmp_path / "export", "a.json")
    (root / "images").symlink_to("../pool")
    (root / "gone.jpg").symlink_to("../nowhere.jpg")
    assert set(list_files(UPath(root), Limits()).refused) == {"images", "gone.jpg"}

    followed = list_files(UPath(root), Limits(), "follow")
    assert followed.paths == ("a.json", "images/1.jpg", "images/deep/2.jpg")
    assert set(followed.refused) == {"gone.jpg"}
    (tmp_path / "pool/1.jpg").write_bytes(b"new")
    assert list_files(UPath(root), Limits(), "follow").digest != followed.digest


def test_circles_of_links_end(tmp_path: Path) -> None:
    names = "abcdefghij"
    root = tree(tmp_path, *(f"{name}/{name}.jpg" for name in names))
    (root / "self").symlink_to(".")
    (root / "loop").symlink_to("loop")
    for name in names:
        for other in names:
            (root / name / f"to-{other}").symlink_to(f"../{other}")
    files = list_files(UPath(root), Limits())
    assert len(files.paths) == len(names)
    assert set(files.refused) == {"loop"}
