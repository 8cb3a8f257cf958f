"""What a change of the taxonomy or of decisions does to objects, counted before any pixel is read.

An object goes on if its outcome is a concept that is cut out. A change gains it, loses it, or moves
it from one concept to another.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import pandas as pd
import pyarrow as pa

from curate.labels.decisions import Decisions
from curate.labels.outcomes import LABEL_KEYS
from curate.labels.taxonomy import Taxonomy
from curate.stages.filter import is_boxed
from curate.stages.remap import decide_objects

WAITS = "waits"
"""Outcome of an object whose label waits for a decision."""

_PAIR = [*LABEL_KEYS, "before", "after"]


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the taxonomy. `labels`: what becomes of each label, of schema `LABELS`."""

    taxonomy: Taxonomy
    decisions: Decisions
    labels: pa.Table


class Move(msgspec.Struct, frozen=True):
    """Objects of one label of an export whose outcome changes."""

    customer: str
    export: str
    domain: str
    label: str
    before: str
    after: str
    objects: int
    change: str
    """gained, lost, moved, or other: then they go on neither before nor after."""


class Sums(msgspec.Struct):
    """Objects of one concept, domain or customer."""

    name: str
    before: int
    after: int
    gained: int = 0
    lost: int = 0
    moved_in: int = 0
    moved_out: int = 0


class Impact(msgspec.Struct, frozen=True):
    """What a change does. Lists are sorted by the number of objects that change."""

    before: int
    after: int
    gained: int
    lost: int
    moved: int
    concepts: list[Sums]
    domains: list[Sums]
    customers: list[Sums]
    moves: list[Move]


def pair_outcomes(segments: pa.Table, old: Version, new: Version) -> pd.DataFrame:
    """Objects of a partition by label and by outcome before and after: `_PAIR` and `count`.

    `segments`: the columns `curate.stages.remap.NEEDS`.
    """
    columns = {}
    for name in LABEL_KEYS:
        columns[name] = segments[name].cast(pa.string()).to_pylist()
    table = pd.DataFrame(columns, dtype=object)
    table["before"] = decide_objects(segments, old.labels, old.decisions)
    table["after"] = decide_objects(segments, new.labels, new.decisions)

    sizes = table.groupby(_PAIR).size()
    counted: pd.DataFrame = sizes.reset_index(name="count")
    return counted


def sum_impact(
    pairs: Iterable[pd.DataFrame],
    domains: dict[str, str],
    old: Taxonomy,
    new: Taxonomy,
) -> Impact:
    """The impact over all partitions. `domains`: of each export."""
    by_pair = pd.concat([*pairs]).groupby(_PAIR)
    together = by_pair["count"].sum().reset_index()
    together["domain"] = together["export"].map(domains)
    together["was_on"] = together["before"].isin(_boxed(old))
    together["is_on"] = together["after"].isin(_boxed(new))

    was_on = together["was_on"]
    is_on = together["is_on"]
    differs = together["before"] != together["after"]
    together["change"] = ""
    together.loc[differs, "change"] = "other"
    together.loc[differs & was_on & is_on, "change"] = "moved"
    together.loc[is_on & ~was_on, "change"] = "gained"
    together.loc[was_on & ~is_on, "change"] = "lost"

    return Impact(
        before=_objects(together[was_on]),
        after=_objects(together[is_on]),
        gained=_objects(together[together["change"] == "gained"]),
        lost=_objects(together[together["change"] == "lost"]),
        moved=_objects(together[together["change"] == "moved"]),
        concepts=_concept_sums(together),
        domains=_sums(together, "domain"),
        customers=_sums(together, "customer"),
        moves=_moves(together),
    )


def _boxed(taxonomy: Taxonomy) -> list[str]:
    """The concepts whose objects are cut out."""
    concepts = taxonomy.concepts.values()
    return [concept.id for concept in concepts if is_boxed(concept)]


def _sums(pairs: pd.DataFrame, by: str) -> list[Sums]:
    """The sums of each value of a column that has a change."""
    found = []
    for name, rows in pairs.groupby(by):
        # Domains and customers keep their objects: what moves out of a concept moves into one.
        moved = _objects(rows[rows["change"] == "moved"])
        sums = Sums(
            name=str(name),
            before=_objects(rows[rows["was_on"]]),
            after=_objects(rows[rows["is_on"]]),
            gained=_objects(rows[rows["change"] == "gained"]),
            lost=_objects(rows[rows["change"] == "lost"]),
            moved_in=moved,
            moved_out=moved,
        )
        found.append(sums)
    return _changed(found)


def _objects(rows: pd.DataFrame) -> int:
    """How many objects some rows stand for."""
    return int(rows["count"].sum())


def _concept_sums(pairs: pd.DataFrame) -> list[Sums]:
    """The sums of each concept that has a change: what it had, and what it gets."""
    sums: dict[str, Sums] = {}
    for row in pairs.itertuples():
        count = int(row.count)  # type: ignore[call-overload]
        before = sums.setdefault(str(row.before), Sums(str(row.before), 0, 0))
        after = sums.setdefault(str(row.after), Sums(str(row.after), 0, 0))
        if row.was_on:
            before.before += count
            before.lost += count * (row.change == "lost")
            before.moved_out += count * (row.change == "moved")
        if row.is_on:
            after.after += count
            after.gained += count * (row.change == "gained")
            after.moved_in += count * (row.change == "moved")
    return _changed(sums.values())


def _changed(sums: Iterable[Sums]) -> list[Sums]:
    """Those with a change, the largest first."""
    changed = [each for each in sums if _size(each)]
    return sorted(changed, key=lambda each: (-_size(each), each.name))


def _size(each: Sums) -> int:
    return each.gained + each.lost + each.moved_in + each.moved_out


def _moves(pairs: pd.DataFrame) -> list[Move]:
    changed = pairs[pairs["change"] != ""]
    ordered = changed.sort_values(
        ["count", *LABEL_KEYS], ascending=[False, True, True, True]
    )
    columns = ["customer", "export", "domain", "label", "before", "after", "change"]
    moves = []
    for row in ordered.to_dict("records"):
        texts = {name: str(row[name]) for name in columns}
        texts["before"] = texts["before"] or WAITS
        texts["after"] = texts["after"] or WAITS
        moves.append(Move(**texts, objects=int(row["count"])))
    return moves
