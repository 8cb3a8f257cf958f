"""The crops of a COCO document by datumaro: its importer gives polygons with their pictures."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import datumaro
from datumaro.util.mask_tools import rles_to_mask
from PIL import Image
from rows import Row, row_of, run


def rows(document: str, images: str) -> Iterator[Row | None]:
    """The rows of all objects."""
    with tempfile.TemporaryDirectory() as folder:
        _lay_out(Path(folder), Path(document), Path(images))
        dataset = datumaro.Dataset.import_from(folder, "coco_instances")
        names = dataset.categories()[datumaro.AnnotationType.label]
        for item in dataset:
            picture = Image.open(item.media.path).convert("RGB")  # some are grey
            # The polygons of an object have one group.
            polygons = defaultdict(list)
            for each in item.annotations:
                if isinstance(each, datumaro.Polygon):
                    its_object = (each.group, each.label)
                    polygons[its_object].append(each.points)
            for (_, label), rings in polygons.items():
                mask = rles_to_mask(rings, picture.width, picture.height)
                name = names[label].name
                yield row_of(picture, mask, name)


def _lay_out(folder: Path, document: Path, images: Path) -> None:
    """The folders in which datumaro looks for a document and its pictures."""
    (folder / "annotations").mkdir()
    (folder / "annotations" / "instances_train.json").symlink_to(document.absolute())
    (folder / "images").mkdir()
    (folder / "images" / "train").symlink_to(images.absolute())


if __name__ == "__main__":
    run(rows)
