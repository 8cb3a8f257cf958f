"""Deliveries that balance holds back: judging has found that their masks look wrong as a whole.

Their objects stay out until a person accepts the delivery (`balance.accept`), or other masks come.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.curation_settings import BalanceSettings
from curate.reasons import Reason
from curate.schema import DROPS, HELD_BOX, drop_rows

NEEDS = ("object_id", "export", *HELD_BOX, "area", "image_path", "annotation_key")
"""Columns that holding back reads."""


def not_accepted(held: pa.Table, settings: BalanceSettings) -> pa.Table:
    """The rows of HELD without those that a person has accepted.

    A mask that came with an accepted delivery stays accepted when it is judged with others.
    """
    keys = _keys(held)
    deliveries = held["delivery"].to_pylist()
    accepted = set()
    for key, delivery in zip(keys, deliveries, strict=True):
        if settings.accepts(delivery):
            accepted.add(key)

    # By mask, not by row: several deliveries may hold the same mask.
    stays_held = [key not in accepted for key in keys]
    return held.filter(pa.array(stays_held, pa.bool_()))


def hold_back(segments: pa.Table, held: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Rows that go on, and drops of the rows that are held. `held`: a table of HELD."""
    ids = held["object_id"].combine_chunks()
    is_known = pc.is_in(segments["object_id"], value_set=ids)
    known = np.flatnonzero(is_known.to_numpy())
    if not len(known):
        return segments, DROPS.empty_table()

    # An object whose mask has changed since is no longer held: its key is another one.
    whys = held["why"].to_pylist()
    why_held = dict(zip(_keys(held), whys, strict=True))
    is_held = np.zeros(len(known), np.bool_)
    details = []
    for place, key in enumerate(_keys(segments.take(known))):
        if key in why_held:
            is_held[place] = True
            details.append(why_held[key])

    rows = known[is_held]
    reasons = [Reason.DOUBTFUL_DELIVERY.value] * len(rows)
    drops = drop_rows(segments.take(rows), reasons, details)

    stays = np.ones(len(segments), np.bool_)
    stays[rows] = False
    return segments.filter(pa.array(stays)), drops


def _keys(rows: pa.Table) -> list[tuple[str | int, ...]]:
    """What names each object together with its mask: its id, box and area."""
    names = ("object_id", *HELD_BOX, "area")
    columns = [rows[name].to_pylist() for name in names]
    return list(zip(*columns, strict=True))
