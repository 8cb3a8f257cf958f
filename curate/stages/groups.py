"""Groups: images that show the same thing, and so must stay in one split.

Images are joined by union-find over equal bytes, near-equal difference hashes that a second look
confirms, videos, scenes and augmentations of one picture. All works on arrays, on the table of
images alone (curate.stages.image_rows).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.stages import connected
from curate.stages.near_hashes import candidates

SAME_BYTES = "same bytes"
NEAR_DUPLICATE = "near duplicate"
VIDEO = "video"
SCENE = "scene"
AUGMENTATION = "augmentation"
LINKS = (SAME_BYTES, NEAR_DUPLICATE, VIDEO, SCENE, AUGMENTATION)
"""The kinds of links between two images, in the order of `Groups.links`."""

ROLES = ("auto", "train", "test")
"""The roles of exports, in the order of `Groups.roles`."""

Ids = NDArray[np.bytes_]
"""(n,) image ids, sorted: 32 hex digits each."""

Numbers = NDArray[np.int64]

_ID = pa.binary(32)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """The different pictures among the images, by hash and thumbnail.

    `dhashes`, `thumbnails`: (n,) hash, and digest of the thumbnail. `partitions`: (n,) the number
    of a partition that has it. `of_image`: (images,) the look of each row of the table of images;
    −1 for an image without anything to compare.
    """

    dhashes: NDArray[np.uint64]
    thumbnails: NDArray[np.uint64]
    partitions: NDArray[np.int32]
    of_image: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """m images in n groups. A group is named by its smallest image id.

    `image_ids`: (m,). `group_of`: (m,) the group of each image. `first`: (n,) the smallest image of
    each group, in order. `domains`: (n,) the domain of that image. `sizes`: (n,) images. `links`:
    (n, kinds) how many links of each kind of LINKS join them. `roles`: (n, roles) whether an image
    is of an export with each of ROLES. `has_test_role`: (m,) whether the image itself is of a test
    export.
    """

    image_ids: Ids
    group_of: Numbers
    first: Numbers
    domains: NDArray[np.str_]
    sizes: Numbers
    links: Numbers
    roles: NDArray[np.bool_]
    has_test_role: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def group_ids(self) -> Ids:
        """(n,) the names of the groups."""
        return self.image_ids[self.first]


def ids_of(column: pa.ChunkedArray) -> Ids:
    """A column of image ids as an array. pa.ArrowInvalid if one is not of 32 characters."""
    as_bytes = column.cast(pa.binary())
    fixed = as_bytes.cast(_ID).combine_chunks()
    _, letters = fixed.buffers()
    start = 32 * fixed.offset
    ids: Ids = np.frombuffer(letters, "S32", len(fixed), start)
    return ids


def id_texts(ids: Ids) -> pa.StringArray:
    """Image ids as strings, in one array: `pa.array` would cut a million of them into chunks."""
    letters = np.ascontiguousarray(ids)
    buffer = pa.py_buffer(letters)
    fixed = pa.Array.from_buffers(_ID, len(ids), [None, buffer])
    as_bytes = fixed.cast(pa.binary())
    return as_bytes.cast(pa.string())


def find_looks(images: pa.Table) -> Looks:
    """The different pictures of a table of images."""
    dhashes = images["dhash"].to_numpy()
    thumbnails = images["thumbnail"].to_numpy()
    partitions = images["partition"].to_numpy()

    # Sorted, so that images of one look follow each other.
    has_detail = images["has_detail"].to_numpy()
    compared = np.flatnonzero(has_detail)
    by_look = np.lexsort((thumbnails[compared], dhashes[compared]))
    order = compared[by_look]

    # A new look begins where hash or thumbnail differ from those before.
    other_hash = np.diff(dhashes[order]) != 0
    other_thumbnail = np.diff(thumbnails[order]) != 0
    is_new = np.ones(len(order), np.bool_)
    is_new[1:] = other_hash | other_thumbnail

    # The number of each image's look; -1 for an image without anything to compare.
    of_image = np.full(len(images), -1)
    of_image[order] = np.cumsum(is_new) - 1
    first = order[is_new]
    return Looks(
        dhashes=dhashes[first],
        thumbnails=thumbnails[first],
        partitions=partitions[first],
        of_image=of_image,
    )


def to_look_at(looks: Looks, bits: int) -> list[Numbers]:
    """The looks that may be near duplicates of each other: the positions of each such set."""
    roots = candidates(looks.dhashes, bits)
    sizes = np.bincount(roots, minlength=len(roots))
    is_of_several = sizes[roots] > 1
    several = np.flatnonzero(is_of_several)
    if not len(several):
        return []

    # Sorted, so that the looks of one set follow each other.
    by_root = np.argsort(roots[several], kind="stable")
    order = several[by_root]
    steps = np.diff(roots[order])
    last_of_sets = np.flatnonzero(steps)
    return np.split(order, last_of_sets + 1)


def group_images(images: pa.Table, looks: Looks, alike: connected.Roots) -> Groups:
    """The groups of connected images, in the order of their ids.

    `images`: of `image_rows.one_table`. `alike`: the smallest look that each look is joined with by
    near duplicates.
    """
    # `image_of`: (rows,) the image of each row, by its place in the sorted ids.
    all_ids = ids_of(images["image_id"])
    image_ids, first_row, image_of = np.unique(
        all_ids, return_index=True, return_inverse=True
    )

    # The links of each kind, in the order of LINKS. Equal bytes need no links: they have one id.
    keys, members = _near_duplicates(image_of, looks, alike)
    chains = [_chain(keys, members)]
    for kind in (VIDEO, SCENE, AUGMENTATION):
        keys, members = _sharing(images[kind], image_of)
        chains.append(_chain(keys, members))

    # A group is what the links of all kinds join.
    roots = connected.alone(len(image_ids))
    for one, other in chains:
        connected.join(roots, one, other)
    first, group_of = np.unique(roots, return_inverse=True)
    count = len(first)
    sizes = np.bincount(group_of, minlength=count)

    # Exact copies are rows of one image id.
    rows = np.bincount(group_of[image_of], minlength=count)
    links = [rows - sizes]
    for one, _ in chains:
        links.append(np.bincount(group_of[one], minlength=count))

    # A group has the roles of all of its images.
    has_role = _roles_of_images(images, image_of, len(image_ids))
    roles = []
    for has_it in has_role.T:
        groups_with_it = group_of[has_it]
        roles.append(_marked(count, groups_with_it))
    domains = images["domain"].take(first_row[first])
    return Groups(
        image_ids=image_ids,
        group_of=group_of,
        first=first,
        domains=np.array(domains.to_pylist(), np.str_),
        sizes=sizes,
        links=np.column_stack(links),
        roles=np.column_stack(roles),
        has_test_role=has_role[:, ROLES.index("test")],
    )


def _roles_of_images(
    images: pa.Table, image_of: Numbers, count: int
) -> NDArray[np.bool_]:
    """(count, roles) whether an image is of an export with each of ROLES.

    `image_of`: (rows,) the image of each row.
    """
    columns = []
    for role in ROLES:
        has_it = pc.equal(images["role"], role).to_numpy()
        images_with_it = image_of[has_it]
        columns.append(_marked(count, images_with_it))
    return np.column_stack(columns)


def _near_duplicates(
    image_of: Numbers, looks: Looks, alike: connected.Roots
) -> tuple[Numbers, Numbers]:
    """Pairs: what a look is joined with by near duplicates, and an image that has the look."""
    has_look = looks.of_image >= 0
    look_of_row = looks.of_image[has_look]
    image_of_row = image_of[has_look]
    look, image = _distinct(look_of_row, image_of_row)
    return alike[look], image


def _sharing(column: pa.ChunkedArray, image_of: Numbers) -> tuple[Numbers, Numbers]:
    """The scene of each image that has one, and the image."""
    has_scene = column.is_valid().to_numpy()
    digests = column.drop_null().to_numpy()
    scenes = digests.view(np.int64)
    return _distinct(scenes, image_of[has_scene])


def _distinct(keys: Numbers, images: Numbers) -> tuple[Numbers, Numbers]:
    """Pairs of a key and an image, each once, in order."""
    pairs = np.column_stack([keys, images])
    key, image = np.unique(pairs, axis=0).T
    return key, image


def _chain(keys: Numbers, images: Numbers) -> tuple[Numbers, Numbers]:
    """Links between images with equal keys: n - 1 for n images that share a key."""
    order = np.lexsort((images, keys))
    keys = keys[order]
    images = images[order]

    # Each image is linked with the next one of its key.
    has_next = keys[:-1] == keys[1:]
    return images[:-1][has_next], images[1:][has_next]


def _marked(count: int, positions: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(count,) whether each position is among `positions`."""
    marked = np.zeros(count, np.bool_)
    marked[positions] = True
    return marked
