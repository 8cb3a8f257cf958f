"""Objects of an image: every annotation becomes a row or a drop, in the displayed frame."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from curate.pixels import masks, run_lengths
from curate.records import (
    Bitmap,
    Compound,
    Polygons,
    RawRunLengths,
)
from tests.curate.stages.ingested import (
    HEIGHT,
    OTHER,
    SQUARE,
    WIDTH,
    annotated,
    ingested,
    png,
)

RINGS = st.lists(
    st.lists(
        st.floats(-10, 60) | st.sampled_from([float("nan"), None, "x", 10**30, 1e300]),
        max_size=9,
    ),
    max_size=3,
)
SHAPES = (
    st.none()
    | st.builds(Polygons, rings=RINGS, holes=RINGS)
    | st.builds(
        RawRunLengths,
        counts=st.text(max_size=5) | st.lists(st.integers()),
        height=st.just(HEIGHT),
        width=st.just(WIDTH),
    )
    | st.builds(Bitmap, data=st.binary(max_size=20))
    | st.just(SQUARE)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("export")
    (root / "a.png").write_bytes(png())
    return root


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(SHAPES, max_size=6), st.sampled_from(["auto", "components"]))
def test_every_annotation_is_a_row_or_a_drop(
    folder: Path, shapes: list[Any], objects: str
) -> None:
    rows, drops = ingested(folder, [annotated(*shapes)], objects=objects)
    keys = {row["annotation_key"].split("@")[0] for row in rows} | {
        drop["annotation_key"] for drop in drops
    }
    assert keys == {f"{number}" for number in range(len(shapes))}
    assert all(
        drop["count"] == 1 and drop["object_id"] and "Error" not in drop["detail"]
        for drop in drops
    )


def test_good_parts_stay_and_say_that_they_are_parts(folder: Path) -> None:
    shapes = [
        Polygons(rings=[*SQUARE.rings, [1, 2]]),
        Compound(
            pieces=[SQUARE, Bitmap(data=b"")], holes=[Bitmap(data=png(4, 4), x=5, y=5)]
        ),
    ]
    rows, drops = ingested(folder, [annotated(*shapes)])
    assert not drops
    assert [(row["area"], row["flags"]) for row in rows] == [
        (100, ["overlapping", "partial"]),
        (84, ["overlapping", "partial"]),
    ]


def test_an_object_at_the_edge_says_so(folder: Path) -> None:
    rows, _ = ingested(
        folder, [annotated(Polygons(rings=[[-5, 4, 14, 4, 14, 14, -5, 14]]), OTHER)]
    )
    assert [row["flags"] for row in rows] == [["beyond_image", "touches_edge"], []]


def test_components_are_told_apart_by_their_first_px(folder: Path) -> None:
    two = Polygons(rings=[*SQUARE.rings, [20, 20, 24, 20, 24, 24, 20, 24]])
    rows, _ = ingested(folder, [annotated(two)], objects="components")
    assert [(row["annotation_key"], row["object_source"]) for row in rows] == [
        ("0@4,4", "component"),
        ("0@20,20", "component"),
    ]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("frame", ["displayed", "stored", "by_size"])
def test_masks_are_turned_with_their_picture(
    tmp_path: Path, orientation: int, frame: Any
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("L", (WIDTH, HEIGHT)).save(tmp_path / "a.png", exif=exif)
    stored = np.zeros((HEIGHT, WIDTH), bool)
    stored[3:9, 20:35] = True
    with Image.open(tmp_path / "a.png") as picture:
        turned = Image.fromarray(stored)
        turned.info["exif"] = picture.info.get("exif", b"")
        turned.getexif()[0x0112] = orientation
        expected = np.asarray(ImageOps.exif_transpose(turned))
    mask, said = (
        (expected, expected.shape) if frame == "displayed" else (stored, stored.shape)
    )
    shape = RawRunLengths(
        counts=run_lengths.compress(masks.encode(mask)), height=said[0], width=said[1]
    )
    record = annotated(shape, height=said[0], width=said[1], frame=frame)
    if frame == "by_size" and orientation < 5:
        record = annotated(
            RawRunLengths(
                counts=run_lengths.compress(masks.encode(expected)),
                height=HEIGHT,
                width=WIDTH,
            )
        )
    (row,), drops = ingested(tmp_path, [record])
    assert not drops
    size = row["image_height"], row["image_width"]
    assert size == expected.shape
    assert np.array_equal(
        masks.decode(run_lengths.parse(row["counts"], *size)), expected
    )
