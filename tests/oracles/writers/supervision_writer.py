"""What supervision writes of masks: it takes the outlines through the middles of their px."""

from pathlib import Path

import known
import numpy as np
import supervision as sv


def dataset(folder: Path) -> tuple[sv.DetectionDataset, list[known.Expected]]:
    """All masks as detections."""
    paths = []
    annotations = {}
    due = []
    for picture in known.pictures():
        path = str(picture.save(folder.parent / "pictures"))
        paths.append(path)
        drawn = picture.painted
        masks = np.array([each.mask for each in drawn], bool).reshape(
            -1, picture.height, picture.width
        )
        classes = np.array([known.LABELS.index(each.label) for each in drawn], int)
        annotations[path] = sv.Detections(
            sv.mask_to_xyxy(masks), masks, class_id=classes
        )
        due += [(picture.name, each.label, each.mask) for each in drawn]
    return sv.DetectionDataset(known.LABELS, paths, annotations), due


def coco(folder: Path) -> list[known.Expected]:
    written, due = dataset(folder)
    written.as_coco(str(folder / "images"), str(folder / "annotations.json"))
    return due


def labelme(folder: Path) -> list[known.Expected]:
    written, due = dataset(folder)
    written.as_labelme(str(folder), str(folder))
    return due


if __name__ == "__main__":
    known.write({"coco": coco, "labelme": labelme})
