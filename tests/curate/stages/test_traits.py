"""What the pictures of an export tell together: frames of shapes, and the depth of grey."""

from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from PIL import Image
from upath import UPath

from curate.mask_records import RegionMap
from curate.records import Annotation, ImageRecord, Polygons
from tests.curate.stages.ingested import annotated, ingested

WIDTH, HEIGHT = 60, 40  # as stored
SQUARE = Polygons(rings=[[2, 3, 12, 3, 12, 8, 2, 8]])
BOX = (2, 3, 12, 8)

TURNED = {1: BOX, 2: (48, 3, 58, 8), 3: (48, 32, 58, 37), 4: (2, 32, 12, 37)}
"""Where the square of the stored frame is displayed, by orientation."""


def photo(orientation: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = BytesIO()
    Image.new("RGB", size, (orientation * 9, 50, 90)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def record(name: str, turned: bool = False, document: str = "d.json") -> ImageRecord:
    """A record that states the stored size, or the turned one."""
    width, height = (HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT)
    made = annotated(SQUARE, name=name, width=width, height=height)
    return ImageRecord(
        name=name,
        document=document,
        width=width,
        height=height,
        annotations=made.annotations,
    )


def boxes(rows: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    sides = ("x0", "y0", "x1", "y1")
    return {
        row["image_path"]: tuple(row[f"box_{side}"] for side in sides) for row in rows
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for orientation in range(1, 9):
        (tmp_path / f"{orientation}.jpg").write_bytes(photo(orientation))
    return tmp_path


@pytest.mark.parametrize("sibling", [5, 6, 7, 8])
@pytest.mark.parametrize("turned", [False, True])
def test_a_turned_sibling_decides_for_those_that_could_be_either(
    folder: Path, sibling: int, turned: bool
) -> None:
    upright = [record(f"{orientation}.jpg") for orientation in TURNED]
    rows, _ = ingested(folder, [*upright, record(f"{sibling}.jpg", turned)])
    found = boxes(rows)
    for orientation, stored in TURNED.items():
        expected = BOX if turned else stored
        assert found[f"{orientation}.jpg"] == expected
    assert not any("frame_unsure" in row["flags"] for row in rows)


@pytest.mark.parametrize("others", [[], [("5.jpg", False), ("6.jpg", True)]])
def test_without_a_clear_word_it_is_the_displayed_frame_and_flagged(
    folder: Path, others: list[tuple[str, bool]]
) -> None:
    upright = [record(f"{orientation}.jpg") for orientation in TURNED]
    rows, _ = ingested(folder, [*upright, *(record(*each) for each in others)])
    found = boxes(rows)
    unsure = [row["image_path"] for row in rows if "frame_unsure" in row["flags"]]
    assert unsure == ["2.jpg", "3.jpg", "4.jpg"]
    assert all(found[path] == BOX for path in unsure)


@pytest.mark.parametrize("drawn", ["stored", "displayed"])
@pytest.mark.parametrize("orientation", [2, 3, 4])
def test_edges_tell_the_frame_where_nothing_else_does(
    tmp_path: Path, orientation: int, drawn: str
) -> None:
    pixels = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    pixels[3:8, 2:12] = 200  # SQUARE, as it is stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)

    x0, y0, x1, y1 = BOX if drawn == "stored" else TURNED[orientation]
    square = Polygons(rings=[[x0, y0, x1, y0, x1, y1, x0, y1]])
    made = annotated(square, name="a.png", width=WIDTH, height=HEIGHT)
    [row], _ = ingested(tmp_path, [made])
    assert boxes([row]) == {"a.png": TURNED[orientation]}
    assert "frame_unsure" in row["flags"]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_outlines_beyond_a_stated_size_tell_that_it_is_the_other_frames(
    folder: Path, orientation: int, turned: bool
) -> None:
    far = [30, 50, 38, 50, 38, 58, 30, 58]  # of the displayed frame, 40 x 60 px
    if turned:
        far = [50, 30, 58, 30, 58, 38, 50, 38]  # of the stored one
    told = record(f"{orientation}.jpg", turned)
    outline = Annotation(key="far", label="cat", shape=Polygons(rings=[far]))
    told = msgspec.structs.replace(told, annotations=[outline])
    other = record("6.jpg", turned, document=told.document)
    rows, _ = ingested(folder, [told, other])

    found = [row for row in rows if row["image_path"] == "6.jpg"][-1]
    if turned:
        assert boxes([found]) != {"6.jpg": BOX}
    else:
        assert boxes([found]) == {"6.jpg": BOX}
    assert {row["area"] for row in rows} == {64, 50}
    assert all("frame_unsure" in row["flags"] for row in rows)


def test_documents_may_differ(folder: Path) -> None:
    rows, _ = ingested(
        folder,
        [
            record("3.jpg", document="a.json"),
            record("6.jpg", document="a.json"),
            record("4.jpg", document="b.json"),
            record("8.jpg", turned=True, document="b.json"),
        ],
    )
    found = boxes(rows)
    assert (found["3.jpg"], found["4.jpg"]) == (TURNED[3], BOX)


@pytest.mark.parametrize("frame", ["displayed", "stored"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_settings_say_it_outright(
    folder: Path, frame: str, orientation: int
) -> None:
    name = f"{orientation}.jpg"
    both = [record(name), record("6.jpg", turned=True), record("5.jpg")]
    rows, drops = ingested(folder, both[: 1 if orientation > 4 else 3], frame=frame)
    assert not drops
    assert not any("frame_unsure" in row["flags"] for row in rows)
    shown = boxes(rows)[name]
    if frame == "displayed":
        assert shown == BOX
    elif orientation < 5:
        assert shown == TURNED[orientation]
    else:
        assert shown != BOX


def test_masks_tell_the_frame_too(folder: Path) -> None:
    values = np.zeros((HEIGHT, WIDTH), np.uint8)
    values[3:8, 2:12] = 1
    records = []
    for name in ("3", "6"):
        Image.fromarray(values).save(folder / f"{name}.png")
        region_map = RegionMap(
            path=f"{name}.png", pixels="index", labels={1: "cat"}, void=[0]
        )
        records.append(ImageRecord(name=f"{name}.jpg", document="", maps=[region_map]))
    rows, _ = ingested(folder, records)
    assert boxes(rows)["3.jpg"] == TURNED[3]


def test_a_size_of_nothing_says_nothing(folder: Path) -> None:
    made = annotated(SQUARE, name="1.jpg", width=0, height=0)
    (row,), _ = ingested(folder, [made])
    assert row["flags"] == []


def test_grey_has_the_depth_of_its_export(tmp_path: Path) -> None:
    ramp = np.arange(600, dtype=np.uint16).reshape(20, 30)
    for name, values in (
        ("a", ramp * 6),
        ("b", ramp * 6),
        ("dark", ramp),
        ("c", ramp * 100),
        ("d", ramp * 5),
    ):
        Image.fromarray(values).save(tmp_path / f"{name}.png")
    Image.fromarray((ramp // 4).astype(np.uint8)).save(tmp_path / "eight.png")
    rows, _ = ingested(
        tmp_path,
        [
            annotated(SQUARE, name=f"{name}.png")
            for name in ("a", "b", "dark", "c", "d", "eight")
        ],
    )
    assert {row["image_path"]: row["flags"] for row in rows} == {
        "a.png": ["grey_12_bits"],
        "b.png": ["grey_12_bits"],
        "dark.png": ["grey_12_bits"],
        "c.png": [],
        "d.png": ["grey_12_bits"],
        "eight.png": [],
    }


def test_colours_of_16_bits_have_the_depth_of_their_export(tmp_path: Path) -> None:
    ramp = np.arange(600, dtype=np.uint16).reshape(20, 30, 1).repeat(3, axis=2)
    for name, values in (("a", ramp * 6), ("b", ramp * 6), ("dark", ramp)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), values)
    records = [annotated(SQUARE, name=f"{name}.png") for name in ("a", "b", "dark")]
    rows, _ = ingested(tmp_path, records)
    assert [row["flags"] for row in rows] == [["grey_12_bits"]] * 3


@pytest.mark.parametrize("kind", ["frames by size", "frames by mask", "depth"])
def test_pictures_at_a_url_are_looked_at_too(folder: Path, kind: str) -> None:
    ramp = np.arange(600, dtype=np.uint16).reshape(20, 30)
    Image.fromarray(ramp * 6).save(folder / "a.png")
    Image.fromarray(ramp).save(folder / "dark.png")
    Image.new("L", (WIDTH, HEIGHT), 1).save(folder / "mask.png")
    root = UPath(f"memory://traits-{kind.replace(' ', '-')}")
    root.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        (root / file.name).write_bytes(file.read_bytes())

    if kind == "depth":
        rows, _ = ingested(
            root, [annotated(SQUARE, name=f"{n}.png") for n in ("a", "dark")]
        )
        assert [row["flags"] for row in rows] == [["grey_12_bits"]] * 2
        return
    sibling = record("6.jpg")
    if kind == "frames by mask":
        region_map = RegionMap(path="mask.png", pixels="index", labels={1: "cat"})
        sibling = ImageRecord(name="6.jpg", document="d.json", maps=[region_map])
    rows, _ = ingested(root, [record("3.jpg"), sibling])
    assert boxes(rows)["3.jpg"] == TURNED[3]


def test_a_photo_without_its_end_mark_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(photo(1)[:-2])
    (row,), drops = ingested(tmp_path, [annotated(SQUARE, name="a.jpg")])
    assert not drops
    assert row["flags"] == ["ends_early"]
