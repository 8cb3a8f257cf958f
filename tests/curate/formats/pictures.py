"""Pictures for exports: photos, maps of values, and those with objects whose masks are known."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from curate.pixels.masks import Mask

LABELS = (
    "cat",
    "plant pot",
    "Straßenschild",
    "дерево",
    "猫 🐈",
    "شجرة",
    "O'Neill & <b>Söhne</b>",
)
"""All labels that the pictures have."""


@dataclass(frozen=True)
class Drawn:
    """An object with a known mask."""

    label: str
    mask: Mask


@dataclass(frozen=True)
class Picture:
    """A picture of an export. `path`: POSIX, below the folder of pictures."""

    path: str
    height: int
    width: int
    objects: tuple[Drawn, ...] = ()

    def save(self, folder: Path) -> Path:
        """Write noise of the picture's size to `folder`/`path`."""
        file = folder / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(sum(self.path.encode()))
        size = (self.height, self.width, 3)
        Image.fromarray(rng.integers(0, 256, size, dtype=np.uint8)).save(file)
        return file


def photo(root: Path, path: str, height: int = 40, width: int = 40) -> Path:
    """Write a picture without objects to `root`/`path`."""
    return Picture(path, height, width).save(root)


def save_values(file: Path, values: ArrayLike, mode: str | None = None) -> None:
    """Write the values of a mask as a picture, in bytes unless they are uint16.

    `mode`: of Pillow, in place of the usual one for such values.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    array = np.asarray(values)
    if array.dtype != np.uint16:
        array = array.astype(np.uint8)
    picture = Image.fromarray(array)
    picture.convert(mode or picture.mode).save(file)


def rectangle(height: int, width: int, x0: int, y0: int, x1: int, y1: int) -> Mask:
    """The mask of a rectangle in a picture of `height` × `width` px."""
    mask = np.zeros((height, width), bool)
    mask[y0:y1, x0:x1] = True
    return mask


def cat_and_dog() -> NDArray[np.uint8]:
    """(48, 64): 1 at a cat of 100 px, 2 at a dog of 400 px."""
    values = np.zeros((48, 64), np.uint8)
    values[2:12, 2:12] = 1
    values[20:40, 20:40] = 2
    return values


def usual_pictures() -> list[Picture]:
    """Pictures of several sizes, in several folders and scripts; one without any object."""
    bend = rectangle(48, 64, 4, 6, 20, 40) & ~rectangle(48, 64, 12, 14, 20, 40)
    pot = rectangle(48, 64, 36, 10, 56, 40)
    at_edges = rectangle(40, 30, 0, 0, 30, 7)
    left = rectangle(24, 40, 2, 3, 11, 20)
    right = rectangle(24, 40, 25, 3, 34, 20)
    return [
        Picture("good.png", 48, 64, (Drawn("cat", bend), Drawn("plant pot", pot))),
        Picture("b/größe 1.png", 40, 30, (Drawn("Straßenschild", at_edges),)),
        Picture("b/c/写真.png", 33, 70, _one_of_each_label(33, 70)),
        Picture("two of a kind.png", 24, 40, (Drawn("cat", left), Drawn("cat", right))),
        Picture("nothing.png", 20, 20),
    ]


def picture_with_a_hole() -> Picture:
    """An object with a hole."""
    ring = rectangle(40, 40, 4, 4, 36, 36) & ~rectangle(40, 40, 12, 12, 20, 30)
    return Picture("hole.png", 40, 40, (Drawn("cat", ring),))


def picture_with_pieces() -> Picture:
    """An object in two pieces, and another one between them."""
    two = rectangle(40, 60, 2, 2, 12, 30) | rectangle(40, 60, 30, 5, 55, 11)
    between = rectangle(40, 60, 20, 20, 28, 28)
    return Picture(
        "pieces.png", 40, 60, (Drawn("cat", two), Drawn("plant pot", between))
    )


def picture_with_overlap() -> Picture:
    """Two objects that share pixels."""
    first = rectangle(40, 40, 4, 4, 30, 30)
    second = rectangle(40, 40, 20, 20, 38, 38)
    return Picture("overlap.png", 40, 40, (Drawn("cat", first), Drawn("cat", second)))


def _one_of_each_label(height: int, width: int) -> tuple[Drawn, ...]:
    drawn = []
    for number, label in enumerate(LABELS):
        x = 10 * number
        mask = rectangle(height, width, x + 1, number + 2, x + 8, height - 3)
        drawn.append(Drawn(label, mask))
    return tuple(drawn)
