"""Stage 4, split: each group of images is assigned to train, val or test.

`assign` works on groups (curate.stages.groups), domain by domain, and honours the exports' roles
and the pins of earlier runs; `split_objects` carries its answer to the rows of a partition, and
drops objects of held-out concepts from what training and validation see.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from curate.curation_settings import SplitSettings
from curate.reasons import Reason
from curate.schema import drop_rows, require
from curate.stages.groups import ROLES, Groups, Ids, id_texts, ids_of
from curate.stages.image_rows import NEEDS as IMAGE_COLUMNS

NEEDS = ("object_id", *IMAGE_COLUMNS, "concept")
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

SPLITS = ("train", "val", "test")
"""The splits, in the order of their numbers in arrays."""

_TRAIN, _VAL, _TEST = range(3)
_NONE = -1  # the number of no split
_FEWEST_GROUPS = 3  # of a domain that gets a group in each split

SplitNumbers = NDArray[np.int8]
"""(n,) numbers of splits, by SPLITS; −1 for none."""


@dataclass(frozen=True, slots=True, eq=False)
class Pins:
    """The splits that earlier runs gave to images: ids, sorted, and numbers of splits."""

    image_ids: Ids
    splits: SplitNumbers

    def of(self, image_ids: Ids) -> SplitNumbers:
        """(n,) the pin of each image; −1 if it has none."""
        place, is_pinned = _find(self.image_ids, image_ids)
        pins = np.full(len(image_ids), _NONE, np.int8)
        pinned_at = place[is_pinned]
        pins[is_pinned] = self.splits[pinned_at]
        return pins


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """Where rows look up their split: ids of images, sorted; for each its group and split.

    `first`: the place of the image that names its group. `pinned`: the split to which each image
    was pinned before this run.
    """

    image_ids: Ids
    first: NDArray[np.int32]
    splits: SplitNumbers
    pinned: SplitNumbers


def read_pins(table: pa.Table) -> Pins:
    """The pins of a table of schema `PINS`."""
    names = pa.array(SPLITS)
    numbers = pc.index_in(table["split"], value_set=names).to_numpy()
    image_ids = ids_of(table["image_id"])
    return Pins(image_ids, numbers.astype(np.int8))


def assign(groups: Groups, settings: SplitSettings, pins: Pins) -> SplitNumbers:
    """(n,) the split of each group.

    Groups with a pin or a role are placed first. The others of each domain are dealt in the order
    of a hash of their ids, so that test and val get their shares of the domain's images, and at
    least one group each if the domain has three.
    """
    splits = _forced_splits(groups, pins)

    # An export that only trains or only tests says nothing of the shares of the others.
    roles_of_groups = groups.roles.sum(axis=1)
    has_auto_role = groups.roles[:, ROLES.index("auto")]
    counts = has_auto_role & (roles_of_groups == 1)

    for domain in np.unique(groups.domains):
        in_domain = groups.domains == domain
        is_placed = splits != _NONE
        placed = in_domain & is_placed & counts
        images_of_split = np.zeros(len(SPLITS), np.int64)
        np.add.at(images_of_split, splits[placed], groups.sizes[placed])

        is_free = in_domain & ~is_placed
        free = np.flatnonzero(is_free)
        splits[free] = _deal(groups, free, settings, images_of_split)
    return splits


def assigned(groups: Groups, splits: SplitNumbers, pins: Pins) -> Assigned:
    """What `split_objects` looks up, of all images. `splits`: of `assign`."""
    group_of = groups.group_of
    first = groups.first[group_of]
    return Assigned(
        image_ids=groups.image_ids,
        first=first.astype(np.int32),
        splits=splits[group_of],
        pinned=pins.of(groups.image_ids),
    )


def is_held_out(concept: str, settings: SplitSettings) -> bool:
    """Whether `hold_out_concepts` keeps a concept out of training: its hash decides.

    The other concepts of the data do not matter, so a concept keeps its answer as data comes.
    """
    digest = _rank(f"concept\0{concept}", settings.seed)
    first_64_bits = int(digest[:16], 16)
    return first_64_bits < settings.hold_out_concepts * 2**64


def split_objects(
    segments: pa.Table, known: Assigned, settings: SplitSettings
) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, with `group_id` and `split`; and drops.

    `known`: of all images; KeyError if one is missing. What may only train is dropped as leak_guard
    if its group does not train. An object of a held-out concept stays in test; in train and val it
    is dropped as held_out. So the test set is the same whatever is held out.
    """
    require(segments.schema, NEEDS, "split")
    place = _places(segments["image_id"], known)
    splits = known.splits[place]

    does_train = splits == _TRAIN
    leaks = _only_train(segments, known.pinned[place]) & ~does_train
    is_test = splits == _TEST
    held_out = _are_held_out(segments, settings) & ~is_test
    leaves = leaks | held_out

    # Every row gets the columns, those that leave for the words of their drops.
    first = known.first[place]
    columns = {
        "group_id": known.image_ids[first].astype(np.str_),
        "split": np.array(SPLITS)[splits],
    }
    for field in ADDS:
        values = pa.array(columns[field.name], field.type)
        segments = segments.append_column(field, values)

    leaving = segments.take(np.flatnonzero(leaves))
    drops = _drops(leaving, leaks[leaves])
    return segments.take(np.flatnonzero(~leaves)), drops


def _only_train(segments: pa.Table, pinned: SplitNumbers) -> NDArray[np.bool_]:
    """(rows,) whether each row may train and nothing else. `pinned`: (rows,) the image's pin.

    A train image may only train, unless its export's role has become test.
    """
    roles = segments["role"]
    has_train_role = pc.equal(roles, "train").to_numpy()
    has_test_role = pc.equal(roles, "test").to_numpy()
    has_train_pin = pinned == _TRAIN
    only_trains: NDArray[np.bool_] = has_train_pin & ~has_test_role
    only_trains |= has_train_role
    return only_trains


def _drops(rows: pa.Table, leaks: NDArray[np.bool_]) -> pa.Table:
    """The drops of rows with a group and a split. `leaks`: (n,); the others are held out."""
    reasons = []
    details = []
    named = rows.select(["concept", "group_id", "split"]).to_pylist()
    for row, is_leak in zip(named, leaks.tolist(), strict=True):
        if is_leak:
            where = f"group {row['group_id']} is in {row['split']}"
            reasons.append(Reason.LEAK_GUARD.value)
            details.append(f"{where}, so this train image may not train")
        else:
            reasons.append(Reason.HELD_OUT.value)
            details.append(f"{row['concept']} is kept out of {row['split']}")
    return drop_rows(rows, reasons, details)


def _places(image_ids: pa.ChunkedArray, known: Assigned) -> NDArray[np.int64]:
    """(rows,) where each image is in `known`. KeyError for one that is not there."""
    ids = ids_of(image_ids)
    place, is_known = _find(known.image_ids, ids)
    if is_known.all():
        return place

    unknown = ids[~is_known]
    first_unknown = unknown[0].decode()
    raise KeyError(first_unknown)


def _find(known: Ids, ids: Ids) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n,) where each id is in `known`, which is sorted, and whether it is there."""
    place = np.searchsorted(known, ids)
    # An id that comes after all of them is searched behind the last one.
    padded = np.append(known, b"")
    is_there = padded[place] == ids
    return place, is_there


def _are_held_out(segments: pa.Table, settings: SplitSettings) -> NDArray[np.bool_]:
    """(rows,) whether the concept of each row is held out."""
    if not settings.hold_out_concepts:
        return np.zeros(len(segments), np.bool_)
    concepts = segments["concept"].cast(pa.string())
    distinct = concepts.unique().to_pylist()
    held_out = [each for each in distinct if is_held_out(each, settings)]
    value_set = pa.array(held_out, pa.string())
    found: NDArray[np.bool_] = pc.is_in(concepts, value_set=value_set).to_numpy()
    return found


def new_pins(groups: Groups, splits: SplitNumbers, pins: Pins) -> pa.Table:
    """The pins after this run: a table of schema `PINS`.

    Pinned images keep their pins; new ones are pinned to the split of their group. Only an image of
    an export whose role is now test moves: to test, and never back.
    """
    before = pins.of(groups.image_ids)
    is_new = before == _NONE
    of_group = splits[groups.group_of]
    now = np.where(is_new, of_group, before)
    now[groups.has_test_role] = _TEST

    # Where an id is there twice, `np.unique` gives its first entry: that of this run.
    all_ids = np.concatenate([groups.image_ids, pins.image_ids])
    all_splits = np.concatenate([now, pins.splits])
    image_ids, first = np.unique(all_ids, return_index=True)
    names = np.array(SPLITS)[all_splits[first]]
    columns = {
        "image_id": id_texts(image_ids),
        "split": pa.array(names),
    }
    return pa.table(columns, schema=PINS)


def _forced_splits(groups: Groups, pins: Pins) -> SplitNumbers:
    """(n,) the split that roles and pins demand of each group; −1 if they demand none."""
    # (groups, splits): whether an image of the group is pinned to the split.
    pinned = pins.of(groups.image_ids)
    is_pinned = pinned != _NONE
    pinned_groups = groups.group_of[is_pinned]
    has_pin = np.zeros((len(groups), len(SPLITS)), np.bool_)
    has_pin[pinned_groups, pinned[is_pinned]] = True
    pins_of_group = has_pin.sum(axis=1)

    # What is written later wins: a pin over the role train, test over all.
    forced = np.full(len(groups), _NONE, np.int8)
    has_train_role = groups.roles[:, ROLES.index("train")]
    forced[has_train_role] = _TRAIN

    has_one_pin = pins_of_group == 1
    forced[has_one_pin] = has_pin[has_one_pin].argmax(axis=1)

    tests = pins_of_group > 1
    tests |= has_pin[:, _TEST]
    tests |= groups.roles[:, ROLES.index("test")]
    forced[tests] = _TEST
    return forced


def _deal(
    groups: Groups,
    free: NDArray[np.int64],
    settings: SplitSettings,
    placed: NDArray[np.int64],
) -> SplitNumbers:
    """The splits of a domain's free groups, in the order of `free`.

    `placed`: (splits,) images of the domain that are in each split already. Test is filled first,
    then val; the rest trains.
    """
    ranks = []
    for name in groups.group_ids[free].tolist():
        group_id = name.decode()
        ranks.append(_rank(group_id, settings.seed))
    waiting = np.argsort(np.array(ranks, np.bytes_), kind="stable")
    sizes = groups.sizes[free]
    images = int(sizes.sum() + placed.sum())

    dealt = np.full(len(free), _TRAIN, np.int8)
    shares = {_TEST: settings.test, _VAL: settings.val}
    for split, share in shares.items():
        have = int(placed[split])
        waiting_sizes = sizes[waiting]
        taken = _fill(waiting_sizes, share * images, have)

        # A split that would stay empty gets the smallest group.
        is_empty = not taken and not have
        if is_empty and share > 0 and len(free) >= _FEWEST_GROUPS:
            smallest = int(np.argmin(waiting_sizes))
            taken = [smallest]
        dealt[waiting[taken]] = split
        waiting = np.delete(waiting, taken)
    return dealt


def _fill(sizes: NDArray[np.int64], wanted: float, have: int) -> list[int]:
    """The groups, taken in their order, that bring a split from `have` to `wanted` images.

    A group that would bring it further beyond what is wanted than it is below is passed over.
    """
    taken = []
    for position, size in enumerate(sizes.tolist()):
        if have >= wanted:
            break
        if have + size / 2 <= wanted:
            taken.append(position)
            have += size
    return taken


def _rank(group_id: str, seed: int) -> str:
    """The place of a group in an order that depends on its id and the seed alone."""
    named = f"{seed}\0{group_id}"
    digest = hashlib.sha256(named.encode())
    return digest.hexdigest()
