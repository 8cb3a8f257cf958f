"""Stage 4, split: images that show the same thing form a group, and a group stays on one side.

`group_images` joins images by union-find over equal bytes, near-equal difference hashes, scenes and
augmentation stems. `assign` puts each group on a side, domain by domain, and honours roles and pins.
Both work on the image table alone; `split_objects` carries the answer to the rows of a part.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
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


def image_table(segments: pa.Table) -> list[Image]:
    """The distinct images of a table of segments, in a stable order."""
    columns = ("image_id", "export", "domain", "role", "image_path", "image_dhash", "video")
    return sorted({Image(*row) for row in zip(*(segments[name].to_pylist() for name in columns), strict=True)})


def group_images(images: Sequence[Image], settings: SplitSettings) -> list[Group]:
    """Connected images; a group is named by its smallest member's id."""
    ids = sorted({image.image_id for image in images})
    position = {image_id: index for index, image_id in enumerate(ids)}
    parent = list(range(len(ids)))
    links: list[tuple[int, str]] = []
    for kind, a, b in _links(images, settings):
        low, high = sorted((_root(parent, position[a]), _root(parent, position[b])))
        parent[high] = low
        if a != b:
            links.append((low, kind))
    members: defaultdict[int, list[Image]] = defaultdict(list)
    for image in images:
        members[_root(parent, position[image.image_id])].append(image)
    why: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for node, kind in links:
        why[_root(parent, node)][kind] += 1
    return [_group(members[root], why[root]) for root in sorted(members)]


def assign(groups: Sequence[Group], settings: SplitSettings, pins: Mapping[str, str]) -> dict[str, str]:
    """Side of each group by group_id: train, val or test.

    Pinned and role groups are placed first; the rest of each domain is dealt out in the order of a hash of
    the group's id, so that test and val get their shares of the domain's images, and at least one group
    each where the domain has three.
    """
    sides: dict[str, str] = {}
    open_groups: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        side = _forced(group, pins)
        if side is None:
            open_groups[group.domain].append(group)
        else:
            sides[group.group_id] = side
    placed: defaultdict[str, dict[str, int]] = defaultdict(lambda: {"train": 0, "val": 0, "test": 0})
    for group in groups:
        if group.group_id in sides and group.roles == {"auto"}:
            placed[group.domain][sides[group.group_id]] += len(group.image_ids)
    for domain, waiting in sorted(open_groups.items()):
        sides |= _deal(waiting, settings, placed[domain])
    return sides


def split_objects(
    segments: pa.Table, group_of: Mapping[str, str], sides: Mapping[str, str], pins: Mapping[str, str]
) -> tuple[pa.Table, pa.Table]:
    """Rows with `group_id` and `split`; train rows whose group lies in test or val are dropped as leak_guard."""
    require(segments.schema, NEEDS, "split")
    image_ids, roles = segments["image_id"].to_pylist(), segments["role"].to_pylist()
    groups = [group_of[image_id] for image_id in image_ids]
    side = [sides[group] for group in groups]
    leaks = np.array(
        [
            now != "train" and (pins.get(image_id) == "train" or role == "train")
            for image_id, role, now in zip(image_ids, roles, side, strict=True)
        ],
        dtype=bool,
    )
    leaked, kept = np.flatnonzero(leaks), np.flatnonzero(~leaks)
    details = [f"group {groups[row]} is in {side[row]}, so this train image may not train" for row in leaked]
    drops = drop_rows(segments.take(leaked), [Reason.LEAK_GUARD.value] * len(leaked), details)
    added = pa.table({"group_id": groups, "split": side}, schema=ADDS).take(kept)
    rows = segments.take(kept)
    for name in ADDS.names:
        rows = rows.append_column(ADDS.field(name), added[name])
    return rows, drops


def new_pins(groups: Sequence[Group], sides: Mapping[str, str], pins: Mapping[str, str]) -> pa.Table:
    """The pins of this run: old images keep theirs, new ones are pinned where their group went."""
    now = {image_id: sides[group.group_id] for group in groups for image_id in group.image_ids}
    merged = sorted((now | dict(pins)).items())
    return pa.table({"image_id": [key for key, _ in merged], "split": [side for _, side in merged]}, schema=PINS)


def near_duplicates(dhashes: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    """Index pairs (n, 2) of distinct hashes that differ in at most `bits` bits.

    Two hashes that differ in k bits agree on one of k + 1 chunks (pigeonhole; Norouzi et al. 2012,
    multi-index hashing), so only hashes that share a chunk are compared.
    """
    found: list[NDArray[np.int64]] = []
    edges = np.linspace(0, 64, bits + 2).astype(int)
    for low, high in pairwise(edges):
        chunk = (dhashes >> np.uint64(low)) & np.uint64((1 << int(high - low)) - 1)
        order = np.argsort(chunk, kind="stable")
        for run in np.split(order, np.flatnonzero(np.diff(chunk[order])) + 1):
            found += _close_pairs(dhashes, run, bits)
    return np.unique(np.concatenate(found), axis=0) if found else np.empty((0, 2), np.int64)


def _close_pairs(dhashes: NDArray[np.uint64], run: NDArray[np.int64], bits: int) -> Iterator[NDArray[np.int64]]:
    for start in range(len(run) - 1):
        others = run[start + 1 :]
        differing = np.bitwise_count(dhashes[others] ^ dhashes[run[start]])
        near = others[differing <= bits]
        if len(near):
            yield np.sort(np.stack([np.full(len(near), run[start]), near], axis=1), axis=1)


def _links(images: Sequence[Image], settings: SplitSettings) -> Iterator[tuple[str, str, str]]:
    hashes: defaultdict[int, list[str]] = defaultdict(list)
    keyed: defaultdict[tuple[Hashable, ...], list[str]] = defaultdict(list)
    pattern = re.compile(settings.scene_pattern) if settings.scene_pattern else None
    copies: defaultdict[str, list[str]] = defaultdict(list)
    for image in images:
        hashes[image.dhash].append(image.image_id)
        copies[image.image_id].append(image.image_id)
        for kind, key in _scene_keys(image, pattern):
            keyed[kind, image.export, key].append(image.image_id)
    yield from (("same bytes", a, b) for a, b in _chains(copies.values()))
    yield from ((str(kind), a, b) for (kind, *_), ids in keyed.items() for a, b in pairwise(ids))
    yield from (("near duplicate", a, b) for a, b in _chains(hashes.values()))
    values = np.array(sorted(hashes), dtype=np.uint64)
    for a, b in near_duplicates(values, settings.near_duplicate_bits):
        yield "near duplicate", hashes[int(values[a])][0], hashes[int(values[b])][0]


def _scene_keys(image: Image, pattern: re.Pattern[str] | None) -> Iterator[tuple[str, Hashable]]:
    if image.video:
        yield "video", image.video
    name = image.image_path.rsplit("/", 1)[-1]
    if augmented := _AUGMENTED.match(name):
        yield "augmentation", augmented["stem"]
    if pattern and (scene := pattern.search(image.image_path)):
        yield "scene", scene.groups() or scene.group()


def _chains(lists: Iterable[list[str]]) -> Iterator[tuple[str, str]]:
    for ids in lists:
        yield from pairwise(ids)


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _group(images: list[Image], why: Mapping[str, int]) -> Group:
    smallest = min(images)
    ids = sorted({image.image_id for image in images})
    return Group(smallest.image_id, ids, smallest.domain, frozenset(image.role for image in images), dict(why))


def _forced(group: Group, pins: Mapping[str, str]) -> str | None:
    """The side that roles and pins leave to a group; None where it is free."""
    if "test" in group.roles:
        return "test"
    pinned = {pins[image_id] for image_id in group.image_ids if image_id in pins}
    if len(pinned) > 1 or "test" in pinned:
        return "test"
    if "train" in group.roles:
        return pinned.pop() if pinned else "train"
    return pinned.pop() if pinned else None


def _deal(groups: Sequence[Group], settings: SplitSettings, placed: dict[str, int]) -> dict[str, str]:
    waiting = sorted(groups, key=lambda group: _draw(group.group_id, settings.seed))
    images = sum(len(group.image_ids) for group in waiting) + sum(placed.values())
    sides: dict[str, str] = {}
    for side, share in (("test", settings.test), ("val", settings.val)):
        want, have = share * images, placed[side]
        for group in waiting:
            size = len(group.image_ids)
            first = have == 0 and share > 0 and len(waiting) >= 3 and size <= images / 3
            if group.group_id not in sides and (have + size / 2 <= want or first):
                sides[group.group_id] = side
                have += size
    return {group.group_id: sides.get(group.group_id, "train") for group in waiting}


def _draw(group_id: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{group_id}".encode()).hexdigest()
