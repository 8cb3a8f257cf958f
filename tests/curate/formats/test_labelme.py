"""labelme: the battery, and what is labelme's own."""

import base64
import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from battery import Battery, Mask, Picture
from PIL import Image

from curate.polygons import to_polygons


def save_document(image: Path, shapes: list[dict[str, Any]], **more: Any) -> None:
    """A labelme file beside its picture."""
    with Image.open(image) as picture:
        size = {"imageHeight": picture.height, "imageWidth": picture.width}
    head = {"version": "5.4.1", "flags": {}, "imagePath": image.name, "imageData": None, **size, **more}
    image.with_suffix(".json").write_text(json.dumps({**head, "shapes": shapes}))


class TestLabelme(Battery):
    """Polygons, those of one object in a group."""

    format = "labelme"
    broken = "b/broken.json"
    texts = ("*.json",)

    def shapes(self, mask: Mask) -> list[dict[str, Any]]:
        rings = to_polygons(mask).rings
        pairs = [[list(pair) for pair in zip(ring[::2], ring[1::2], strict=True)] for ring in rings]
        return [{"shape_type": "polygon", "points": points} for points in pairs]

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            image, shapes = picture.save(root), []
            for each in picture.objects:
                drawn = self.shapes(each.mask)
                group = None if len(drawn) == 1 else 7
                shapes += [{"label": each.label, "group_id": group, "flags": {}} | shape for shape in drawn]
            save_document(image, shapes)


class TestLabelmeMasks(TestLabelme):
    """Embedded bitmaps at an offset."""

    def shapes(self, mask: Mask) -> list[dict[str, Any]]:
        y, x = np.nonzero(mask)
        file = BytesIO()
        crop = mask[y.min() : y.max() + 1, x.min() : x.max() + 1]
        Image.fromarray(crop).save(file, "PNG")
        points = [[int(x.min()), int(y.min())], [int(x.max()), int(y.max())]]
        return [{"shape_type": "mask", "points": points, "mask": base64.b64encode(file.getvalue()).decode()}]
