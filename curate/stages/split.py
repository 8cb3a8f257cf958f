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
        padded_splits = np.append(self.splits, np.int8(_NONE))
        return np.where(is_pinned, padded_splits[place], np.int8(_NONE))


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
    numbers = pc.index_in(table["split"], value_set=pa.array(SPLITS)).to_numpy()
    return Pins(ids_of(table["image_id"]), numbers.astype(np.int8))


def assign(groups: Groups, settings: SplitSettings, pins: Pins) -> SplitNumbers:
    """(n,) the split of each group.

    Groups with a pin or a role are placed first. The others of each domain are dealt in the order
    of a hash of their ids, so that test and val get their shares of the domain's images, and at
    least one group each if the domain has three.
    """
    splits = _forced_splits(groups, pins)
    # An export that only trains or only tests says nothing of the shares of the others.
    has_auto_role = groups.roles[:, 0]
    has_other_role = groups.roles[:, 1:].any(axis=1)
    counts = has_auto_role & ~has_other_role

    for domain in np.unique(groups.domains):
        in_domain = groups.domains == domain
        is_placed = splits != _NONE
        placed = in_domain & is_placed & counts
        images_of_split = np.zeros(len(SPLITS), np.int64)
        np.add.at(images_of_split, splits[placed], groups.sizes[placed])

        free = np.flatnonzero(in_domain & ~is_placed)
        splits[free] = _deal(groups, free, settings, images_of_split)
    return splits


def assigned(groups: Groups, splits: SplitNumbers, pins: Pins) -> Assigned:
    """What `split_objects` looks up, of all images. `splits`: of `assign`."""
    return Assigned(
        groups.image_ids,
        groups.first[groups.group_of].astype(np.int32),
        splits[groups.group_of],
        pins.of(groups.image_ids),
    )


def is_held_out(concept: str, settings: SplitSettings) -> bool:
    """Whether `hold_out_concepts` keeps a concept out of training: its hash decides.

    The other concepts of the data do not matter, so a concept keeps its answer as data comes.
    """
    number = int(_rank(f"concept\0{concept}", settings.seed)[:16], 16)
    return number < settings.hold_out_concepts * 2**64


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
    row_splits = known.splits[place]
    group_ids = known.image_ids[known.first[place]].astype(np.str_)
    does_train = row_splits == _TRAIN

    # A train image may only train, unless its export's role has become test.
    roles = segments["role"]
    has_train_role = pc.equal(roles, "train").to_numpy()
    has_test_role = pc.equal(roles, "test").to_numpy()
    has_train_pin = known.pinned[place] == _TRAIN
    only_trains = has_train_role | (has_train_pin & ~has_test_role)
    leaks = only_trains & ~does_train

    is_test = row_splits == _TEST
    held_out = _are_held_out(segments, settings) & ~is_test
    leaves = leaks | held_out

    # Every row gets the columns, those that leave for the words of their drops.
    columns = {"group_id": group_ids, "split": np.array(SPLITS)[row_splits]}
    for field in ADDS:
        values = pa.array(columns[field.name], field.type)
        segments = segments.append_column(field, values)
    drops = _drops(segments.take(np.flatnonzero(leaves)), leaks[leaves])
    return segments.take(np.flatnonzero(~leaves)), drops


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
    if not is_known.all():
        raise KeyError(ids[~is_known][0].decode())
    return place


def _find(known: Ids, ids: Ids) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n,) where each id is in `known`, which is sorted, and whether it is there."""
    place = np.searchsorted(known, ids)
    is_there = np.append(known, b"")[place] == ids
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
    now = np.where(before == _NONE, splits[groups.group_of], before)
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
    has_pin = np.zeros((len(groups), len(SPLITS)), np.bool_)
    has_pin[groups.group_of[is_pinned], pinned[is_pinned]] = True
    pinned_splits = has_pin.sum(axis=1)
    has_one_pin = pinned_splits == 1
    has_several_pins = pinned_splits > 1

    has_train_role = groups.roles[:, ROLES.index("train")]
    has_test_role = groups.roles[:, ROLES.index("test")]

    # What is written later wins: a pin over the role train, test over all.
    forced = np.full(len(groups), _NONE, np.int8)
    forced[has_train_role] = _TRAIN
    forced[has_one_pin] = has_pin[has_one_pin].argmax(axis=1)
    forced[has_pin[:, _TEST] | has_several_pins | has_test_role] = _TEST
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
    names = groups.group_ids[free].tolist()
    ranks = [_rank(name.decode(), settings.seed) for name in names]
    waiting = np.argsort(np.array(ranks, np.bytes_), kind="stable")
    sizes = groups.sizes[free]
    images = int(sizes.sum() + placed.sum())

    dealt = np.full(len(free), _TRAIN, np.int8)
    for split, share in ((_TEST, settings.test), (_VAL, settings.val)):
        have = int(placed[split])
        taken = _fill(sizes[waiting], share * images, have)
        is_empty = not taken and not have
        if is_empty and share > 0 and len(free) >= _FEWEST_GROUPS:
            taken = [int(np.argmin(sizes[waiting]))]
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
    return hashlib.sha256(f"{seed}\0{group_id}".encode()).hexdigest()
