"""Segment: what is written and printed for a box.

A stand-in for the model fills the left half of each box.
"""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco

from model.predict import Answer
from tests.pipelines.small_project import Verb


class LeftHalf:
    """Answers each box with its left half."""

    def segment_with_confidence(
        self, image: NDArray[np.uint8], boxes: list[tuple[int, int, int, int]]
    ) -> list[Answer]:
        found = []
        for x0, y0, x1, y1 in boxes:
            mask = np.zeros(image.shape[:2], bool)
            mask[y0:y1, x0 : (x0 + x1) // 2] = True
            found.append(Answer(mask, 0.4567))
        return found


@pytest.fixture
def picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A grey picture of 60 x 40 px, and the stand-in."""
    monkeypatch.setattr("model.predict.Segmenter.load", lambda _: LeftHalf())
    Image.new("L", (60, 40), 128).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_a_box_gives_mask_overlay_run_lengths_and_outline(
    picture: Path, verb: Verb
) -> None:
    mask, overlay = picture.with_name("mask.png"), picture.with_name("overlay.png")
    outcome = verb(
        "segment",
        picture,
        "--box",
        "10,5,30,25",
        "-o",
        mask,
        "--overlay",
        overlay,
        "--rle",
        "--polygon",
        "--polygons",
    )
    assert outcome.code == 0, outcome.err
    with Image.open(mask) as written:
        assert (written.mode, written.size) == ("1", (60, 40))
        assert np.asarray(written).sum() == 200
    with Image.open(overlay) as drawn:
        assert drawn.size == (60, 40)
    printed = msgspec.json.decode(outcome.out)
    assert printed["area"] == coco.area(printed["segmentation"]) == 200
    assert coco.area(coco.merge(coco.frPyObjects(printed["polygon"], 40, 60))) == 200
    (corners,) = printed["polygons"]
    assert len(corners) == 8
    assert coco.area(coco.merge(coco.frPyObjects([corners], 40, 60))) == 200
    plain = msgspec.json.decode(
        verb("segment", picture, "--box", "10,5,30,25", "--json").out
    )
    assert plain == {"box": [10, 5, 30, 25], "area": 200, "expected_iou": 0.457}


def test_several_boxes_make_one_mask_and_a_list(picture: Path, verb: Verb) -> None:
    mask = picture.with_name("mask.png")
    outcome = verb(
        "segment",
        picture,
        "--box",
        "0,0,10,10",
        "--box",
        "40,20,60,40",
        "-o",
        mask,
        "--rle",
    )
    assert [each["area"] for each in msgspec.json.decode(outcome.out)] == [50, 200]
    with Image.open(mask) as written:
        assert np.asarray(written).sum() == 250


def test_what_cannot_be_segmented(picture: Path, verb: Verb) -> None:
    mask = picture.with_name("mask.png")
    for words, said in (
        ([picture, "--box", "1,2,3", "-o", mask], "four numbers"),
        ([picture, "--box", "a,b,c,d", "-o", mask], "four numbers"),
        ([picture, "--box", "0,0,9,9"], "nothing to write"),
        ([picture, "--box", "0,0,9,9", "-o", mask.with_suffix(".jpg")], "ends in .png"),
        ([picture.with_name("none.png"), "--box", "0,0,9,9", "-o", mask], "none.png"),
    ):
        outcome = verb("segment", *words)
        assert outcome.code == 2
        assert said in outcome.err
    picture.write_bytes(b"<html>no picture</html>")
    outcome = verb("segment", picture, "--box", "0,0,9,9", "-o", mask)
    assert outcome.code == 2
    assert "photo.png" in outcome.err
    assert not mask.exists()
