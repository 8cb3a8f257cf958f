"""Changes of the project of a street, and what a round has made of it."""

import shutil
from pathlib import Path

import msgspec
from upath import UPath

from model.promotion import read_promotion
from tests.pipelines.small_project import Project, write_coco


def add_images(project: Project, number: int) -> None:
    """More images for the first export, in a document of their own."""
    place = Path(project.plain["exports"][0]["path"])
    extra = project.folder / "extra"
    write_coco(extra, number, ["car"], first=5000)
    for path in (extra / "images").iterdir():
        path.rename(place / "images" / f"new-{path.name}")
    document = msgspec.json.decode((extra / "annotations.json").read_bytes())
    for image in document["images"]:
        image["file_name"] = f"new-{image['file_name']}"
    (place / "more.json").write_bytes(msgspec.json.encode(document))
    shutil.rmtree(extra)


def change_masks(project: Project, number: int) -> None:
    """Correct the masks of the first objects: each loses a corner."""
    path = Path(project.plain["exports"][0]["path"]) / "annotations.json"
    document = msgspec.json.decode(path.read_bytes())
    for annotation in document["annotations"][:number]:
        annotation["segmentation"][0] = annotation["segmentation"][0][:6]
    path.write_bytes(msgspec.json.encode(document))


def promoted(project: Project) -> int | None:
    promotion = read_promotion(UPath(project.build))
    return promotion and promotion.run
