"""Groups: images that show the same thing, and so must stay in one split.

Images are joined by union-find over equal bytes, near-equal difference hashes that a second look
confirms, videos, scenes and augmentations of one picture. All works on the table of images alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from curate.schema import require
from curate.settings import SplitSettings
from curate.stages.near_duplicates import near_duplicate_links

SAME_BYTES = "same bytes"
NEAR_DUPLICATE = "near duplicate"
VIDEO = "video"
SCENE = "scene"
AUGMENTATION = "augmentation"
LINKS = (SAME_BYTES, NEAR_DUPLICATE, VIDEO, SCENE, AUGMENTATION)
"""The kinds of links between two images, as `Group.links` counts them."""

IMAGES = pa.schema(
    [
        ("image_id", pa.string()),
        ("export", pa.string()),
        ("domain", pa.string()),
        ("role", pa.string()),
        ("image_path", pa.string()),
        ("image_dhash", pa.uint64()),
        ("image_thumbnail", pa.binary()),
        ("video", pa.string()),
    ]
)
"""The columns of segments that describe an image, in the order of the fields of `Image`."""

# Augmentation tools (Roboflow) write copies of one picture as NAME.rf.HASH.jpg.
_AUGMENTED = re.compile(r"^(?P<stem>.+?)\.rf\.[0-9a-zA-Z]{8,}(\.[A-Za-z0-9]+)?$")


@dataclass(frozen=True, slots=True, order=True)
class Image:
    """One image of one export. Images with equal bytes have the same `image_id`.

    `role`: the export's: auto, train or test. `dhash`: the 64-bit difference hash.
    `thumbnail`: the image in small and grey. `video`: the format's own id of a video or
    sequence, or "".
    """

    image_id: str
    export: str
    domain: str
    role: str
    image_path: str
    dhash: int
    thumbnail: bytes
    video: str


@dataclass(frozen=True, slots=True)
class Group:
    """Images that stay together.

    `group_id`: the smallest image_id. `domain`: that of the smallest image.
    `roles`: those of all images. `links`: how many links of each kind join the images.
    """

    group_id: str
    image_ids: list[str]
    domain: str
    roles: frozenset[str]
    links: Mapping[str, int]

    @property
    def size(self) -> int:
        """The number of images."""
        return len(self.image_ids)


@dataclass(frozen=True, slots=True)
class _Link:
    """Two images that show the same thing."""

    kind: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class _SceneKey:
    """What the images of one scene have in common."""

    kind: str
    export: str
    name: Hashable


def image_rows(segments: pa.Table) -> pd.DataFrame:
    """Each image of a partition once: a table with the columns of `IMAGES`."""
    require(segments.schema, IMAGES.names, "split")
    distinct = segments.group_by(IMAGES.names).aggregate([])
    ordered = distinct.select(IMAGES.names)
    rows: pd.DataFrame = ordered.cast(IMAGES).to_pandas()
    return rows


def images(tables: Iterable[pd.DataFrame]) -> list[Image]:
    """Each image of the tables of `image_rows` once, whatever their order.

    The images are sorted by all their fields.
    """
    none = IMAGES.empty_table().to_pandas()  # gives the columns if there are no tables
    together = pd.concat([none, *tables])
    distinct = together.drop_duplicates()
    ordered = distinct.sort_values(IMAGES.names)
    return [Image(*row) for row in ordered.itertuples(index=False, name=None)]


def group_images(images: Sequence[Image], settings: SplitSettings) -> list[Group]:
    """The groups of connected images, in the order of their ids."""
    links = list(_links(images, settings))
    group_of = _connect(images, links)

    members: defaultdict[str, list[Image]] = defaultdict(list)
    for image in images:
        group_id = group_of[image.image_id]
        members[group_id].append(image)
    joined_by: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for link in links:
        group_id = group_of[link.first]
        joined_by[group_id][link.kind] += 1

    group_ids = sorted(members)
    return [_group(members[group_id], joined_by[group_id]) for group_id in group_ids]


def _connect(images: Iterable[Image], links: Iterable[_Link]) -> dict[str, str]:
    """The smallest image_id of each image's group, by image_id (union-find)."""
    parent = {image.image_id: image.image_id for image in images}
    for link in links:
        first = _root(parent, link.first)
        second = _root(parent, link.second)
        smaller = min(first, second)
        larger = max(first, second)
        parent[larger] = smaller
    return {image_id: _root(parent, image_id) for image_id in parent}


def _root(parent: dict[str, str], node: str) -> str:
    """The last node on the way from a node over its parents; it is its own parent."""
    while parent[node] != node:
        grandparent = parent[parent[node]]
        parent[node] = grandparent  # halves the way, so that it stays short
        node = grandparent
    return node


def _group(images: list[Image], joined_by: Counter[str]) -> Group:
    smallest = min(images)
    image_ids = {image.image_id for image in images}
    return Group(
        group_id=smallest.image_id,
        image_ids=sorted(image_ids),
        domain=smallest.domain,
        roles=frozenset(image.role for image in images),
        links={kind: joined_by[kind] for kind in LINKS if joined_by[kind]},
    )


def _links(images: Sequence[Image], settings: SplitSettings) -> Iterator[_Link]:
    """All links. A chain joins n images that share something, so it has n - 1 links."""
    yield from _same_bytes(images)
    yield from _near_duplicates(images, settings.near_duplicate_bits)
    yield from _scenes(images, settings.scene_pattern)


def _same_bytes(images: Sequence[Image]) -> Iterator[_Link]:
    """A link for each further place of an image; it joins the image with itself."""
    places = Counter(image.image_id for image in images)
    for image_id, count in places.items():
        for _ in range(count - 1):
            yield _Link(SAME_BYTES, image_id, image_id)


def _near_duplicates(images: Sequence[Image], bits: int) -> Iterator[_Link]:
    """Links of images with equal or near-equal hashes that look alike on a second look."""
    distinct = {(image.image_id, image.dhash, image.thumbnail) for image in images}
    looks = sorted(distinct)
    dhashes = np.array([dhash for _, dhash, _ in looks], dtype=np.uint64)
    thumbnails = [thumbnail for _, _, thumbnail in looks]
    for one, other in near_duplicate_links(dhashes, thumbnails, bits):
        first = looks[one][0]
        second = looks[other][0]
        yield _Link(NEAR_DUPLICATE, first, second)


def _scenes(images: Sequence[Image], scene_pattern: str | None) -> Iterator[_Link]:
    """Links of images of one export that share a video, a scene or an augmented picture."""
    pattern = None
    if scene_pattern:
        pattern = re.compile(scene_pattern)

    sharing: defaultdict[_SceneKey, list[str]] = defaultdict(list)
    for image in images:
        for key in _scene_keys(image, pattern):
            sharing[key].append(image.image_id)
    for key, image_ids in sharing.items():
        for first, second in pairwise(image_ids):
            if first != second:
                yield _Link(key.kind, first, second)


def _scene_keys(image: Image, pattern: re.Pattern[str] | None) -> Iterator[_SceneKey]:
    """The keys of an image's scenes."""
    if image.video:
        yield _SceneKey(VIDEO, image.export, image.video)

    file_name = image.image_path.rsplit("/", 1)[-1]
    augmented = _AUGMENTED.match(file_name)
    if augmented:
        yield _SceneKey(AUGMENTATION, image.export, augmented["stem"])

    if pattern is None:
        return
    scene = pattern.search(image.image_path)
    if scene:
        yield _SceneKey(SCENE, image.export, scene.groups() or scene.group())
