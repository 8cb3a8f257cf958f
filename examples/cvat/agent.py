"""The interactor of an agent, which asks the answering server: one model for all tools.

cvat-cli --server-host https://app.cvat.ai function create-native Segcurate \\
    --function-module examples.cvat.agent
cvat-cli --server-host https://app.cvat.ai function run-agent ID \\
    --function-module examples.cvat.agent -p token_file=str:build/demo/serve/token
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import cvat_sdk.auto_annotation as cvataa
import httpx2
from cvat_sdk import models
from PIL import Image

from curate.pixels import run_lengths
from examples.cvat.shapes import boxes_of, confidence, mask_points

_SECONDS = 60.0


class Interactor:
    """A box gets a mask. `address`, `token`: of the answering server."""

    spec = cvataa.InteractionFunctionSpec(min_pos_points=0, min_bounding_boxes=1)

    def __init__(self, address: str, token: str) -> None:
        self._client = httpx2.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            timeout=_SECONDS,
            trust_env=False,
        )

    def preprocess_image(
        self, _: cvataa.InteractionFunctionContext, image: Image.Image
    ) -> str:
        """Send a picture, once; its id is what the agent keeps."""
        file = BytesIO()
        image.convert("RGB").save(file, "PNG", compress_level=1)
        found = self._ask("/api/pictures", content=file.getvalue())
        return str(found["id"])

    def detect(
        self,
        _: cvataa.InteractionFunctionContext,
        picture: str,
        prompts: cvataa.InteractionPrompts,
    ) -> Sequence[cvataa.InteractionResultShape]:
        """The mask of the object in the box. Points do not change it."""
        if prompts.bounding_box is None:
            raise cvataa.BadFunctionError("a box is needed")
        boxes = boxes_of(prompts.bounding_box)
        found = self._ask("/api/masks", json={"picture": picture, "boxes": boxes})

        shapes = []
        for answer in found["answers"]:
            height, width = answer["segmentation"]["size"]
            counts = answer["segmentation"]["counts"]
            runs = run_lengths.parse(counts, height, width)
            if runs.is_empty:
                continue
            stated = confidence(answer["expected_iou"])
            attributes = [models.AttributeValRequest(**each) for each in stated]
            shape = cvataa.InteractionResultShape(
                type="mask", points=mask_points(runs), attributes=attributes
            )
            shapes.append(shape)
        return shapes

    def _ask(self, path: str, **content: Any) -> Any:
        """The JSON of an answer. BadFunctionError with the server's words if it refuses."""
        reply = self._client.post(path, **content)
        if reply.is_error:
            raise cvataa.BadFunctionError(reply.json()["error"])
        return reply.json()


def create(
    address: str = "http://127.0.0.1:8750",
    token_file: str = "build/demo/serve/token",  # noqa: S107  the name of a file
) -> Interactor:
    """What cvat-cli calls. `token_file`: where the answering server keeps its token."""
    return Interactor(address, Path(token_file).read_text("ascii").strip())
