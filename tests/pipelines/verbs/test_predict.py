"""Predict: each box of a COCO document gets a mask, or is named with its reason.

A stand-in for the model fills the left half of each box.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from PIL import Image
from pycocotools.coco import COCO

from curate.pixels.images import Pixels
from curate.records import Box
from model.drawn_box import checked_box
from model.predict import WindowAnswer
from tests.curate.formats.coco_exports import read
from tests.pipelines.small_project import Verb

BOX = [10, 5, 20, 30]
LEFT_HALF = (10, 5, 20, 35)
CATEGORIES = [{"id": 7, "name": "cat", "supercategory": "animal"}]


class LeftHalf:
    """Answers each box with its left half, in the window that is the box."""

    def answer_windows(
        self, images: list[Pixels], boxes: list[Any]
    ) -> list[WindowAnswer]:
        found = []
        for image, corners in zip(images, boxes, strict=True):
            height, width, _ = image.shape
            box = checked_box(corners, width, height)
            mask = np.zeros((box.y1 - box.y0, box.x1 - box.x0), bool)
            mask[:, : mask.shape[1] // 2] = True
            found.append(WindowAnswer(mask, Box(*box), 0.4567))
        return found


class Boxes:
    """A folder of images, and a COCO document about them."""

    def __init__(self, folder: Path, verb: Verb) -> None:
        self.folder = folder
        self.out = folder / "masks.json"
        self.verb = verb
        (folder / "images").mkdir()
        self.document: dict[str, Any] = {
            "info": {"year": 2024},
            "images": [],
            "annotations": [],
            "categories": CATEGORIES,
        }

    def add_image(self, name: str, **more: object) -> int:
        Image.new("RGB", (60, 40), "grey").save(self.folder / "images" / name)
        number = len(self.document["images"]) + 100
        self.document["images"].append({"id": number, "file_name": name} | more)
        return number

    def add(self, image: object, bbox: object = BOX, **more: object) -> None:
        number = len(self.document["annotations"]) + 1
        entry = {"id": number, "image_id": image, "category_id": 7, "bbox": bbox}
        self.document["annotations"].append(entry | more)

    def predict(self, *words: str) -> dict[str, Any]:
        path = self.folder / "boxes.json"
        # NaN and Infinity are bare words, as Python's users write them.
        path.write_text(json.dumps(self.document))
        places = ("--images", self.folder / "images", "--out", self.out)
        outcome = self.verb("predict", "base", path, *places, *words)
        assert outcome.code == 0, outcome.err
        written: dict[str, Any] = msgspec.json.decode(self.out.read_bytes())
        return written


@pytest.fixture
def boxes(tmp_path: Path, verb: Verb, monkeypatch: pytest.MonkeyPatch) -> Boxes:
    monkeypatch.setattr("model.predict.Segmenter.load", lambda _: LeftHalf())
    return Boxes(tmp_path, verb)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("form", ["run-lengths", "polygons"])
def test_masks_are_read_back_by_pycocotools_and_by_ingest(
    boxes: Boxes, form: str
) -> None:
    image = boxes.add_image("a.png", licence=3)
    boxes.add(image, attributes={"occluded": False}, track="t-1")
    boxes.add(image, [40.5, 10, 100, 10], segmentation=[])
    written = boxes.predict("--as", form)

    first, second = written["annotations"]
    kept = ("id", "image_id", "category_id", "attributes", "track")
    expected = {"attributes": {"occluded": False}, "track": "t-1"}
    assert {key: first[key] for key in kept} == (
        {"id": 1, "image_id": image, "category_id": 7} | expected
    )
    assert (first["bbox"], first["drawn_bbox"]) == ([10, 5, 10, 30], BOX)
    assert (first["area"], first["score"], first["iscrowd"]) == (300, 0.457, 0)
    assert second["bbox"] == [40, 10, 10, 10]  # clipped to the image
    assert written["info"] == {"year": 2024}
    assert written["categories"] == CATEGORIES
    assert written["images"][0] == {
        "id": image,
        "file_name": "a.png",
        "licence": 3,
        "width": 60,
        "height": 40,
    }

    mask = np.zeros((40, 60), np.uint8)
    x0, y0, x1, y1 = LEFT_HALF
    mask[y0:y1, x0:x1] = 1
    coco = COCO(boxes.out)
    assert np.array_equal(coco.annToMask(coco.anns[1]), mask)

    boxes.out.rename(boxes.folder / "images" / "masks.json")
    rows = read(boxes.folder / "images").segments.to_pylist()
    assert [(row["label"], row["area"]) for row in rows] == [("cat", 300), ("cat", 100)]
    assert rows[0]["box_x0"] == 10


def test_what_cannot_be_answered_is_named_and_stays(boxes: Boxes) -> None:
    good = boxes.add_image("good.png")
    boxes.add_image("lost.png")
    (boxes.folder / "images" / "lost.png").unlink()
    broken = boxes.add_image("broken.png")
    (boxes.folder / "images" / "broken.png").write_bytes(b"no picture")
    turned = boxes.add_image("turned.png", width=40, height=60)
    escaping = boxes.add_image("e.png", file_name="../../secret.png")
    twice = boxes.add_image("twice.png")
    boxes.document["images"].append({"id": twice, "file_name": "other.png"})
    wrong: list[tuple[object, object, str]] = [
        (101, BOX, "missing_image"),
        (broken, BOX, "undecodable_image"),
        (turned, BOX, "mask_size_mismatch"),
        (escaping, BOX, "path_escape"),
        (twice, BOX, "ambiguous_image"),
        (999, BOX, "unknown_image"),
        (good, [100, 100, 5, 5], "outside_image"),
        (good, [0, 0, 0.4, 0.4], "bad_box"),  # one pixel
        (good, [1, 1, -5, 5], "bad_box"),
        (good, [1, 1, "5", 5], "bad_box"),
        (good, [1, 1, 10**400, 5], "bad_box"),
        (good, None, "bad_box"),
        (good, [], "bad_box"),
    ]
    for image, bbox, _ in wrong:
        boxes.add(image, bbox)
    boxes.document["annotations"].append("no object")
    boxes.add(good)
    human = [[1, 1, 9, 1, 9, 9]]
    boxes.add(good, segmentation=human)

    written = boxes.predict()
    notes = written["segcurate"]
    reasons = [left["reason"] for left in notes["unanswered"]]
    assert reasons == [reason for _, _, reason in wrong] + ["malformed_file"]
    assert [left["place"] for left in notes["unanswered"]] == list(range(14))
    assert (notes["answered"], notes["kept"], notes["annotations"]) == (1, 1, 16)
    assert written["annotations"][0] == boxes.document["annotations"][0]
    assert written["annotations"][14]["area"] == 300
    assert written["annotations"][15]["segmentation"] == human


def test_a_number_that_is_none_costs_its_box_alone(boxes: Boxes) -> None:
    image = boxes.add_image("a.png")
    boxes.add(image, [float("nan"), 1, 5, 5])
    boxes.add(image, [1, 1, float("inf"), 5])
    boxes.add(image)
    written = boxes.predict()
    notes = written["segcurate"]
    assert [left["reason"] for left in notes["unanswered"]] == ["bad_box", "bad_box"]
    assert notes["answered"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not COCO"),
        (b'{"images": [], "annotations": {}}', "not COCO"),
    ],
)
def test_what_is_no_document_is_refused(
    boxes: Boxes, content: bytes, words: str
) -> None:
    path = boxes.folder / "boxes.json"
    path.write_bytes(content)
    images = ("--images", boxes.folder / "images")
    outcome = boxes.verb("predict", "base", path, *images, "--out", boxes.out)
    assert outcome.code == 2
    assert words in outcome.err
    assert not boxes.out.exists()

    outcome = boxes.verb("predict", "base", path, *images, "--out", path)
    assert outcome.code == 2
    assert path.read_bytes() == content


def test_an_onnx_file_needs_its_name_and_a_model(verb: Verb, tmp_path: Path) -> None:
    outcome = verb("export-onnx", "base", tmp_path / "box.pt")
    assert (outcome.code, ".onnx" in outcome.err) == (2, True)
    outcome = verb("export-onnx", tmp_path / "lost", tmp_path / "box.onnx")
    assert (outcome.code, "no such checkpoint" in outcome.err) == (2, True)
