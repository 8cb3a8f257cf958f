"""COCO: the battery, and what is COCO's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from battery import Battery, Picture
from pycocotools import mask as pycoco

from curate import masks
from curate.polygons import to_polygons


class TestCoco(Battery):
    format = "coco"
    broken = "annotations/instances_broken.json"
    texts = ("*.json",)

    def segmentation(self, mask: masks.Mask) -> Any:
        return to_polygons(mask).rings

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        labels = sorted({each.label for picture in pictures for each in picture.objects})
        images, annotations = [], []
        for picture in pictures:
            picture.save(root / "images")
            names = {"file_name": picture.path, "height": picture.height, "width": picture.width}
            images.append({"id": picture.path, **names})
            for each in picture.objects:
                y, x = np.nonzero(each.mask)
                annotation = {"id": f"{picture.path} {each.label} {x[0]}", "image_id": picture.path}
                annotation |= {"category_id": labels.index(each.label), "iscrowd": 0}
                annotations.append(annotation | {"segmentation": self.segmentation(each.mask)})
        categories = [{"id": number, "name": label} for number, label in enumerate(labels)]
        document = {"images": images, "annotations": annotations, "categories": categories}
        (root / "annotations").mkdir()
        (root / "annotations" / "instances_default.json").write_text(json.dumps(document, indent=1))


class TestCocoRunLengths(TestCoco):
    def segmentation(self, mask: masks.Mask) -> Any:
        return {"size": list(mask.shape), "counts": masks.encode(mask).tolist()}


class TestCocoCompressedRunLengths(TestCoco):
    def segmentation(self, mask: masks.Mask) -> Any:
        return {"size": list(mask.shape), "counts": pycoco.encode(np.asfortranarray(mask))["counts"].decode()}
