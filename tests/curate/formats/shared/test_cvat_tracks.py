"""Tracks of CVAT: objects on the frames of a video."""

from pathlib import Path

from tests.curate.formats.cvat_exports import (
    INNER,
    OTHER,
    element,
    found,
    read,
    track,
    tracked,
    video,
)


def test_tracks_have_an_object_on_each_frame_where_they_are_visible(
    tmp_path: Path,
) -> None:
    shapes = [
        tracked(0),
        tracked(1, OTHER, 0),
        tracked(2, INNER),
        tracked(3, INNER, 1, 1),
    ]
    single = [tracked(3, OTHER), tracked(4, OTHER, 1, 1)]
    back = read(video(tmp_path / "export", track(*shapes), track(*single, label="dog")))
    assert found(back) == [
        ("images/frame_000000.png", "cat", 400),
        ("images/frame_000001.png", "cat", 100),
        ("images/frame_000002.png", "cat", 25),
        ("images/frame_000003.png", "dog", 100),
    ]
    assert back.reasons == {}
    assert {row["video"] for row in back.rows} == {"annotations.xml#5"}
    assert dict(back.rows[1]["attributes"]) == {
        "occluded": "0",
        "source": "manual",
        "keyframe": "0",
        "track_id": "0",
    }


def test_keyframes_alone_are_what_is_listed_unless_the_settings_say_otherwise(
    tmp_path: Path,
) -> None:
    moved = "14.00,10.00;34.00,10.00;34.00,30.00;14.00,30.00"
    root = video(
        tmp_path / "export",
        track(tracked(0), tracked(4, moved)),
        frames=(0, 1, 2, 4, 6),
    )
    assert len(read(root).rows) == 2
    rows = read(root, interpolate=True).rows
    boxes = {row["image_path"][-8:-4]: row["box_x0"] for row in rows}
    assert boxes == {"0000": 10, "0001": 11, "0002": 12, "0004": 14, "0006": 14}
    root = video(
        tmp_path / "listed", track(tracked(0), tracked(1, keyframe=0), tracked(4))
    )
    assert len(read(root, interpolate=True).rows) == 3


def test_ellipses_are_interpolated_too(tmp_path: Path) -> None:
    ellipses = [
        element("ellipse", frame=0, keyframe=1, outside=0, cx=20, cy=20, rx=8, ry=4),
        element(
            "ellipse",
            frame=2,
            keyframe=1,
            outside=0,
            cx=40,
            cy=20,
            rx=8,
            ry=4,
            rotation=90,
        ),
        element(
            "ellipse",
            frame=3,
            keyframe=1,
            outside=1,
            cx=40,
            cy=20,
            rx=8,
            ry=4,
            rotation=90,
        ),
    ]
    rows = read(video(tmp_path / "export", track(*ellipses)), interpolate=True).rows
    assert [row["box_x0"] for row in rows] == [12, 36, 24]


def test_without_pictures_each_frame_is_missing(tmp_path: Path) -> None:
    root = video(
        tmp_path / "export", track(tracked(0), tracked(1), tracked(7)), frames=()
    )
    (root / "a.mp4").write_bytes(b"no video")
    back = read(root)
    assert back.reasons == {"missing_image": 3}
    notes = [row["detail"] for row in back.drops.to_pylist() if row["count"] == 0]
    assert len(notes) == 1
    assert "a.mp4" in notes[0]


def test_a_shape_on_no_frame_costs_itself(tmp_path: Path) -> None:
    bad = tracked(0, OTHER).replace('frame="0"', 'frame="x"', 1)
    back = read(video(tmp_path / "export", track(tracked(0), bad)))
    assert len(back.rows) == 1
    assert back.reasons == {"unknown_image": 1}
