"""How the image that a document names is found."""

import os
from pathlib import Path

import pytest

from curate.exports.files import Files
from curate.exports.finding import find_image
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import Flag
from tests.curate.exports.coco_folder import coco, opened


def reason(files: Files, name: str) -> Reason:
    with pytest.raises(Refusal) as caught:
        find_image(files, name, "a.json")
    return caught.value.reason


@pytest.mark.parametrize(
    "name",
    [
        "/a.png",
        "../a.png",
        "x/../../a.png",
        "http://x/a.png",
        "\\\\host\\a.png",
        "a\0.png",
    ],
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    files = opened(coco(tmp_path / "export"), tmp_path / "scratch").files
    assert reason(files, name) is Reason.PATH_ESCAPE


@pytest.mark.parametrize(
    "name", ["link.png", "train/link.png", "inside/a.png", "pipe.png"]
)
def test_what_is_refused_is_not_found(tmp_path: Path, name: str) -> None:
    folder = coco(tmp_path / "export")
    outside = coco(tmp_path / "outside")
    (folder / "link.png").symlink_to(outside / "a.png")
    (folder / "inside").symlink_to(outside)
    os.mkfifo(folder / "pipe.png")
    files = opened(folder, tmp_path / "scratch").files
    assert reason(files, name) is Reason.PATH_ESCAPE


def test_a_path_beyond_the_limit_is_not_found(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export")
    long = "x" * 100 + ".png"
    (folder / long).touch()
    files = opened(folder, tmp_path / "scratch", Limits(path_bytes=60)).files
    assert reason(files, long) is Reason.OVER_LIMIT


def test_images_are_found_by_name_if_only_one_has_it(tmp_path: Path) -> None:
    files = opened(
        coco(tmp_path / "export", image="Räume.PNG"), tmp_path / "scratch"
    ).files
    assert find_image(files, "Räume.PNG", "a.json") == ("Räume.PNG", [])
    for name in ("train/Räume.PNG", "rA\u0308ume.png", "C:\\photos\\Räume.PNG"):
        path, _ = find_image(files, name, "a.json")
        assert path == "Räume.PNG"
    assert find_image(files, "train/Räume.PNG", "a.json") == (
        "Räume.PNG",
        [Flag.IMAGE_BY_NAME],
    )


def test_two_images_of_one_name_are_ambiguous(tmp_path: Path) -> None:
    folder = coco(tmp_path / "export", image="one.png")
    for split in ("train", "val"):
        coco(folder / split)
    files = opened(folder, tmp_path / "scratch").files
    assert reason(files, "else/a.png") is Reason.AMBIGUOUS_IMAGE
    assert reason(files, "b.png") is Reason.MISSING_IMAGE
