"""The same annotation twice is found by picture, class and shape, and never by its id."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curate.mask_records import RegionMap
from curate.records import Annotation, Compound, ImageRecord, Polygons
from tests.curate.stages.ingested import (
    HEIGHT,
    OTHER,
    SQUARE,
    WIDTH,
    annotated,
    ingested,
    png,
    reasons,
)

CLOSED = Polygons(rings=[[14.0, 4.0, 14.0, 14.0, 4.0, 14.0, 4.0, 4.0, 14.0, 4.0]])
FLOATS = Polygons(rings=[[4.0, 4.0, 14.0, 4.0, 14.0, 14.0, 4.0, 14.0]])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.png").write_bytes(png())
    return tmp_path


def record(*annotations: Annotation, **others: Any) -> ImageRecord:
    return annotated(annotations=list(annotations), **others)


def cat(key: str, shape: Any, label: str = "cat") -> Annotation:
    return Annotation(key=key, label=label, shape=shape)


def keys(rows: list[dict[str, Any]]) -> list[str]:
    return [row["annotation_key"] for row in rows]


@pytest.mark.parametrize("again", [SQUARE, FLOATS, CLOSED, Compound(pieces=[SQUARE])])
def test_a_shape_counts_once_however_it_is_written(folder: Path, again: Any) -> None:
    rows, drops = ingested(folder, [record(cat("1", SQUARE), cat("2", again))])
    assert keys(rows) == ["1"]
    assert [(drop["reason"], drop["annotation_key"]) for drop in drops] == [
        ("duplicate_annotation", "2")
    ]


@pytest.mark.parametrize(
    "second",
    [
        {"document": "train.json"},
        {"document": "all.json"},
        {"document": "all.json", "name": "./a.png"},
    ],
)
def test_another_record_of_the_picture_brings_only_what_is_new(
    folder: Path, second: dict[str, str]
) -> None:
    first = record(cat("1", SQUARE), cat("2", SQUARE, "dog"))
    again = ImageRecord(
        **({"name": "a.png"} | second),
        annotations=[cat("1", FLOATS), cat("5", OTHER)],
    )
    rows, drops = ingested(folder, [first, again])
    assert keys(rows) == ["1", "2", "5"]
    assert reasons(drops) == {"duplicate_annotation": 1}


def test_one_id_for_all_costs_nothing(folder: Path) -> None:
    shapes = [cat("0", SQUARE), cat("0", OTHER), cat("0", SQUARE, "dog")]
    rows, drops = ingested(folder, [record(*shapes)])
    assert not drops
    assert len({row["object_id"] for row in rows}) == 3
    assert all(key.startswith("0~") for key in keys(rows))

    again, _ = ingested(folder, [record(*reversed(shapes))])
    assert {row["object_id"] for row in again} == {row["object_id"] for row in rows}


def test_an_id_of_an_earlier_record_may_come_again(folder: Path) -> None:
    rows, drops = ingested(
        folder, [record(cat("0", SQUARE)), record(cat("0", OTHER), name="./a.png")]
    )
    assert not drops
    first, second = keys(rows)
    assert first == "0"
    assert second.startswith("0~")


def test_what_has_no_mask_is_no_repetition(folder: Path) -> None:
    boxes = [Annotation(key="0", label="cat"), Annotation(key="0", label="cat")]
    rows, drops = ingested(folder, [record(*boxes, cat("0", SQUARE))])
    assert keys(rows) == ["0"]
    assert [drop["reason"] for drop in drops] == ["no_mask", "no_mask"]


def test_the_image_is_the_outer_reason(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"<html>")
    _, drops = ingested(tmp_path, [record(cat("1", SQUARE)), record(cat("1", SQUARE))])
    assert [drop["reason"] for drop in drops] == ["undecodable_image"] * 2


def test_a_copy_of_a_mask_file_brings_nothing(folder: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:8, 3:9], mask[20:25, 20:30] = 1, 2
    Image.fromarray(mask).save(folder / "mask.png")
    mask[15:17] = 1
    Image.fromarray(mask).save(folder / "copy.png", compress_level=0)
    maps = [
        RegionMap(path=path, pixels="index", labels={1: "cat", 2: "dog"})
        for path in ("mask.png", "copy.png")
    ]
    rows, drops = ingested(folder, [annotated(maps=maps)])
    assert keys(rows) == [
        "mask.png#cat@3,2",
        "mask.png#dog@20,20",
        "copy.png#cat@0,15",
    ]
    duplicates = [each for each in drops if each["reason"] == "duplicate_annotation"]
    assert [drop["count"] for drop in duplicates] == [1, 1]


@pytest.mark.parametrize("name", ["a (1).png", "a - Copy.png", "Copy of a.png"])
def test_a_copy_of_a_picture_is_that_picture(folder: Path, name: str) -> None:
    (folder / name).write_bytes(png())
    annotations = [cat("1", SQUARE), cat("2", OTHER)]
    copied = ImageRecord(name=name, document="b.json", annotations=annotations)
    rows, drops = ingested(folder, [copied, record(cat("1", FLOATS))])
    assert {row["image_path"] for row in rows} == {"a.png"}
    assert keys(rows) == ["1", "2"]
    assert reasons(drops) == {"duplicate_annotation": 1}

    (folder / name).write_bytes(png(colour=91))  # called a copy, and none
    rows, drops = ingested(folder, [copied, record(cat("1", FLOATS))])
    assert {row["image_path"] for row in rows} == {name, "a.png"}
    assert not drops


def test_the_mask_of_a_copy_is_the_mask_of_its_picture(folder: Path) -> None:
    (folder / "a (1).png").write_bytes(png())
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[2:8, 3:9] = 1
    records = []
    for ending in (" (1)", ""):
        Image.fromarray(mask).save(folder / f"mask{ending}.png")
        region_map = RegionMap(
            path=f"mask{ending}.png", pixels="index", labels={1: "cat"}, void=[0]
        )
        records.append(annotated(name=f"a{ending}.png", maps=[region_map]))
    rows, drops = ingested(folder, records)
    assert keys(rows) == ["mask (1).png#cat@3,2"]
    assert reasons(drops) == {"duplicate_annotation": None}
