"""What the tests of Scale AI and Scale Nucleus share: an export of one picture."""

import json
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from curate.pixels.polygons import to_polygons
from tests.curate.formats.pictures import cat_and_dog, photo, save_values
from tests.curate.formats.reading import ReadBack, read_back

HOST = "https://host.example/customer/images/"


SQUARE = [{"x": 1, "y": 1}, {"x": 11, "y": 1}, {"x": 11, "y": 11}, {"x": 1, "y": 11}]


def vertices(mask: NDArray[Any]) -> list[dict[str, float]]:
    (ring,) = to_polygons(mask).rings
    return [{"x": x, "y": y} for x, y in zip(ring[::2], ring[1::2], strict=True)]


def export(root: Path, data: Any, name: str = "tasks.json") -> Path:
    """One picture, its mask, and a document; a text is a document as it is."""
    photo(root, "images/a.jpg", 48, 64)
    save_values(root / "masks/a_indexed.png", cat_and_dog())
    if not isinstance(data, str):
        data = json.dumps(data)
    (root / name).write_text(data)
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "scale", options)
