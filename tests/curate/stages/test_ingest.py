"""Ingest: every annotation becomes a row or a drop with its reason, in the displayed frame."""

import hashlib
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from upath import UPath

from curate import ledger
from curate.exports.export import Export
from curate.exports.files import list_files
from curate.limits import Limits
from curate.pixels import masks, run_lengths
from curate.reasons import Reason
from curate.records import (
    Annotation,
    Bitmap,
    Compound,
    Drop,
    Flag,
    ImageRecord,
    Polygons,
    RawRunLengths,
    RegionMap,
    object_id,
)
from curate.settings import ExportSettings
from curate.stages import ingest

WIDTH, HEIGHT = 40, 30
SQUARE = Polygons(rings=[[4, 4, 14, 4, 14, 14, 4, 14]])
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


def stated(**others: Any) -> ExportSettings:
    known = {
        "name": "e",
        "path": "x",
        "format": "coco",
        "customer": "c",
        "domain": "d",
        "licence": "CC0-1.0",
    }
    return ExportSettings(**(known | others))


def png(width: int = WIDTH, height: int = HEIGHT, colour: int = 90) -> bytes:
    file = BytesIO()
    Image.new("L", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def ingested(
    root: Path | UPath,
    records: Iterable[ImageRecord | Drop],
    limits: Limits | None = None,
    **others: Any,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows and drops; that they reconcile is checked."""
    limits = limits or Limits()
    export = Export("e", list_files(UPath(root), limits), limits)
    found = list(ingest.plan(export, records, ingest.keep_in(UPath(root) / "kept")))
    assert ingest.decode_batch(ingest.encode_batch(found)) == found or "nan" in repr(
        found
    )
    made = ingest.ingest_part(found, stated(**others), export.files.root, limits)
    assert made.segments.schema == ingest.ADDS
    assert not made.faults
    report = ledger.count(made.seen, made.segments, made.drops)
    ledger.check(report)
    assert (report.came_in, report.out) == (made.seen["e"], len(made.segments))
    return made.segments.to_pylist(), made.drops.to_pylist()


def annotated(*shapes: Any, name: str = "a.png", **others: Any) -> ImageRecord:
    annotations = [
        Annotation(key=f"{number}", label="cat", shape=shape)
        for number, shape in enumerate(shapes)
    ]
    return ImageRecord(
        name=name, document="d.json", **({"annotations": annotations} | others)
    )


def reasons(drops: list[dict[str, Any]]) -> dict[str, int | None]:
    return {drop["reason"]: drop["count"] for drop in drops}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("export")
    (root / "a.png").write_bytes(png())
    return root


def test_a_row_says_all_of_an_object(folder: Path) -> None:
    hole = Polygons(rings=SQUARE.rings, holes=[[6, 6, 8, 6, 8, 8, 6, 8]])
    annotation = Annotation(key="7", label="cät", shape=hole, attributes={"pose": "up"})
    (row,), drops = ingested(
        folder, [annotated(annotations=[annotation], video="v1")], scene="full"
    )
    assert not drops
    identity = hashlib.sha256(b"e\0a.png\0007").hexdigest()[:32]
    assert row["object_id"] == identity == object_id("e", "a.png", "7")
    assert row["image_id"] == hashlib.sha256(png()).hexdigest()[:32]
    assert (row["label"], row["annotation_key"], row["object_source"]) == (
        "cät",
        "7",
        "instance",
    )
    assert (row["image_width"], row["image_height"], row["area"], row["scene"]) == (
        WIDTH,
        HEIGHT,
        96,
        "full",
    )
    assert [row[f"box_{side}"] for side in ("x0", "y0", "x1", "y1")] == [4, 4, 14, 14]
    assert (row["attributes"], row["video"], row["flags"]) == (
        [("pose", "up")],
        "v1",
        [],
    )
    mask = masks.decode(run_lengths.parse(row["counts"], HEIGHT, WIDTH))
    assert (mask.sum(), mask[5, 5], mask[7, 7]) == (96, True, False)
    assert row["image_file"] == str(folder / "a.png")


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


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (None, Reason.NO_MASK),
        (Polygons(rings=[]), Reason.NO_MASK),
        (Polygons(rings=[[1, 2, 3, 4]]), Reason.BAD_POLYGON),
        (Polygons(rings=[[1, 2, 3, 4, float("inf"), 6]]), Reason.BAD_POLYGON),
        (Polygons(rings=[[1, 1, 5, 5, 9, 9]]), Reason.EMPTY_MASK),
        (Polygons(rings=[[90, 90, 95, 90, 95, 95]]), Reason.OUTSIDE_IMAGE),
        (Polygons(rings=[[-1e9, -1e9, 1e9, -1e9, 1e9, 1e9]]), Reason.OVER_LIMIT),
        (
            RawRunLengths(counts=[5, 10**30], height=HEIGHT, width=WIDTH),
            Reason.BAD_RUN_LENGTHS,
        ),
        (RawRunLengths(counts=[1200], height=HEIGHT, width=WIDTH), Reason.EMPTY_MASK),
        (
            RawRunLengths(counts=[0, 1200], height=WIDTH, width=HEIGHT),
            Reason.MASK_SIZE_MISMATCH,
        ),
        (
            RawRunLengths(counts=[0, 1200], height="x" * 9999, width=None),
            Reason.MASK_SIZE_MISMATCH,
        ),
        (Bitmap(data=b"no picture"), Reason.BAD_BITMAP),
        (Bitmap(data=png(5000, 5000)), Reason.BAD_BITMAP),
        (Bitmap(data=png(4, 4), x=100, y=0), Reason.OUTSIDE_IMAGE),
        (
            Compound(pieces=[Polygons(rings=[[1, 2]]), Bitmap(data=b"")]),
            Reason.BAD_POLYGON,
        ),
        (Compound(pieces=[]), Reason.NO_MASK),
    ],
)
def test_a_bad_shape_costs_itself(folder: Path, shape: Any, reason: Reason) -> None:
    rows, drops = ingested(
        folder, [annotated(SQUARE, shape)], Limits(image_pixels=10_000_000)
    )
    assert [row["annotation_key"] for row in rows] == ["0"]
    assert reasons(drops) == {reason.value: 1}


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
        (100, ["partial"]),
        (84, ["partial"]),
    ]


def test_an_object_at_the_edge_says_so(folder: Path) -> None:
    rows, _ = ingested(
        folder, [annotated(Polygons(rings=[[-5, 4, 14, 4, 14, 14, -5, 14]]), SQUARE)]
    )
    assert [row["flags"] for row in rows] == [["touches_edge"], []]


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


def test_an_image_that_cannot_be_had_costs_its_annotations(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "broken.png").write_bytes(b"<html>")
    (tmp_path / "cut.png").write_bytes(png()[:-30])
    records = [
        annotated(SQUARE, SQUARE, name=name)
        for name in ("a.png", "broken.png", "cut.png", "gone.png", "/a.png")
    ]
    rows, drops = ingested(tmp_path, [*records, annotated(name="nothing.png")])
    assert len(rows) == 2
    assert [(drop["image_path"], drop["reason"], drop["count"]) for drop in drops] == [
        ("broken.png", "undecodable_image", 2),
        ("cut.png", "truncated_image", 2),
        ("gone.png", "missing_image", 2),
        ("/a.png", "path_escape", 2),
        ("nothing.png", "missing_image", 0),
    ]


def test_what_kills_the_child_costs_its_image(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "huge.png").write_bytes(png(10_900, 11_000))
    records = [
        annotated(SQUARE, name=name) for name in ("a.png", "huge.png", "./a.png")
    ]
    rows, drops = ingested(tmp_path, records[:2], Limits(child_bytes=100_000_000))
    assert (len(rows), reasons(drops)) == (1, {"image_bomb": 1})
    rows, drops = ingested(tmp_path, records[:2], Limits(child_seconds=0.1))
    assert (len(rows), reasons(drops)) == (1, {"undecodable_image": 1})
    rows, drops = ingested(tmp_path, records[:2], Limits(image_pixels=1_000_000))
    assert (len(rows), reasons(drops)) == (1, {"image_bomb": 1})


def test_a_file_over_the_limit_costs_its_image(folder: Path) -> None:
    assert reasons(ingested(folder, [annotated(SQUARE)], Limits(file_bytes=10))[1]) == {
        "over_limit": 1
    }


def test_a_key_stands_once_in_an_image(folder: Path) -> None:
    records = [
        annotated(SQUARE, SQUARE),
        annotated(SQUARE, name="./a.png"),
        annotated(SQUARE, name="a.png"),
    ]
    rows, drops = ingested(folder, records)
    assert [row["annotation_key"] for row in rows] == ["0", "1"]
    assert [(drop["reason"], drop["annotation_key"]) for drop in drops] == [
        ("duplicate_annotation", "0")
    ] * 2


def test_mask_files_become_objects_or_are_lost_with_their_image(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:8, 3:9], mask[20:25, 20:30], mask[10, 10] = 1, 2, 9
    (tmp_path / "a.png").write_bytes(png())
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray(mask[:10]).save(tmp_path / "small.png")
    (tmp_path / "broken.png").write_bytes(b"?")
    (tmp_path / "link.png").symlink_to(tmp_path / "mask.png")
    paths = (
        "mask.png",
        "mask.png",
        "small.png",
        "broken.png",
        "gone.png",
        "link.png",
        "../x.png",
        "/x.png",
    )
    maps = [
        RegionMap(
            path=path, pixels="index", labels={1: "cat", 2: "dog"}, background=[0]
        )
        for path in paths
    ]
    rows, drops = ingested(tmp_path, [annotated(maps=maps)])
    assert [(row["label"], row["area"], row["annotation_key"]) for row in rows] == [
        ("cat", 36, "mask.png#cat@3,2"),
        ("dog", 50, "mask.png#dog@20,20"),
    ]
    assert {
        (drop["reason"], drop["annotation_key"], drop["count"]) for drop in drops
    } == {
        ("duplicate_annotation", "mask.png", None),
        ("mask_size_mismatch", "small.png", None),
        ("undecodable_mask", "broken.png", None),
        ("missing_mask", "gone.png", None),
        ("path_escape", "link.png", None),
        ("path_escape", "../x.png", None),
        ("path_escape", "/x.png", None),
        ("unknown_class", "mask.png#9@10,10", 1),
    }
    _, drops = ingested(tmp_path, [annotated(name="gone.png", maps=maps[:1])])
    assert [(drop["reason"], drop["count"]) for drop in drops] == [
        ("missing_image", None)
    ]


def test_what_no_file_can_hold_is_replaced_and_said(folder: Path) -> None:
    odd = Annotation(
        key="k\ud800",
        label="c\udfffat",
        shape=SQUARE,
        attributes={"a\ud800": "b\ud800"},
    )
    long = Annotation(key="k" * 5000, label="cat", shape=SQUARE)
    wide = Annotation(key="2", label="x" * 1001, shape=SQUARE)
    lost = Drop(
        reason=Reason.UNKNOWN_CLASS,
        detail="\ud800",
        export="e",
        annotation_key="\ud800",
    )
    records = [
        annotated(annotations=[odd, long, wide]),
        annotated(SQUARE, name="\ud800" * 3000),
        lost,
    ]
    rows, drops = ingested(folder, records)
    assert [(row["label"], row["annotation_key"], row["flags"]) for row in rows] == [
        ("c\ufffdat", "k\ufffd", ["replaced_characters"])
    ]
    assert [drop["reason"] for drop in drops] == [
        "over_limit",
        "over_limit",
        "missing_image",
        "unknown_class",
    ]
    assert max(len(drop["detail"]) for drop in drops) <= 1001


def test_an_embedded_picture_is_used_where_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(colour=1))
    rows, _ = ingested(
        tmp_path,
        [
            annotated(SQUARE, name=name, embedded=png(colour=2))
            for name in ("a.png", "b.png")
        ],
    )
    assert [row["flags"] for row in rows] == [[], [Flag.EMBEDDED_IMAGE.value]]
    assert Path(rows[1]["image_file"]).read_bytes() == png(colour=2)
    _, drops = ingested(tmp_path, [annotated(SQUARE, name="/b.png", embedded=png())])
    assert reasons(drops) == {"path_escape": 1}


def test_pictures_and_masks_of_a_url_are_read_outside_the_child() -> None:
    root = UPath("memory://remote-export")
    root.mkdir()
    (root / "a.png").write_bytes(png())
    (root / "mask.png").write_bytes(png(colour=3))
    maps = [RegionMap(path="mask.png", pixels="index", labels={3: "sky"})]
    rows, drops = ingested(root, [annotated(SQUARE, maps=maps)])
    assert not drops
    assert [(row["label"], row["area"]) for row in rows] == [
        ("cat", 100),
        ("sky", WIDTH * HEIGHT),
    ]


def test_an_empty_part_has_its_columns(folder: Path) -> None:
    assert ingested(folder, []) == ([], [])
    assert pa.types.is_map(ingest.ADDS.field("attributes").type)
