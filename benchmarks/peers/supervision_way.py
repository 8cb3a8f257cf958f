"""The crops of a COCO document by supervision: its COCO reader gives a picture with its masks.

It fills outlines with OpenCV, so its masks are a little larger, and fewer objects are too small.
"""

from collections.abc import Iterator

import supervision
from PIL import Image
from rows import Row, row_of, run


def rows(document: str, images: str) -> Iterator[Row | None]:
    """The rows of all objects."""
    dataset = supervision.DetectionDataset.from_coco(
        images_directory_path=images, annotations_path=document, force_masks=True
    )
    for _, pixels, found in dataset:
        if found.mask is None:
            continue
        picture = Image.fromarray(pixels[:, :, ::-1])  # OpenCV's order of the channels
        columns = zip(found.mask, found.class_id, found.data["iscrowd"], strict=True)
        for mask, label, is_crowd in columns:
            if not is_crowd:
                yield row_of(picture, mask, dataset.classes[label])


if __name__ == "__main__":
    run(rows)
