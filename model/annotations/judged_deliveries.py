"""The deliveries of a build judged: `<build>/quality/deliveries.json` and `held.parquet`.

`quality` judges each export of a customer beside the other customers' masks. A round of the loop
judges what is new to it, before it learns from that, beside what the model in use has learned from.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace
from numpy.typing import NDArray
from upath import UPath

from curate import seeded
from curate.judged_annotations import read_held
from curate.schema import HELD
from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from curate.storage import digest, write_json, write_table
from model.annotations.asking import asking
from model.annotations.covers import Covers
from model.annotations.deliveries import Qualities, is_surely_wrong, share_wrong
from model.annotations.judging import (
    Looks,
    SpoiledCopies,
    delivered_qualities,
    own_looks,
    spoiled_copies,
)
from model.annotations.report import (
    DOUBTFUL,
    Deliveries,
    DeliveryQuality,
    read_deliveries,
)
from model.checkpoint import load_checkpoint
from model.evaluation.intervals import LEAST_IMAGES
from model.hardware import device

_MOST_OF_A_DELIVERY = (
    120  # masks that are asked about, where asking is all that is to be done
)
_MOST_USUAL = 150
_DIGITS = 8  # of a delivery's digest, in its name
_SAMPLE = 2  # purpose of a stream of random numbers: which of the masks

Rows = NDArray[np.bool_]
"""(n,) which rows of the shards."""


def judge_new_deliveries(
    settings: Settings,
    checkpoint: str,
    new: Collection[str],
    log: Callable[[str], None],
) -> list[DeliveryQuality]:
    """Judge what is new in the shards, by object_id, with a model that has not learned from it.

    `checkpoint`: what names the model, as `train.start` does. Some masks of each delivery are asked
    about, and some of the others. What is found is written; what is held back leaves with the next
    balance.
    """
    model, _ = load_checkpoint(checkpoint)
    asks = asking(model.to(device()), settings)
    seed = settings.quality.seed
    shards = open_shards(UPath(settings.build) / "shard", "train")
    is_new = _is_among(shards.table, new)
    rows = _sampled(shards, is_new, seed)
    covers = Covers(shards, rows)
    asked = own_looks(asks, covers, rows, log)
    copies = spoiled_copies(asks, covers, rows, len(rows), seed, log)

    looks = Looks(
        signs=np.full((len(shards), asked.signs.shape[1]), np.nan),
        moves=np.full((len(shards), 2), np.nan),
    )
    looks.signs[rows] = asked.signs
    looks.moves[rows] = asked.moves
    found = judge_deliveries(shards, looks, copies, is_new, seed)
    return keep_deliveries(settings, found, new)


def judge_deliveries(
    shards: Shards, looks: Looks, copies: SpoiledCopies, is_new: Rows, seed: int
) -> list[DeliveryQuality]:
    """Judge the new rows of each export of a customer, as far as they have been looked at.

    They are judged beside the others. Where these are too few, as when all is new, they are judged
    beside what is new of other customers.
    """
    customers = np.array(shards.table["customer"].to_pylist())
    exports = np.array(shards.table["export"].to_pylist())
    is_seen = ~np.isnan(looks.signs).any(axis=1)
    judged = _judged_beside(shards, looks, copies, is_new, seed)

    names = sorted(
        set(zip(customers[is_new].tolist(), exports[is_new].tolist(), strict=True))
    )
    found = []
    for customer, export in names:
        own = is_new & (customers == customer) & (exports == export)
        masks = judged[customer]
        delivery = _of_rows(masks.qualities, own)
        beside = _of_rows(masks.qualities, masks.usual)
        wrong = share_wrong(delivery, beside, len(names))
        moves = looks.moves[own & is_seen]
        each = DeliveryQuality(
            customer=customer,
            export=export,
            objects=int(np.count_nonzero(own)),
            judged=len(delivery.own),
            doubtful=_doubtful(delivery),
            usual=_doubtful(beside),
            wrong=wrong,
            is_held=is_surely_wrong(wrong),
            right=-_middle(moves, 0),
            below=-_middle(moves, 1),
        )
        found.append(each)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """All masks of the shards, judged by what the usual ones teach alone."""

    usual: Rows
    qualities: Qualities
    """Of each row; NaN: it cannot be judged."""


def _judged_beside(
    shards: Shards, looks: Looks, copies: SpoiledCopies, is_new: Rows, seed: int
) -> dict[str, _Judged]:
    """By customer, all masks judged by those that its new ones are compared with."""
    customers = np.array(shards.table["customer"].to_pylist())
    _, images = np.unique(shards.table["image_id"].to_pylist(), return_inverse=True)

    def by(usual: Rows) -> _Judged:
        own, of_copies = delivered_qualities(shards, looks.signs, copies, usual, seed)
        return _Judged(usual, Qualities(own, of_copies, images))

    names = np.unique(customers[is_new]).tolist()
    is_seen = ~np.isnan(looks.signs).any(axis=1)
    known_images = np.unique(images[is_seen & ~is_new])
    if len(known_images) >= LEAST_IMAGES:
        return dict.fromkeys(names, by(~is_new))
    return {name: by(customers != name) for name in names}


def _of_rows(masks: Qualities, rows: Rows) -> Qualities:
    """The masks of some rows, as far as they have been judged."""
    chosen = rows & ~np.isnan(masks.own)
    return Qualities(masks.own[chosen], masks.copies[chosen], masks.images[chosen])


def keep_deliveries(
    settings: Settings, found: list[DeliveryQuality], new: Collection[str] | None
) -> list[DeliveryQuality]:
    """Write what was found, beside deliveries that are held back since before; what was found.

    `new`: the object_ids that were judged, of all splits; None: all that there are. What comes back
    has names where it is held.
    """
    folder = UPath(settings.build) / "quality"
    path = folder / "held.parquet"
    tables = [HELD.empty_table()]
    if path.exists():
        tables.append(read_held(path))

    named = []
    for each in found:
        delivery = each
        if each.is_held:
            rows = _held_rows(settings, each, new)
            tables.append(rows)
            delivery = replace(each, delivery=rows["delivery"][0].as_py())
        named.append(delivery)
    write_table(path, pa.concat_tables(tables))

    judged = {(each.customer, each.export) for each in named}
    before = read_deliveries(folder)
    kept = [
        each
        for each in before
        if each.is_held and (each.customer, each.export) not in judged
    ]
    write_json(folder / "deliveries.json", Deliveries(deliveries=[*named, *kept]))
    return named


def _held_rows(
    settings: Settings, delivery: DeliveryQuality, new: Collection[str] | None
) -> pa.Table:
    """The rows of HELD of a delivery, of all splits."""
    tables = []
    manifest = open_shards(UPath(settings.build) / "shard", "train").manifest
    for split, count in manifest.rows.items():
        if not count:
            continue
        rows = open_shards(UPath(settings.build) / "shard", split).table
        if new is not None:
            rows = rows.filter(pa.array(_is_among(rows, new)))
        is_own = pc.and_(
            pc.equal(rows["customer"], delivery.customer),
            pc.equal(rows["export"], delivery.export),
        )
        tables.append(_masks(rows.filter(is_own)))

    masks = pa.concat_tables(tables).sort_by("object_id")
    name = f"{delivery.export}@{digest(masks.to_pylist())[:_DIGITS]}"
    columns = {column: masks[column] for column in masks.column_names}
    columns["why"] = pa.array([delivery.found] * len(masks), pa.string())
    columns["delivery"] = pa.array([name] * len(masks), pa.string())
    return pa.table({column: columns[column] for column in HELD.names}).cast(HELD)


def _masks(rows: pa.Table) -> pa.Table:
    """What names the masks of rows of the shards, as in HELD: their boxes are in the image."""
    columns = {name: rows[name] for name in ("object_id", "export", "area")}
    for side in ("x0", "y0", "x1", "y1"):
        corner = rows[f"crop_{side[0]}0"]
        columns[f"box_{side}"] = pc.add(rows[f"box_{side}"], corner)
    return pa.table(columns)


def _sampled(shards: Shards, is_new: Rows, seed: int) -> list[int]:
    """Rows of each delivery, and of what is not new; ids choose which."""
    keys = seeded.object_keys(shards.table["object_id"].to_pylist())
    keys = seeded.branch(seeded.branch(keys, seed), _SAMPLE)
    customers = shards.table["customer"].to_pylist()
    exports = shards.table["export"].to_pylist()
    left: dict[tuple[str, ...], int] = {}
    rows = []
    for row in np.argsort(keys).tolist():
        group: tuple[str, ...] = ()
        most = _MOST_USUAL
        if is_new[row]:
            group = (customers[row], exports[row])
            most = _MOST_OF_A_DELIVERY
        if left.setdefault(group, most):
            left[group] -= 1
            rows.append(row)
    return rows


def _doubtful(masks: Qualities) -> float:
    if not len(masks.own):
        return 0.0
    return float(np.mean(masks.own < DOUBTFUL))


def _middle(moves: NDArray[np.float64], side: int) -> float:
    """The median of the moves in one direction, px; 0 without any."""
    if not len(moves):
        return 0.0
    return float(np.median(moves[:, side]))


def _is_among(rows: pa.Table, ids: Collection[str]) -> Rows:
    """Which rows have one of some object_ids."""
    among = pa.array(sorted(ids), pa.string())
    is_among: Rows = pc.is_in(rows["object_id"], value_set=among).to_numpy()
    return is_among
