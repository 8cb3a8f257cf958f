"""Rules of split labels that ask for attributes, or values of them, that no object has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from curate.errors import nearest
from curate.labels.decisions import Decision, Decisions
from curate.labels.taxonomy import SPLIT
from pipelines.flow.attribute_pairs import attribute_pairs
from pipelines.flow.partitions import gather
from pipelines.flow.runner import Run

Problem = tuple[tuple[str | int, ...], str]
"""Where in a customer's file, and what."""

_Place = tuple[str, ...]
"""Where a decision is in a customer's file."""

_Values = dict[str, set[str]]
"""The values that objects have, by the attribute's name."""

_COLUMNS = ["export", "label", "attributes"]


@dataclass(frozen=True, slots=True)
class _Asking:
    """Decisions that ask for attributes.

    `places`: of each export and label that they decide on; one decision may hold in several
    exports, and for several labels that are read alike. `by_place`: the decisions themselves.
    """

    places: dict[tuple[str, str], _Place]
    by_place: dict[_Place, Decision]


def of_rules(
    run: Run, customer: str, labels: pd.DataFrame, decisions: Decisions
) -> list[Problem]:
    """Rules of a customer that fit no object, because of an attribute.

    `labels`: of the customer, with the columns of `LABELS_AS_READ`. Objects are looked at only if
    their label is split by an attribute.
    """
    split = labels[labels["decision"] == SPLIT]
    asking = _asking_for_attributes(customer, split, decisions)
    if not asking.by_place:
        return []

    values = _values(run, asking.places)
    problems: list[Problem] = []
    for place, decision in asking.by_place.items():
        problems += _of_decision(place, decision, values[place])
    return problems


def _asking_for_attributes(
    customer: str, split: pd.DataFrame, decisions: Decisions
) -> _Asking:
    """The decisions on split labels of which a rule asks for an attribute."""
    asking = _Asking({}, {})
    for export, label, name in split[["export", "label", "read_as"]].to_numpy():
        decision = decisions.find(customer, export, name)
        if decision is None:
            continue
        asks = any(rule.where for rule in decision.rules)
        if not asks:
            continue

        place: _Place = ("labels", name)
        if name in decisions.by_export.get((customer, export), {}):
            place = ("exports", export, name)
        asking.places[export, label] = place
        asking.by_place[place] = decision
    return asking


def _values(
    run: Run, places: Mapping[tuple[str, str], _Place]
) -> Mapping[_Place, _Values]:
    """What attributes the objects of each decision have. `places`: by export and label."""
    labels = sorted({label for _, label in places})
    of_partitions = gather(
        run, "remap: splits", _attributes, "ingest", _COLUMNS, labels
    )

    values: dict[_Place, _Values] = {place: {} for place in places.values()}
    for seen in of_partitions:
        for export, label, name, value in seen:
            if (export, label) in places:
                there = values[places[export, label]]
                there.setdefault(name, set()).add(value)
    return values


def _of_decision(
    place: _Place, decision: Decision, values: _Values
) -> Iterator[Problem]:
    """What the rules of a decision ask for, and no object of its label has."""
    label = place[-1]
    for number, rule in enumerate(decision.rules):
        for name, wanted in rule.where.items():
            at: tuple[str | int, ...] = (*place, "split", number, "where", name)
            there = values.get(name)
            if there is None:
                hint = nearest(name, values)
                yield at, f"no object of {label!r} has the attribute {name!r}{hint}"
            elif there.isdisjoint(wanted):
                listed = " or ".join(map(repr, wanted))
                hint = nearest(wanted[0], there)
                yield at, f"no object of {label!r} has {name} {listed}{hint}"


def _attributes(rows: pa.Table, labels: list[str]) -> set[tuple[str, str, str, str]]:
    """Export, label, attribute and value of a partition's objects of some labels."""
    wanted = pa.array(labels, pa.string())
    own_labels = rows["label"].cast(pa.string())
    is_asked = pc.is_in(own_labels, value_set=wanted)
    asked = rows.filter(is_asked)

    pairs = attribute_pairs(asked, ["export", "label"])
    distinct = pairs.group_by(pairs.column_names).aggregate([])
    found = distinct.select(pairs.column_names).to_pydict()
    return set(zip(*found.values(), strict=True))
