"""Images for the tests of grouping and splitting, and tables of objects in them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pyarrow as pa

from curate.curation_settings import SplitSettings
from curate.stages import groups, image_rows, split
from curate.stages import near_duplicates as duplicates
from curate.stages.groups import Groups

FAR = [
    int(value)
    for value in np.random.default_rng(0).integers(0, 2**64, 4000, dtype=np.uint64)
]
"""Hashes that are no near-duplicates of each other."""


@dataclass(frozen=True, order=True)
class Image:
    """One image of one export, with what tells whether it belongs to another."""

    image_id: str
    export: str
    domain: str
    role: str
    image_path: str
    dhash: int
    thumbnail: bytes
    video: str


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


def grouped(images: Sequence[Image], settings: SplitSettings) -> Groups:
    """The groups of some images, which all are in one partition."""
    found = image_rows.image_rows(rows(images), settings.scene_pattern)
    table = image_rows.one_table([found])
    looks = groups.find_looks(table)
    by_digest = {image_rows.digest(each.thumbnail): each.thumbnail for each in images}
    thumbnails = b"".join(by_digest[each] for each in looks.thumbnails.tolist())
    px = np.frombuffer(thumbnails, np.uint8).reshape(-1, 18 * 16)
    count = len(looks.dhashes)
    alike = duplicates.near_duplicates(
        looks.dhashes, px, settings.near_duplicate_bits, count
    )
    return groups.group_images(table, looks, alike)


def ids(array: np.ndarray) -> list[str]:
    """An array of ids as text."""
    return [each.decode() for each in array.tolist()]
