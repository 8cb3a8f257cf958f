"""The crops of a COCO document by supervision: its COCO reader gives a picture with its masks."""

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
        for mask, label in zip(found.mask, found.class_id, strict=True):
            yield row_of(picture, mask, dataset.classes[label])


if __name__ == "__main__":
    run(rows)
