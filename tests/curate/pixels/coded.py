"""Masks as pictures, and what their px say as labels, for the tests of class codes."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from curate.mask_records import RegionMap
from curate.pixels.class_table import ClassCodes
from curate.pixels.mask_pictures import MaskPicture, decode_mask


def picture_of(
    pixels: Any, kind: str = "PNG", palette: list[int] | None = None
) -> MaskPicture:
    values = np.array(pixels, np.uint8)
    image = Image.fromarray(values)
    if palette:
        image = Image.fromarray(values, "P")
        image.putpalette(palette)
    file = BytesIO()
    image.save(file, kind)
    return decode_mask(file.getvalue(), 10_000_000)


def map_of(pixels: Any = "auto", **given: Any) -> RegionMap:
    return RegionMap(path="m.png", pixels=pixels, **given)


def named(coded: ClassCodes) -> NDArray[Any]:
    """(H, W) labels, '-' for void, '_' for background, '?n' for value n of no listed class."""
    names = ["-", "_"]
    for name, value in zip(coded.names[2:], coded.values[2:], strict=True):
        names.append(f"?{value}" if name is None else name)
    return np.array(names)[coded.codes]
