"""Deliveries that balance holds back: judging has found that their masks look wrong as a whole.

Their objects stay out until a person accepts the delivery (`balance.accept`), or other masks come.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.curation_settings import BalanceSettings
from curate.reasons import Reason
from curate.schema import DROPS, HELD_BOX, drop_rows

NEEDS = (
    "object_id",
    "export",
    *HELD_BOX,
    "area",
    "image_path",
    "annotation_key",
)
"""Columns that holding back reads."""

_Key = tuple[str | int, ...]
"""What names an object together with its mask: its id, box and area."""


def not_accepted(held: pa.Table, settings: BalanceSettings) -> pa.Table:
    """The rows of HELD without those that a person has accepted.

    A mask that came with an accepted delivery stays accepted when it is judged with others.
    """
    keys = _keys(held)
    deliveries = held["delivery"].to_pylist()
    accepted = set()
    for key, delivery in zip(keys, deliveries, strict=True):
        is_accepted = settings.accepts(delivery)
        if is_accepted:
            accepted.add(key)

    # By mask, not by row: several deliveries may hold the same mask.
    stays_held = [key not in accepted for key in keys]
    return held.filter(pa.array(stays_held, pa.bool_()))


def hold_back(segments: pa.Table, held: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, and drops of the rows that are held. `held`: a table of HELD."""
    candidates = _rows_of_ids(segments, held["object_id"])
    if not candidates:
        return segments, DROPS.empty_table()

    # An object whose mask has changed since is no longer held: its key is another one.
    whys = held["why"].to_pylist()
    why_held = dict(zip(_keys(held), whys, strict=True))
    keys = _keys(segments.take(candidates))
    rows = []
    details = []
    for row, key in zip(candidates, keys, strict=True):
        if key in why_held:
            rows.append(row)
            details.append(why_held[key])

    leaves = np.zeros(len(segments), np.bool_)
    leaves[rows] = True
    reasons = [Reason.DOUBTFUL_DELIVERY.value] * len(rows)
    drops = drop_rows(segments.filter(leaves), reasons, details)
    return segments.filter(~leaves), drops


def _rows_of_ids(segments: pa.Table, ids: pa.ChunkedArray) -> list[int]:
    """The numbers of the rows whose object_id is one of some."""
    value_set = ids.combine_chunks()
    is_one = pc.is_in(segments["object_id"], value_set=value_set)
    found: list[int] = np.flatnonzero(is_one.to_numpy()).tolist()
    return found


def _keys(rows: pa.Table) -> list[_Key]:
    """The key of each object."""
    names = ("object_id", *HELD_BOX, "area")
    columns = [rows[name].to_pylist() for name in names]
    return list(zip(*columns, strict=True))
