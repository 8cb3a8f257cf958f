"""Videos of Darwin: outlines between keyframes, masks of frames, and their pictures."""

from pathlib import Path

from tests.curate.formats.darwin_exports import (
    LAYER,
    polygon,
    read,
    save,
    slot,
    track,
    video,
)
from tests.curate.formats.pictures import Picture


def lefts(root: Path) -> dict[int, int]:
    """By frame: where the object begins."""
    return {int(Path(row["image_path"]).stem): row["box_x0"] for row in read(root).rows}


def test_between_keyframes_an_outline_moves_in_a_straight_line(tmp_path: Path) -> None:
    found = lefts(video(tmp_path, track()))
    assert found == {2: 10, 3: 12, 4: 14, 5: 16, 6: 18, 7: 18}


def test_an_outline_stays_that_is_not_interpolated(tmp_path: Path) -> None:
    found = lefts(video(tmp_path, track(interpolated=False, hidden_areas=[[4, 6]])))
    assert found == {2: 10, 3: 10, 6: 18, 7: 18}


def test_outlines_of_other_numbers_of_vertices_move_too(tmp_path: Path) -> None:
    moving = track()
    moving["frames"]["6"]["polygon"]["paths"][0].insert(1, {"x": 28, "y": 10})
    assert lefts(video(tmp_path, moving))[4] == 14


def test_without_ranges_only_what_is_listed_is_shown(tmp_path: Path) -> None:
    assert lefts(video(tmp_path, track(ranges=None))) == {2: 10, 6: 18}


def test_frames_of_a_video_have_one_group(tmp_path: Path) -> None:
    rows = read(video(tmp_path, track(), folder="film.mp4")).rows
    assert len({row["video"] for row in rows}) == 1
    assert len({row["annotation_key"] for row in rows}) == 1
    assert "" not in {row["video"] for row in rows}


def test_keyframes_without_a_picture_are_missing(tmp_path: Path) -> None:
    back = read(video(tmp_path, track(), frames=4))
    assert len(back.rows) == 2
    assert back.reasons == {"missing_image": 1}


def test_masks_of_a_video_are_in_the_layer_of_their_frame(tmp_path: Path) -> None:
    layers = {"2": {"raster_layer": LAYER, "keyframe": True}}
    masks = {"2": {"mask": {}, "keyframe": True}}
    entries = [
        {"name": "layer", "id": "l", "frames": layers, "ranges": [[2, 4]]},
        {"name": "cat", "id": "m", "frames": masks, "ranges": [[2, 4]]},
    ]
    back = read(video(tmp_path, *entries))
    assert back.reasons == {}
    assert [row["area"] for row in back.rows] == [10, 10]


def test_a_document_of_one_frame_belongs_to_its_video(tmp_path: Path) -> None:
    Picture("film/0000003.png", 48, 64).save(tmp_path / "images")
    film = slot(Picture("film.mp4", 48, 64), type="video", frame_count=9)
    about = {"name": "film/0000003.png", "path": "/", "slots": [film]}
    save(tmp_path, "film/0000003.json", {"item": about, "annotations": [polygon()]})
    (row,) = read(tmp_path).rows
    assert row["image_path"] == "images/film/0000003.png"
    assert row["video"] != ""
