"""The handler that nuclio calls: CVAT sends a picture and a box, and gets a mask.

The answer is CVAT's of March 2026 on (`shapes`, in place of `mask`).
"""

import base64
import binascii
import json
import os
from typing import Any

from curate.errors import InputError
from curate.limits import Limits
from curate.pixels import masks
from curate.pixels.images import decode
from curate.reasons import Refusal
from examples.cvat.shapes import boxes_of, confidence, mask_points
from model.predict import Segmenter

_UNUSABLE = 422


def init_context(context: Any) -> None:
    """Load the model when a worker starts. `SEGCURATE_MODEL`: a checkpoint, or base."""
    context.user_data.model = Segmenter.load(os.environ.get("SEGCURATE_MODEL", "base"))


def handler(context: Any, event: Any) -> Any:
    """The answer to one request. What is wrong with it is said in words."""
    try:
        found = _answer(context.user_data.model, event.body)
    except (InputError, Refusal, KeyError, TypeError, ValueError) as error:
        words = f"{type(error).__name__}: {error}"
        context.logger.warn(words)
        return _response(context, _UNUSABLE, {"error": words})
    return _response(context, 200, found)


def _answer(model: Segmenter, asked: dict[str, Any]) -> dict[str, Any]:
    """The shapes of the objects in the boxes. Points do not change them."""
    try:
        data = base64.b64decode(asked["image"], validate=True)
    except binascii.Error as error:
        raise InputError(f"the picture is no base64: {error}") from None
    picture = decode(data, Limits().image_pixels)
    boxes = boxes_of(asked["obj_bbox"] or [])
    if not boxes:
        raise InputError("draw a box: points alone are not answered")

    shapes = []
    for answer in model.segment_with_confidence(picture, boxes):
        runs = masks.encode(answer.mask)
        if runs.is_empty:
            continue
        shape = {
            "type": "mask",
            "points": mask_points(runs),
            "attributes": confidence(answer.expected_iou),
        }
        shapes.append(shape)
    return {"shapes": shapes}


def _response(context: Any, status: int, content: dict[str, Any]) -> Any:
    return context.Response(
        body=json.dumps(content),
        headers={},
        content_type="application/json",
        status_code=status,
    )
