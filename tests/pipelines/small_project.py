"""A small project for the command line: exports, a taxonomy, a settings file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

TAXONOMY = """\
concepts:
  car: {definition: A motor car., kind: thing}
  wheel: {definition: A wheel of a vehicle., kind: part, parent: car}
  person: {definition: A human being., kind: thing, aliases: [pedestrian]}
  sky: {definition: The sky., kind: stuff}
"""


class Outcome(msgspec.Struct):
    """What a verb gave: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


Verb = Callable[..., Outcome]


class Project:
    """A folder with exports, a taxonomy and a settings file."""

    def __init__(self, folder: Path, scheduler: str | None) -> None:
        self.folder = folder
        self.build = folder / "build"
        self.settings = folder / "settings.yaml"
        (folder / "taxonomy").mkdir()
        (folder / "taxonomy" / "concepts.yaml").write_text(TAXONOMY)
        self.plain: dict[str, Any] = {
            "build": str(self.build),
            "taxonomy": str(folder / "taxonomy" / "concepts.yaml"),
            "exports": [],
            "licences": {"allow": ["CC0-1.0"]},
            "split": {"val": 0.2, "test": 0.2},
            "dask": {"scheduler": scheduler},
        }

    def add(self, name: str, images: int, labels: list[str], **changes: object) -> Path:
        """A COCO export in which each image has one object of each label."""
        place = self.folder / name
        write_coco(place, images, labels, first=100 * len(self.plain["exports"]))
        export = {
            "name": name,
            "path": str(place),
            "format": "coco",
            "customer": name,
            "domain": name,
        }
        self.plain["exports"].append(export | {"licence": "CC0-1.0"} | changes)
        self.change()
        return place

    def add_slow(self, name: str) -> None:
        """An export of two large pictures, which take a while."""
        place = self.add(name, 2, ["car"])
        for path in (place / "images").iterdir():
            with Image.open(path) as picture:
                picture.resize((4800, 3600), Image.Resampling.NEAREST).save(path)
        document = msgspec.json.decode((place / "annotations.json").read_bytes())
        for image in document["images"]:
            image |= {"width": 4800, "height": 3600}
        (place / "annotations.json").write_bytes(msgspec.json.encode(document))

    def change(self, **sections: object) -> Path:
        """Write the settings file, with these sections instead."""
        self.plain |= sections
        self.settings.write_bytes(msgspec.json.encode(self.plain))  # JSON is YAML
        return self.settings

    def copy(self, name: str, **dask: object) -> "Project":
        """The same settings, with a build folder of their own and another cluster."""
        folder = self.folder / name
        folder.mkdir()
        copy = Project(folder, None)
        copy.plain |= {
            "exports": self.plain["exports"],
            "taxonomy": self.plain["taxonomy"],
            "dask": dask,
        }
        copy.change()
        return copy

    def files(self) -> dict[str, bytes]:
        """All files of the build but what the clock tells, by path."""
        return {
            str(path.relative_to(self.build)): path.read_bytes()
            for path in sorted(self.build.rglob("*"))
            if path.is_file() and path.name not in (".lock", "rates.json")
        }


def write_coco(folder: Path, images: int, labels: list[str], first: int = 0) -> None:
    """Pictures of noise with a rectangle of each label. No two pictures are alike.

    `first`: seed of the first picture.
    """
    (folder / "images").mkdir(parents=True)
    listed = []
    annotations: list[dict[str, Any]] = []
    for number in range(images):
        rng = np.random.default_rng(first + number)
        name = f"{number}.png"
        write_noise(folder / "images" / name, rng)
        listed.append({"id": number, "file_name": name, "width": 128, "height": 96})
        for category in range(len(labels)):
            annotation = {
                "id": len(annotations),
                "image_id": number,
                "category_id": category,
                "segmentation": [random_rectangle(rng)],
                "iscrowd": 0,
            }
            annotations.append(annotation)

    categories = [
        {"id": category, "name": label} for category, label in enumerate(labels)
    ]
    document = {"images": listed, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_bytes(msgspec.json.encode(document))


def write_noise(path: Path, rng: np.random.Generator) -> None:
    """A picture of 128 × 96 px, coarse enough that near duplicates would be found."""
    coarse = rng.integers(0, 256, (12, 16, 3), np.uint8)
    picture = Image.fromarray(coarse).resize((128, 96), Image.Resampling.BICUBIC)
    picture.save(path)


def random_rectangle(rng: np.random.Generator) -> list[int]:
    """A rectangle inside the picture, as a ring."""
    x, y, width, height = rng.integers((0, 0, 12, 12), (80, 60, 40, 30)).tolist()
    return [x, y, x + width, y, x + width, y + height, x, y + height]
