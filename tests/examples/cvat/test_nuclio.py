"""The nuclio function: the request that CVAT sends, and the answer that its page reads."""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from cvat_sdk.masks import decode_mask

from curate.pixels.images import Pixels
from examples.cvat.nuclio import main
from tests.pipelines.loop.small_server import png

FUNCTION = Path(main.__file__).with_name("function.yaml")


@dataclass
class Ring:
    """A model that answers a box with its px but the innermost."""

    def segment_with_confidence(self, image: Pixels, boxes: list[Any]) -> list[Any]:
        answers = []
        for x0, y0, x1, y1 in boxes:
            mask = np.zeros(image.shape[:2], np.bool_)
            mask[int(y0) : int(y1), int(x0) : int(x1)] = True
            mask[int(y0) + 2 : int(y1) - 2, int(x0) + 2 : int(x1) - 2] = False
            answers.append(SimpleNamespace(mask=mask, expected_iou=0.875))
        return answers


@dataclass
class Context:
    """What nuclio gives a handler."""

    user_data: Any = field(default_factory=lambda: SimpleNamespace(model=Ring()))
    warned: list[str] = field(default_factory=list)

    @property
    def logger(self) -> Any:
        return SimpleNamespace(warn=self.warned.append)

    def Response(self, **parts: Any) -> Any:  # noqa: N802  nuclio's name
        return SimpleNamespace(**parts)


def asked(**more: Any) -> dict[str, Any]:
    """As cvat/apps/lambda_manager/views.py sends it: the page's points, and the picture."""
    return {
        "image": base64.b64encode(png()).decode(),
        "pos_points": [],
        "neg_points": [],
        "obj_bbox": [[10.0, 5.0], [30.0, 25.0]],
        **more,
    }


def call(**more: Any) -> Any:
    return main.handler(Context(), SimpleNamespace(body=asked(**more)))


def test_a_box_gets_a_mask() -> None:
    reply = call()
    assert (reply.status_code, reply.content_type) == (200, "application/json")
    (shape,) = json.loads(reply.body)["shapes"]
    assert shape["type"] == "mask"
    assert shape["attributes"] == [{"spec_id": 0, "value": "0.875"}]
    assert shape["points"][-4:] == [10, 5, 29, 24]
    found = decode_mask(shape["points"], image_width=60, image_height=40)
    expected = Ring().segment_with_confidence(np.zeros((40, 60, 3)), [(10, 5, 30, 25)])
    assert np.array_equal(found, expected[0].mask)


def test_each_box_gets_a_shape() -> None:
    boxes = [[10.0, 5.0], [30.0, 25.0], [40.0, 5.0], [50.0, 15.0]]
    assert len(json.loads(call(obj_bbox=boxes).body)["shapes"]) == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"obj_bbox": None}, "draw a box"),
        ({"obj_bbox": [[1, 2]]}, "shorter"),
        ({"image": "?"}, "base64"),
        ({"image": base64.b64encode(b"no picture").decode()}, "undecodable_image"),
    ],
)
def test_what_is_wrong_is_told(more: dict[str, Any], words: str) -> None:
    reply = call(**more)
    assert (reply.status_code, words in json.loads(reply.body)["error"]) == (422, True)


def test_the_function_is_an_interactor_of_one_box() -> None:
    function = yaml.safe_load(FUNCTION.read_text("utf-8"))
    stated = function["metadata"]["annotations"]
    # As LambdaFunction.__init__ of CVAT reads them.
    assert stated["type"] == "interactor"
    assert int(stated["min_pos_points"]) == 0
    assert int(stated["min_neg_points"]) == -1
    assert bool(stated["startswith_box"])
    module, _, name = function["spec"]["handler"].partition(":")
    assert module == Path(main.__file__).stem
    assert callable(getattr(main, name))
