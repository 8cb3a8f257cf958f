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


def image(number: int, **given: object) -> Image:
    """An image unlike all others but for what is given."""
    alone = Image(
        image_id=f"{number:032x}",
        export="e",
        domain="d",
        role="auto",
        image_path=f"{number}.jpg",
        dhash=FAR[number],
        video="",
    )
    return replace(alone, **given)  # type: ignore[arg-type]


def rows(images: Sequence[Image]) -> pa.Table:
    """One object of each image."""
    plain = [
        asdict(each) | {"image_dhash": each.dhash, "object_id": each.image_id}
        for each in images
    ]
    types = {name: pa.string() for name in (*split.NEEDS, "annotation_key")}
    types["image_dhash"] = pa.uint64()
    return pa.Table.from_pylist(plain, schema=pa.schema(list(types.items())))
