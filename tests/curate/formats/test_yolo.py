"""YOLO segmentation: the battery, and what is YOLO's own."""

import json
from collections.abc import Sequence
from pathlib import Path

from battery import Battery, Picture

from curate.polygons import to_polygons


class TestYolo(Battery):
    format = "yolo"
    parts = False
    broken = "labels/broken.txt"
    broken_bytes = b"\xff\xfe\x00\xd8\x00"
    texts = ("*.txt", "*.yaml")

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        labels = sorted({each.label for picture in pictures for each in picture.objects})
        (root / "data.yaml").write_text(f"train: images\nnames: {json.dumps(labels, ensure_ascii=False)}\n")
        for picture in pictures:
            picture.save(root / "images")
            lines = []
            for each in picture.objects:
                (ring,) = to_polygons(each.mask).rings
                shares = [number / (picture.width, picture.height)[i % 2] for i, number in enumerate(ring)]
                lines.append(" ".join([str(labels.index(each.label)), *(f"{share:.6f}" for share in shares)]))
            file = (root / "labels" / picture.path).with_suffix(".txt")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(lines))
