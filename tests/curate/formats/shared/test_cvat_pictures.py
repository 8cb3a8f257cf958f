"""Pictures of CVAT's documents: subsets, subfolders, and frames without a name."""

from pathlib import Path

import pytest

from tests.curate.formats.cvat_exports import (
    element,
    found,
    polygon,
    read,
    save_document,
    task,
    track,
    tracked,
    video,
)
from tests.curate.formats.pictures import Picture


def test_videos_of_one_subset_overwrite_each_others_frames(tmp_path: Path) -> None:
    tasks = (
        task(1, "interpolation")
        + task(2, "interpolation", size=2)
        + task(3, "annotation")
    )
    meta = f"<meta><project><tasks>{tasks}</tasks></project></meta>"
    stated = {"task_id": 1, "subset": "Train"}
    save_document(
        tmp_path / "export" / "annotations.xml",
        element("image", polygon(), id=0, name="frame_000000", **stated),
        element("image", polygon(), id=4, name="frame_000004", **stated),
        element("image", polygon(), id=0, name="a.png", task_id=3, subset="Train"),
        meta=meta,
    )
    for name in ("frame_000000.PNG", "frame_000004.PNG", "a.png"):
        Picture(name, 48, 64).save(tmp_path / "export" / "images" / "Train")
    back = read(tmp_path / "export")
    paths = [path for path, _, _ in found(back)]
    assert paths == ["images/Train/a.png", "images/Train/frame_000004.PNG"]
    assert back.reasons == {"ambiguous_image": 1}
    assert {row["video"] for row in back.rows} == {"", "annotations.xml#1"}


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["a01.png", "a02.png", "a10.png"], ["images/a01.png", "images/a10.png"]),
        (["a1.png", "a2.png", "a10.png"], []),  # in which order?
        (["a1.png", "a2.png"], []),
    ],
)
def test_frames_of_pictures_are_in_the_order_of_their_names(
    tmp_path: Path, names: list[str], paths: list[str]
) -> None:
    meta = f"<meta>{task(1, 'annotation', subset='', size=3)}</meta>"
    shapes = track(tracked(0), tracked(2), tracked(3, outside=1))
    root = video(tmp_path / "export", shapes, frames=(), meta=meta)
    for name in names:
        Picture(name, 48, 64).save(root / "images")
    back = read(root)
    assert [path for path, _, _ in found(back)] == paths
    assert back.reasons == ({} if paths else {"missing_image": 2})
    assert {row["video"] for row in back.rows} <= {""}


def test_pictures_are_found_by_subset_and_subfolder(tmp_path: Path) -> None:
    for subset in ("train", "val"):
        Picture("sub/a.png", 48, 64).save(tmp_path / "images" / subset)
    images = [
        element(
            "image", polygon(), id=0, name="sub/a.png", subset=subset, task_id=number
        )
        for number, subset in enumerate(("train", "val"))
    ]
    save_document(tmp_path / "annotations.xml", *images)
    rows = read(tmp_path).rows
    assert [(row["image_path"], row["flags"]) for row in rows] == [
        ("images/train/sub/a.png", []),
        ("images/val/sub/a.png", []),
    ]
