"""Ingest: rows with all that is known of an object, limits, mask files, files of a URL."""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from upath import UPath

from curate.drops import object_id
from curate.mask_records import RegionMap
from curate.pixels import masks, run_lengths
from curate.records import Annotation, Polygons
from curate.stages import ingest
from tests.curate.stages.ingested import (
    HEIGHT,
    SQUARE,
    WIDTH,
    annotated,
    ingested,
    png,
)


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
        ["much_unlabelled"],  # one object of 96 px in a full scene
    )
    mask = masks.decode(run_lengths.parse(row["counts"], HEIGHT, WIDTH))
    assert (mask.sum(), mask[5, 5], mask[7, 7]) == (96, True, False)
    assert row["image_file"] == str(folder / "a.png")


def test_each_annotation_of_a_missing_image_has_a_drop_by_which_it_is_traced(
    folder: Path,
) -> None:
    lost = [Annotation(key=key, label="cat", shape=SQUARE) for key in ("7", "8")]
    rows, drops = ingested(folder, [annotated(name="gone.png", annotations=lost)])
    assert not rows
    ids = [object_id("e", "gone.png", key) for key in ("7", "8")]
    assert [(drop["object_id"], drop["count"]) for drop in drops] == [
        (each, 1) for each in ids
    ]


def test_mask_files_become_objects_or_are_lost_with_their_image(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:8, 3:9], mask[20:25, 20:30], mask[10, 10] = 1, 2, 9
    (tmp_path / "a.png").write_bytes(png())
    Image.fromarray(mask).save(tmp_path / "mask.png")
    Image.fromarray(mask[:10]).save(tmp_path / "small.png")
    (tmp_path / "broken.png").write_bytes(b"?")
    (tmp_path / "link.png").symlink_to("/etc/hostname")
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
