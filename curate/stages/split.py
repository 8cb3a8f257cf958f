"""Stage 4, split: images that show the same thing form a group, and a group stays on one side.

`group_images` joins images by union-find over equal bytes, near-equal difference hashes, scenes and
augmentation stems. `assign` puts each group on a side, domain by domain, and honours roles and pins.
Both work on the image table alone; `split_objects` carries the answer to the rows of a part.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import SplitSettings

NEEDS = ("object_id", "image_id", "export", "domain", "role", "image_path", "image_dhash", "video")
ADDS = pa.schema([("group_id", pa.string()), ("split", pa.string())])
PINS = pa.schema([("image_id", pa.string()), ("split", pa.string())])
GROUPS = pa.schema(
    [
        ("group_id", pa.string()),
        ("domain", pa.string()),
        ("split", pa.string()),
        ("image_ids", pa.list_(pa.string())),
        ("links", pa.map_(pa.string(), pa.int64())),
    ]
)
LINKS = ("same bytes", "near duplicate", "video", "scene", "augmentation")
"""What joins two images, as `Group.why` counts it."""

_IMAGE = ["image_id", "export", "domain", "role", "image_path", "image_dhash", "video"]
_AUGMENTED = re.compile(r"^(?P<stem>.+?)\.rf\.[0-9a-zA-Z]{8,}(\.[A-Za-z0-9]+)?$")


class Image(NamedTuple):
    """One image of one export, as the split sees it."""

    image_id: str
    export: str
    domain: str
    role: str
    image_path: str
    dhash: int
    video: str


class Group(NamedTuple):
    """Images that stay together; `why` counts the links that joined them, by kind."""

    group_id: str
    image_ids: list[str]
    domain: str
    roles: frozenset[str]
    why: Mapping[str, int]


def images(segments: pa.Table) -> list[Image]:
    """The distinct images of a table of segments, in a stable order."""
    require(segments.schema, NEEDS, "split")
    distinct = segments.select(_IMAGE).group_by(_IMAGE).aggregate([])
    return sorted(
        Image(*row) for row in zip(*(distinct[name].to_pylist() for name in _IMAGE), strict=True)
    )


def group_images(images: Sequence[Image], settings: SplitSettings) -> list[Group]:
    """Connected images; a group is named by its smallest member's id."""
    ids = sorted({image.image_id for image in images})
    position = {image_id: index for index, image_id in enumerate(ids)}
    parent = list(range(len(ids)))
    links: list[tuple[int, str]] = []
    for kind, a, b in _links(images, settings):
        low, high = sorted((_root(parent, position[a]), _root(parent, position[b])))
        parent[high] = low
        links.append((low, kind))
    members: defaultdict[int, list[Image]] = defaultdict(list)
    for image in images:
        members[_root(parent, position[image.image_id])].append(image)
    why: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for node, kind in links:
        why[_root(parent, node)][kind] += 1
    return [_group(members[root], why[root]) for root in sorted(members)]


def assign(
    groups: Sequence[Group], settings: SplitSettings, pins: Mapping[str, str]
) -> dict[str, str]:
    """Side of each group by group_id: train, val or test.

    Pinned and role groups are placed first; the rest of each domain is dealt out in the order of a hash of
    the group's id, so that test and val get their shares of the domain's images, and at least one group
    each where the domain has three.
    """
    sides: dict[str, str] = {}
    waiting: defaultdict[str, list[Group]] = defaultdict(list)
    placed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for group in groups:
        side = _forced(group, pins)
        if side is None:
            waiting[group.domain].append(group)
            continue
        sides[group.group_id] = side
        if group.roles == {
            "auto"
        }:  # a whole export that trains or tests says nothing of the others' shares
            placed[group.domain][side] += len(group.image_ids)
    for domain, dealt in sorted(waiting.items()):
        sides |= _deal(dealt, settings, placed[domain])
    return sides


def split_objects(
    segments: pa.Table,
    group_of: Mapping[str, str],
    sides: Mapping[str, str],
    pins: Mapping[str, str],
) -> tuple[pa.Table, pa.Table]:
    """Rows with `group_id` and `split`; what may only train, in a group that may not, is dropped as leak_guard.

    `group_of`: group_id by image_id; `sides`: side by group_id; `pins`: side by image_id, before this run.
    """
    require(segments.schema, NEEDS, "split")
    encoded = segments["image_id"].combine_chunks().dictionary_encode()
    image_ids, rows = encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)
    groups = np.array([group_of[image_id] for image_id in image_ids], dtype=object)
    side = np.array([sides[group] for group in groups], dtype=object)
    pinned = np.array([pins.get(image_id) == "train" for image_id in image_ids], dtype=bool)
    role = np.array(segments["role"].to_pylist(), dtype=object)
    leaks = (side != "train")[rows] & (role != "test") & (pinned[rows] | (role == "train"))
    leaked, kept = np.flatnonzero(leaks), np.flatnonzero(~leaks)
    details = [
        f"group {groups[rows[row]]} is in {side[rows[row]]}, so this train image may not train"
        for row in leaked
    ]
    drops = drop_rows(segments.take(leaked), [Reason.LEAK_GUARD.value] * len(leaked), details)
    stay = segments.take(kept)
    for field, values in zip(ADDS, (groups, side), strict=True):
        stay = stay.append_column(field, pa.array(values[rows[kept]], pa.string()))
    return stay, drops


def new_pins(
    images: Sequence[Image],
    groups: Sequence[Group],
    sides: Mapping[str, str],
    pins: Mapping[str, str],
) -> pa.Table:
    """The pins of this run: old images keep theirs, new ones are pinned where their group went.

    Only an image of an export whose role is now test moves: to test, and never back.
    """
    now = {image_id: sides[group.group_id] for group in groups for image_id in group.image_ids}
    tests = {image.image_id: "test" for image in images if image.role == "test"}
    merged = sorted((now | dict(pins) | tests).items())
    return pa.table(
        {"image_id": [key for key, _ in merged], "split": [side for _, side in merged]}, schema=PINS
    )


def groups_table(groups: Sequence[Group], sides: Mapping[str, str]) -> pa.Table:
    """The groups with their side, their images, and how many links of each kind join them (schema `GROUPS`)."""
    rows = [
        (
            group.group_id,
            group.domain,
            sides[group.group_id],
            group.image_ids,
            list(group.why.items()),
        )
        for group in groups
    ]
    return pa.Table.from_pylist(
        [dict(zip(GROUPS.names, row, strict=True)) for row in rows], schema=GROUPS
    )


def near_duplicates(dhashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    """Index pairs (n, 2), the smaller first, of hashes that differ in at most `bits` bits.

    Two hashes that differ in k bits agree on one of k + 1 chunks (pigeonhole; Norouzi et al. 2012,
    multi-index hashing), so only hashes that share a chunk are compared.
    """
    found: list[NDArray[np.int64]] = []
    edges = np.linspace(0, 64, bits + 2).astype(int)
    for low, high in pairwise(edges):
        keep = np.uint64((1 << int(high - low)) - 1)
        chunk = (dhashes >> np.uint64(low)) & keep
        order = np.argsort(chunk, kind="stable")
        for run in np.split(order, np.flatnonzero(np.diff(chunk[order])) + 1):
            found += _close_pairs(dhashes, run, bits)
    return np.unique(np.concatenate(found), axis=0) if found else np.empty((0, 2), np.int64)


def _close_pairs(
    dhashes: NDArray[np.uint64], run: NDArray[np.int64], bits: int
) -> Iterator[NDArray[np.int64]]:
    for start in range(len(run) - 1):
        others = run[start + 1 :]
        near = others[np.bitwise_count(dhashes[others] ^ dhashes[run[start]]) <= bits]
        if len(near):
            yield np.sort(np.stack([np.full(len(near), run[start]), near], axis=1), axis=1)


def _links(images: Sequence[Image], settings: SplitSettings) -> Iterator[tuple[str, str, str]]:
    """Kind and the two image ids of each link; a chain of n images has n - 1."""
    same: defaultdict[tuple[str, Hashable], list[str]] = defaultdict(list)
    hashes: dict[int, str] = {}
    pattern = re.compile(settings.scene_pattern) if settings.scene_pattern else None
    for image in images:
        same["same bytes", image.image_id].append(image.image_id)
        for kind, key in _scene_keys(image, pattern):
            same[kind, (image.export, key)].append(image.image_id)
    for image_id, dhash in sorted({(image.image_id, image.dhash) for image in images}):
        first = hashes.setdefault(dhash, image_id)
        if first != image_id:
            yield "near duplicate", first, image_id
    for (kind, _), ids in same.items():
        yield from ((kind, a, b) for a, b in pairwise(ids) if kind == "same bytes" or a != b)
    values = np.array(sorted(hashes), dtype=np.uint64)
    for a, b in near_duplicates(values, settings.near_duplicate_bits):
        yield "near duplicate", hashes[int(values[a])], hashes[int(values[b])]


def _scene_keys(image: Image, pattern: re.Pattern[str] | None) -> Iterator[tuple[str, Hashable]]:
    if image.video:
        yield "video", image.video
    name = image.image_path.rsplit("/", 1)[-1]
    if augmented := _AUGMENTED.match(name):
        yield "augmentation", augmented["stem"]
    if pattern and (scene := pattern.search(image.image_path)):
        yield "scene", scene.groups() or scene.group()


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _group(images: list[Image], why: Mapping[str, int]) -> Group:
    smallest = min(images)
    ids = sorted({image.image_id for image in images})
    counts = {kind: why[kind] for kind in LINKS if why.get(kind)}
    return Group(
        smallest.image_id, ids, smallest.domain, frozenset(image.role for image in images), counts
    )


def _forced(group: Group, pins: Mapping[str, str]) -> str | None:
    """The side that roles and pins leave to a group; None where it is free."""
    pinned = {pins[image_id] for image_id in group.image_ids if image_id in pins}
    if "test" in group.roles or "test" in pinned or len(pinned) > 1:
        return "test"
    if pinned:
        return pinned.pop()
    return "train" if "train" in group.roles else None


def _deal(
    groups: Sequence[Group], settings: SplitSettings, placed: Mapping[str, int]
) -> dict[str, str]:
    """Sides of a domain's free groups: test is filled first, then val; a group that would overshoot is passed over."""
    waiting = sorted(groups, key=lambda group: _draw(group.group_id, settings.seed))
    total = sum(len(group.image_ids) for group in waiting) + sum(placed.values())
    sides: dict[str, str] = {}
    for side, share in (("test", settings.test), ("val", settings.val)):
        free = [group for group in waiting if group.group_id not in sides]
        have = placed.get(side, 0)
        taken = []
        for group in free:
            size = len(group.image_ids)
            if have + size / 2 <= share * total:
                taken.append(group)
                have += size
        if not have and share > 0 and len(groups) >= 3:
            taken = [min(free, key=lambda group: len(group.image_ids))]
        sides |= {group.group_id: side for group in taken}
    return {group.group_id: sides.get(group.group_id, "train") for group in waiting}


def _draw(group_id: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{group_id}".encode()).hexdigest()
