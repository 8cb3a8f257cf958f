"""What darwin-py exports; masks of polygons are those of its `convert_polygons_to_mask`."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import darwin.datatypes as dt
import known
from darwin.exporter.formats import coco, instance_mask, semantic_mask
from darwin.exporter.formats.darwin import build_image_annotation
from darwin.utils import convert_polygons_to_mask

Write = Callable[[list[dt.AnnotationFile], Path], Any]


def export(folder: Path, write: Write, seen: bool = False) -> Iterator[known.Expected]:
    """Polygons with all their paths; of those in each other, the inner one is a hole.

    `seen`: later polygons lie over earlier ones.
    """
    files = []
    for picture in known.pictures():
        annotations = []
        painted = []
        for each in picture.outlined:
            paths = [
                [{"x": x, "y": y} for x, y in ring] for ring in each.pieces + each.holes
            ]
            annotations.append(dt.make_polygon(each.label, paths))
            mask = convert_polygons_to_mask(paths, picture.height, picture.width)
            painted.append(known.Painted(each.label, mask.astype(bool)))
        due = known.seen(painted) if seen else painted
        yield from ((picture.name, each.label, each.mask) for each in due)
        picture.save(folder / "images")
        files.append(annotation_file(picture, annotations))
    write(files, folder)


def annotation_file(
    picture: known.Picture, annotations: list[Any]
) -> dt.AnnotationFile:
    """What darwin-py reads from a release."""
    slot = dt.Slot(
        name="0",
        type="image",
        source_files=[{"file_name": picture.name, "url": ""}],
        width=picture.width,
        height=picture.height,
    )
    return dt.AnnotationFile(
        path=Path(picture.name).with_suffix(".json"),
        filename=picture.name,
        annotation_classes={each.annotation_class for each in annotations},
        annotations=annotations,
        image_width=picture.width,
        image_height=picture.height,
        remote_path="/",
        dataset_name="known",
        slots=[slot],
        seq=len(picture.name),
    )


def darwin_json(files: list[dt.AnnotationFile], folder: Path) -> None:
    """A document for each picture, where `darwin dataset pull` has them."""
    release = folder / "releases" / "latest" / "annotations"
    release.mkdir(parents=True)
    for each in files:
        document = json.dumps(build_image_annotation(each, "team"))
        (release / each.path).write_text(document, "utf-8")


if __name__ == "__main__":
    known.write(
        {
            "darwin": partial(export, write=darwin_json),
            "coco": partial(export, write=coco.export),
            "instance_masks": partial(export, write=instance_mask.export),
            "semantic_masks": partial(export, write=semantic_mask.export, seen=True),
        }
    )
