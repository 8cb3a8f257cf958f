"""Small exports of several formats, made by code."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from upath import UPath

from curate.limits import Limits
from pipelines.flow.screen import Screen
from pipelines.inspection.inspecting import Inspected, Inspector
from pipelines.inspection.stanza import export_name
from pipelines.inspection.unknown_exports import UnknownExport


def inspector(scratch: Path, most_images: int | None = None) -> Inspector:
    """An inspector that keeps what it unpacks in a folder."""
    return Inspector(UPath(scratch), Limits(), most_images, Screen())


def inspected(path: Path, most_images: int | None = None) -> Inspected:
    """What is found of an export."""
    with TemporaryDirectory() as scratch:
        unknown = UnknownExport(str(path), export_name(str(path)))
        return inspector(Path(scratch), most_images).inspect_path(unknown)


def write_photo(path: Path, height: int = 48, width: int = 64) -> None:
    """A picture of noise whose bytes depend on its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(path.name.encode())
    colours = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(colours).save(path)


def write_masks(folder: Path, values: list[int], height: int = 48) -> None:
    """Three photos, each with a grey mask in which each value is one square."""
    for number in range(3):
        write_photo(folder / "images" / f"{number}.png")
        mask = np.zeros((height, height * 4 // 3), np.uint8)
        for place, value in enumerate(values):
            mask[4:12, 4 + 12 * place : 12 + 12 * place] = value
        (folder / "masks").mkdir(exist_ok=True)
        Image.fromarray(mask).save(folder / "masks" / f"{number}.png")


def write_yolo(folder: Path, line: str) -> None:
    """Two photos with a label file of one line each."""
    for number in range(2):
        write_photo(folder / "images" / f"{number}.png")
        (folder / "labels").mkdir(exist_ok=True)
        (folder / "labels" / f"{number}.txt").write_text(line)
