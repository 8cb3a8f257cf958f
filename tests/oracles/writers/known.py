"""Pictures whose objects are known, and the files of an export that is compared.

Only numpy and Pillow are imported: each tool's writer runs in an environment of its own.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Mask = NDArray[np.bool_]
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Painted:
    """An object with a known mask: (height, width) bool."""

    label: str
    mask: Mask


@dataclass(frozen=True)
class Outlined:
    """An object with known outlines, in px; what is inside a hole is not of it."""

    label: str
    pieces: list[Ring]
    holes: list[Ring] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    """A picture, and the objects on it: once as masks, once as outlines."""

    name: str
    height: int
    width: int
    painted: list[Painted] = field(default_factory=list)
    outlined: list[Outlined] = field(default_factory=list)

    def save(self, folder: Path) -> Path:
        """Write noise of the picture's size."""
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(len(self.name))
        pixels = rng.integers(0, 256, (self.height, self.width, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / self.name)
        return folder / self.name


def seen(painted: list[Painted]) -> list[Painted]:
    """What is left of masks where later ones lie over earlier ones."""
    left = []
    covered: Mask = np.zeros((), bool)
    for each in reversed(painted):
        left.append(Painted(each.label, each.mask & ~covered))
        covered = covered | each.mask
    return left[::-1]


LABELS = ["cat", "Straßenschild", "дерево", "plant pot"]


def pictures() -> list[Picture]:
    """Two pictures with objects, and one without."""
    return [_street(), _garden(), Picture("nothing.png", 20, 31)]


def _street() -> Picture:
    """A hole, pieces, both edges of the picture, an overlap, a line of one px, and a speck."""
    y, x = np.mgrid[:97, :131]
    ring = _disk(y, x, 25, 30, 20) & ~_disk(y, x, 27, 33, 8)
    two = ((x > 62) & (x < 80) & (y > 8) & (y < 30)) | _disk(y, x, 90, 18, 6)
    corner = (x < 9) & (y < 7)
    far_corner = (x > 110) & (y > 79)
    blob = np.hypot(y - 66, x - 60) < 18 + 4 * np.sin(5 * np.arctan2(y - 66, x - 60))
    over_it = _disk(y, x, 80, 70, 13)
    line = (y == 92) & (x > 5) & (x < 40)
    speck = (y > 49) & (y < 52) & (x > 117) & (x < 120)
    painted = [
        Painted("cat", ring),
        Painted("Straßenschild", two),
        Painted("cat", corner),
        Painted("дерево", far_corner),
        Painted("дерево", blob),
        Painted("plant pot", over_it),
        Painted("plant pot", line),
        Painted("cat", speck),
    ]
    star = _star(40.3, 30.6, 22, 9)
    gap = _star(39.1, 31.2, 6, 6)
    outlined = [
        Outlined("cat", [star], [gap]),
        Outlined("Straßenschild", [_box(70, 8, 84, 31), _star(103.5, 20.5, 11, 5)]),
        Outlined("cat", [_box(0, 0, 9.4, 7.7)]),
        Outlined("дерево", [_box(108.2, 77.5, 131, 97)]),
        Outlined("дерево", [_star(48.7, 70.2, 19.3, 12.1)]),
        Outlined("plant pot", [_star(71.25, 76.75, 15, 13)]),
        Outlined("plant pot", [[(5.2, 90.1), (40.1, 91.6), (40.1, 92.8), (5.2, 91.3)]]),
    ]
    return Picture("street.png", 97, 131, painted, outlined)


def _garden() -> Picture:
    """A stripe from edge to edge, an object in the hole of another, and a line across."""
    y, x = np.mgrid[:64, :48]
    stripe = (x > 40) & (x < 46)
    frame = (np.abs(x - 18) < 16) & (np.abs(y - 24) < 18)
    frame &= ~((np.abs(x - 18) < 10) & (np.abs(y - 24) < 11))
    inside = _disk(y, x, 24, 18, 6)
    across = (y - 46 == x // 3) & (x < 36)
    painted = [
        Painted("дерево", stripe),
        Painted("cat", frame),
        Painted("cat", inside),
        Painted("Straßenschild", across),
    ]
    outlined = [
        Outlined("дерево", [_box(40.3, 0, 46.3, 64)]),
        Outlined("cat", [_box(3, 6, 34, 42)], [_box(9, 14, 28, 35)]),
        Outlined("cat", [_star(18.5, 24.5, 8, 7)]),
    ]
    return Picture("Gärten 2.png", 64, 48, painted, outlined)


def _disk(y: Any, x: Any, at_y: float, at_x: float, radius: float) -> Mask:
    inside: Mask = np.hypot(y - at_y, x - at_x) < radius
    return inside


def _box(x0: float, y0: float, x1: float, y1: float) -> Ring:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _star(x: float, y: float, far: float, near: float) -> Ring:
    """Sixteen corners, in turn far from the middle and near it."""
    angles = np.arange(16) * np.pi / 8 + 0.1
    radius = np.where(np.arange(16) % 2, near, far)
    corners = zip(x + radius * np.cos(angles), y + radius * np.sin(angles), strict=True)
    return [(round(float(a), 2), round(float(b), 2)) for a, b in corners]


def inside(rings: list[Ring], picture: Picture) -> Mask:
    """The px whose middle is in an odd number of rings; px 0 reaches from 0 to 1."""
    y, x = np.mgrid[: picture.height, : picture.width] + 0.5
    mask = np.zeros(y.shape, bool)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
            if y0 != y1:
                crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
                mask ^= ((y0 <= y) != (y1 <= y)) & (x < crossing)
    return mask


Expected = tuple[str, str, Mask]
"""The name of a picture, a label, and the mask that is due."""


def write(formats: dict[str, Callable[[Path], Iterable[Expected]]]) -> None:
    """Write all formats of a tool below the folder that the command line names.

    A format's function writes its export into a folder, and gives what is due of it.
    """
    for form, export in formats.items():
        folder = Path(sys.argv[1]) / form
        (folder / "export").mkdir(parents=True)
        due = list(export(folder / "export"))
        np.savez(folder / "due.npz", *(mask for _, _, mask in due))
        names = [(name, label) for name, label, _ in due]
        (folder / "due.json").write_text(json.dumps(names), "utf-8")


def read_due(folder: Path) -> list[Expected]:
    """What `write` wrote of what is due of a format."""
    names = json.loads((folder / "due.json").read_text("utf-8"))
    masks = np.load(folder / "due.npz")
    return [
        (name, label, masks[f"arr_{number}"])
        for number, (name, label) in enumerate(names)
    ]
