"""Annotations of no class, of no picture, or of no mask that can be drawn."""

import base64
import io
import json
from pathlib import Path
from typing import Any

from PIL import Image

from curate.reasons import Reason
from tests.curate.stages.bad_input.case import (
    ALL,
    HEIGHT,
    OTHER,
    SQUARE,
    WIDTH,
    BadInput,
    Change,
    another_annotation,
    coco_document,
    dog,
    dogs_label,
    dogs_picture,
    lost_picture,
    with_document,
)

_NAN = float("nan")
_INFINITY = float("inf")
_NUMBERS: tuple[Any, ...] = (_NAN, _INFINITY, -_INFINITY, "1e400", None, "ten", [], {})
_PIXELS = HEIGHT * WIDTH


def _ring(number: Any) -> list[list[Any]]:
    """The square with one bad number."""
    return [[10, 10, 30, 10, number, 30, 10, 30]]


def _runs(counts: Any, height: Any = HEIGHT, width: Any = WIDTH) -> Change:
    return dog(segmentation={"counts": counts, "size": [height, width]})


def _again(**values: Any) -> Change:
    """The dog comes twice; the second time it says something else besides."""

    def change(root: Path) -> None:
        document = coco_document(root)
        document["annotations"].append(document["annotations"][1] | values)
        with_document(root, document)

    return change


def _in_another_document(root: Path) -> None:
    document = coco_document(root)
    document["annotations"] = [document["annotations"][1] | {"id": 77}]
    (root / "train.json").write_text(json.dumps(document))


def _shape(**values: Any) -> Change:
    """The dog's shape says something else."""

    def change(root: Path) -> None:
        file = root / "bad.json"
        document = json.loads(file.read_text())
        document["shapes"][0] |= values
        file.write_text(json.dumps(document))

    return change


def _bitmap(data: bytes, side: int = 20) -> Change:
    mask = base64.b64encode(data).decode()
    corners = [[10, 10], [9 + side, 9 + side]]
    return _shape(shape_type="mask", mask=mask, points=corners)


def _png(side: int) -> bytes:
    file = io.BytesIO()
    Image.new("1", (side, side), 1).save(file, "PNG")
    return file.getvalue()


def _of_two_bad_parts(root: Path) -> None:
    """One object of a polygon of two points and of one with NaN."""
    file = root / "bad.json"
    document = json.loads(file.read_text())
    shape, bird = document["shapes"]
    first = shape | {"group_id": 1, "points": [[1, 1], [2, 2]]}
    second = shape | {"group_id": 1, "points": [[1, 1], [float("nan"), 2], [3, 3]]}
    document["shapes"] = [first, second, bird]
    file.write_text(json.dumps(document))


def _bad_and_missing(root: Path) -> None:
    """Two reasons fit: that of the picture wins over that of the polygon."""
    dogs_picture("x.png")(root)
    dog(segmentation=[[1, 2]])(root)


def _without_annotations(root: Path) -> None:
    with_document(root, coco_document(root) | {"annotations": []})


_DOG_IS_LOST: tuple[tuple[str, Change, Reason], ...] = (
    ("an unknown class", dog(category_id=9), Reason.UNKNOWN_CLASS),
    ("no class", dog(category_id=None), Reason.UNKNOWN_CLASS),
    ("an unknown image", dog(image_id=9), Reason.UNKNOWN_IMAGE),
    ("no image", dog(image_id=None), Reason.UNKNOWN_IMAGE),
    ("runs that are too short", _runs([5, 5]), Reason.BAD_RUN_LENGTHS),
    ("runs that are too long", _runs([0, 10**30]), Reason.BAD_RUN_LENGTHS),
    ("negative runs", _runs([-5, _PIXELS + 5]), Reason.BAD_RUN_LENGTHS),
    ("runs with a fraction", _runs([0.5, _PIXELS - 0.5]), Reason.BAD_RUN_LENGTHS),
    ("runs that are no number", _runs([_NAN, 5]), Reason.BAD_RUN_LENGTHS),
    ("runs that are garbage", _runs("?\x01~~{{zz"), Reason.BAD_RUN_LENGTHS),
    ("runs that are a number", _runs(7), Reason.BAD_RUN_LENGTHS),
    ("runs without a px", _runs([_PIXELS]), Reason.EMPTY_MASK),
    ("runs of another size", _runs([0, 900], 30, 30), Reason.MASK_SIZE_MISMATCH),
    ("runs of no size", _runs([0, 900], "x" * 9999, None), Reason.BAD_RUN_LENGTHS),
    (
        "runs of an endless size",
        _runs([0, 10**18], 10**9, 10**9),
        Reason.MASK_SIZE_MISMATCH,
    ),
    ("no polygon", dog(segmentation=[]), Reason.NO_MASK),
    ("an empty polygon", dog(segmentation=[[]]), Reason.NO_MASK),
    ("null for a polygon", dog(segmentation=None), Reason.NO_MASK),
    ("a box that says so", dog(isbbox=True), Reason.NO_MASK),
    ("two points", dog(segmentation=[[1, 1, 5, 5]]), Reason.BAD_POLYGON),
    (
        "an odd number of numbers",
        dog(segmentation=[[1, 1, 5, 5, 9, 5, 1]]),
        Reason.BAD_POLYGON,
    ),
    ("a line", dog(segmentation=[[1, 1, 5, 5, 9, 9]]), Reason.EMPTY_MASK),
    (
        "a polygon outside",
        dog(segmentation=[[90, 90, 95, 90, 95, 95]]),
        Reason.OUTSIDE_IMAGE,
    ),
    (
        "a polygon of a million px",
        dog(segmentation=[[-1e9, -1e9, 1e9, -1e9, 1e9, 1e9]]),
        Reason.OVER_LIMIT,
    ),
    (
        "a polygon of a million points",
        dog(segmentation=[[1, 1, 9, 1, 9, 9] * 333_400]),
        Reason.OVER_LIMIT,
    ),
    ("a crowd", dog(iscrowd=1), Reason.CROWD),
    ("a deleted annotation", dog(deleted=True), Reason.DELETED),
    ("a label of 1,001 characters", dogs_label("x" * 1001), Reason.OVER_LIMIT),
    *(
        (
            f"a polygon with {number!r}",
            dog(segmentation=_ring(number)),
            Reason.BAD_POLYGON,
        )
        for number in _NUMBERS
    ),
)
_SHAPE_IS_LOST: tuple[tuple[str, Change, Reason], ...] = (
    ("a bitmap that is none", _bitmap(b"no picture"), Reason.BAD_BITMAP),
    ("a bitmap that is cut", _bitmap(_png(20)[:-30]), Reason.BAD_BITMAP),
    ("a bitmap that is a bomb", _bitmap(_png(12_000), 12_000), Reason.BAD_BITMAP),
    (
        "a bitmap outside",
        _shape(
            shape_type="mask",
            mask=base64.b64encode(_png(20)).decode(),
            points=[[100, 10], [119, 29]],
        ),
        Reason.OUTSIDE_IMAGE,
    ),
    ("a bitmap that is no text", _shape(shape_type="mask", mask=3), Reason.BAD_BITMAP),
    ("two bad parts", _of_two_bad_parts, Reason.BAD_POLYGON),
    ("a point", _shape(shape_type="point", points=[[1, 1]]), Reason.NO_MASK),
    ("a line", _shape(shape_type="line", points=[[1, 1], [9, 9]]), Reason.NO_MASK),
    ("a box", _shape(shape_type="rectangle", points=[[1, 1], [9, 9]]), Reason.NO_MASK),
)
_LABELS = (
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "../../x",
    "{{ 7*7 }}",
    "a\x00\x1b[31mb\r\nc",
    "‮gnp.\u200b\ufeff",
    "شجرة 猫 🐈 дерево",
    "nan",
    "x" * 1000,
)

CASES = [
    *(BadInput(what, change, {reason: 1}) for what, change, reason in _DOG_IS_LOST),
    *(
        BadInput(what, change, {reason: 1}, format="labelme")
        for what, change, reason in _SHAPE_IS_LOST
    ),
    BadInput(
        "the same annotation twice",
        _again(),
        {Reason.DUPLICATE_ANNOTATION: 1},
        survivors=ALL,
    ),
    BadInput(
        "the same annotation under another id",
        _again(id=77),
        {Reason.DUPLICATE_ANNOTATION: 1},
        survivors=ALL,
    ),
    BadInput(
        "the same annotation in another document",
        _in_another_document,
        {Reason.DUPLICATE_ANNOTATION: 1},
        survivors=ALL,
    ),
    BadInput(
        "an id twice, of two annotations",
        _again(segmentation=OTHER),
        {},
        survivors=(*ALL, "dog"),
    ),
    BadInput(
        "a polygon of good and bad parts",
        dog(segmentation=[*SQUARE, [1, 2], [1, _NAN, 3, 3, 1, 3]]),
        {},
        survivors=ALL,
        flags=("partial",),
    ),
    BadInput(
        "a size of the picture's proportions",
        dogs_picture("bad.png", width=2 * WIDTH, height=2 * HEIGHT),
        {},
        survivors=ALL,
        flags=("scaled_mask",),
    ),
    BadInput(
        "a lone surrogate in a label",
        dogs_label("d\ud800g"),
        {},
        survivors=("bird", "cat", "d\ufffdg"),
        flags=("replaced_characters",),
    ),
    *(
        BadInput(
            f"the label {label[:20]!r}",
            dogs_label(label),
            {},
            survivors=("bird", "cat", label),
        )
        for label in _LABELS
    ),
    *(
        BadInput(
            f"the annotation {value!r}",
            another_annotation(value),
            {Reason.MALFORMED_FILE: 1},
            survivors=ALL,
        )
        for value in (None, [1], "dog", 3)
    ),
    lost_picture(
        "a size of other proportions",
        dogs_picture("bad.png", width=500),
        Reason.MASK_SIZE_MISMATCH,
    ),
    lost_picture(
        "a bad polygon on a missing picture", _bad_and_missing, Reason.MISSING_IMAGE
    ),
    BadInput("nothing annotated", _without_annotations, {}, survivors=()),
]
