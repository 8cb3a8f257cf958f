"""Stage 4, split: each group of images is assigned to train, val or test.

`assign` works on groups (curate.stages.groups), domain by domain, and honours the exports' roles
and the pins of earlier runs; `split_objects` carries its answer to the rows of a partition, and
drops objects of held-out concepts from what training and validation see.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.settings import SplitSettings
from curate.stages.groups import Group, Image

NEEDS = (
    "object_id",
    "image_id",
    "export",
    "domain",
    "role",
    "image_path",
    "image_dhash",
    "image_thumbnail",
    "video",
    "concept",
)
"""Columns that the stage reads."""

ADDS = pa.schema(
    [
        ("group_id", pa.string()),
        ("split", pa.string()),
    ]
)
"""Columns that the stage adds."""

PINS = pa.schema(
    [
        ("image_id", pa.string()),
        ("split", pa.string()),
    ]
)
"""pins.parquet: the split that each image was given, now or by an earlier run."""

GROUPS = pa.schema(
    [
        ("group_id", pa.string()),
        ("domain", pa.string()),
        ("split", pa.string()),
        ("image_ids", pa.list_(pa.string())),
        ("links", pa.map_(pa.string(), pa.int64())),
    ]
)
"""groups.parquet: the groups with their split."""

_FEWEST_GROUPS = 3  # of a domain that gets a group in each split


def assign(
    groups: Sequence[Group], settings: SplitSettings, pins: Mapping[str, str]
) -> dict[str, str]:
    """The split of each group, by group_id: train, val or test.

    `pins`: split by image_id, of earlier runs.

    Groups with a pin or a role are placed first. The others of each domain are dealt in the order
    of a hash of their ids, so that test and val get their shares of the domain's images, and at
    least one group each if the domain has three.
    """
    splits: dict[str, str] = {}
    free: defaultdict[str, list[Group]] = defaultdict(list)
    placed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for group in groups:
        forced = _forced_split(group, pins)
        if forced is None:
            free[group.domain].append(group)
            continue
        splits[group.group_id] = forced
        # An export that only trains or only tests says nothing of the shares of the others.
        if group.roles == {"auto"}:
            placed[group.domain][forced] += group.size

    for domain, of_domain in sorted(free.items()):
        splits.update(_deal(of_domain, settings, placed[domain]))
    return splits


def is_held_out(concept: str, settings: SplitSettings) -> bool:
    """Whether `hold_out_concepts` keeps a concept out of training: its hash decides.

    The other concepts of the data do not matter, so a concept keeps its answer as data comes.
    """
    number = int(_rank(f"concept\0{concept}", settings.seed)[:16], 16)
    return number < settings.hold_out_concepts * 2**64


def split_objects(
    segments: pa.Table,
    group_of: Mapping[str, str],
    splits: Mapping[str, str],
    pins: Mapping[str, str],
    settings: SplitSettings,
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with `group_id` and `split`; and drops.

    `group_of`: group_id by image_id. `splits`: split by group_id. `pins`: split by image_id, as it
    was before this run. What may only train is dropped as leak_guard if its group does not train.
    An object of a held-out concept stays in test; in train and val it is dropped as held_out. So
    the test set is the same whatever is held out.
    """
    require(segments.schema, NEEDS, "split")
    image_ids = segments["image_id"].to_pandas()
    # An image or a group without an entry raises KeyError: all of them were assigned before.
    row_groups = image_ids.map(group_of.__getitem__)
    row_splits = row_groups.map(splits.__getitem__)

    roles = segments["role"].to_pandas()
    pinned_to_train = image_ids.map(pins.get) == "train"
    only_trains = (roles == "train") | (pinned_to_train & (roles != "test"))
    leaks = (only_trains & (row_splits != "train")).to_numpy()
    held_out = _are_held_out(segments, settings) & (row_splits != "test").to_numpy()

    leaves = np.flatnonzero(leaks | held_out)
    concepts = segments["concept"].to_pylist()
    reasons = []
    details = []
    for row in leaves.tolist():
        if leaks[row]:
            reasons.append(Reason.LEAK_GUARD.value)
            details.append(
                f"group {row_groups[row]} is in {row_splits[row]}, so this train image may not "
                "train"
            )
        else:
            reasons.append(Reason.HELD_OUT.value)
            details.append(f"{concepts[row]} is kept out of {row_splits[row]}")
    drops = drop_rows(segments.take(leaves), reasons, details)

    kept = np.flatnonzero(~leaks & ~held_out)
    columns = {"group_id": row_groups[kept], "split": row_splits[kept]}
    stay = segments.take(kept)
    for field in ADDS:
        stay = stay.append_column(field, pa.array(columns[field.name], field.type))
    return stay, drops


def _are_held_out(segments: pa.Table, settings: SplitSettings) -> NDArray[np.bool_]:
    """(n,) whether the concept of each row is held out."""
    concepts = segments["concept"].to_pandas()
    if not settings.hold_out_concepts:
        return np.zeros(len(concepts), np.bool_)
    answers = {each: is_held_out(each, settings) for each in concepts.unique()}
    held_out: NDArray[np.bool_] = concepts.map(answers).to_numpy(np.bool_)
    return held_out


def new_pins(
    images: Sequence[Image],
    groups: Sequence[Group],
    splits: Mapping[str, str],
    pins: Mapping[str, str],
) -> pa.Table:
    """The pins after this run: a table of schema `PINS`.

    Pinned images keep their pins; new ones are pinned to the split of their group. Only an image of
    an export whose role is now test moves: to test, and never back.
    """
    pinned: dict[str, str] = {}
    for group in groups:
        for image_id in group.image_ids:
            pinned[image_id] = splits[group.group_id]
    pinned.update(pins)
    for image in images:
        if image.role == "test":
            pinned[image.image_id] = "test"

    ordered = sorted(pinned.items())
    columns = {
        "image_id": [image_id for image_id, _ in ordered],
        "split": [split for _, split in ordered],
    }
    return pa.table(columns, schema=PINS)


def groups_table(groups: Sequence[Group], splits: Mapping[str, str]) -> pa.Table:
    """The groups with their splits: a table of schema `GROUPS`."""
    columns = {
        "group_id": [group.group_id for group in groups],
        "domain": [group.domain for group in groups],
        "split": [splits[group.group_id] for group in groups],
        "image_ids": [group.image_ids for group in groups],
        "links": [list(group.links.items()) for group in groups],
    }
    return pa.table(columns, schema=GROUPS)


def _forced_split(group: Group, pins: Mapping[str, str]) -> str | None:
    """The split that roles and pins demand of a group; None if they demand none."""
    pinned = {pins[image_id] for image_id in group.image_ids if image_id in pins}
    if "test" in group.roles or "test" in pinned:
        return "test"
    if len(pinned) > 1:
        return "test"
    if pinned:
        return pinned.pop()
    if "train" in group.roles:
        return "train"
    return None


def _deal(
    groups: Sequence[Group], settings: SplitSettings, placed: Mapping[str, int]
) -> dict[str, str]:
    """The splits of a domain's free groups, by group_id.

    `placed`: images of the domain that are in a split already, by split. Test is filled first, then
    val; the rest trains.
    """
    waiting = sorted(groups, key=lambda group: _rank(group.group_id, settings.seed))
    images = sum(group.size for group in waiting) + sum(placed.values())
    shares = {"test": settings.test, "val": settings.val}

    splits: dict[str, str] = {}
    for split, share in shares.items():
        free = [group for group in waiting if group.group_id not in splits]
        have = placed.get(split, 0)
        taken = _fill(free, share * images, have)
        is_empty = not taken and not have
        if is_empty and share > 0 and len(groups) >= _FEWEST_GROUPS:
            taken = [min(free, key=lambda group: group.size)]
        for group in taken:
            splits[group.group_id] = split

    for group in waiting:
        splits.setdefault(group.group_id, "train")
    return splits


def _fill(free: Sequence[Group], wanted: float, have: int) -> list[Group]:
    """The groups, taken in their order, that bring a split from `have` to `wanted` images.

    A group that would bring it further beyond what is wanted than it is below is passed over.
    """
    taken = []
    for group in free:
        if have + group.size / 2 <= wanted:
            taken.append(group)
            have += group.size
    return taken


def _rank(group_id: str, seed: int) -> str:
    """The place of a group in an order that depends on its id and the seed alone."""
    return hashlib.sha256(f"{seed}\0{group_id}".encode()).hexdigest()
