"""Images for the tests of grouping and splitting, and tables of objects in them."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
import pyarrow as pa

from curate.stages import split
from curate.stages.groups import Image

FAR = [
    int(value)
    for value in np.random.default_rng(0).integers(0, 2**64, 4000, dtype=np.uint64)
]
"""Hashes that are no near-duplicates of each other."""


def thumbnail(dhash: int) -> bytes:
    """A small picture, the same for hashes that differ in their last bits."""
    rng = np.random.default_rng(dhash >> 8)
    return rng.integers(0, 256, 18 * 16, np.uint8).tobytes()


def image(number: int, **given: object) -> Image:
    """An image unlike all others but for what is given; like hashes bring like pixels."""
    dhash = given.get("dhash", FAR[number])
    assert isinstance(dhash, int)
    alone = Image(
        image_id=f"{number:032x}",
        export="e",
        domain="d",
        role="auto",
        image_path=f"{number}.jpg",
        dhash=dhash,
        thumbnail=thumbnail(dhash),
        video="",
    )
    return replace(alone, **given)  # type: ignore[arg-type]


def rows(images: Sequence[Image]) -> pa.Table:
    """One object of each image."""
    plain = [
        asdict(each)
        | {"image_dhash": each.dhash, "image_thumbnail": each.thumbnail}
        | {"object_id": each.image_id, "concept": "thing"}
        for each in images
    ]
    types = {name: pa.string() for name in (*split.NEEDS, "annotation_key")}
    types["image_dhash"] = pa.uint64()
    types["image_thumbnail"] = pa.binary()
    return pa.Table.from_pylist(plain, schema=pa.schema(list(types.items())))
