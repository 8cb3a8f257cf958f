"""Rules of split labels that ask for attributes, or values of them, that no object has."""

from collections.abc import Iterator

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

_Values = dict[str, set[str]]
"""The values that objects have, by the attribute's name."""

_COLUMNS = ["export", "label", "attributes"]


def of_rules(
    run: Run, customer: str, labels: pd.DataFrame, decisions: Decisions
) -> list[Problem]:
    """Rules of a customer that fit no object, because of an attribute.

    `labels`: of the customer, with the columns of `LABELS_AS_READ`. Objects are looked at only if
    their label is split by an attribute.
    """
    split = labels[labels["decision"] == SPLIT]

    # One decision may hold in several exports, and for several labels that are read alike.
    places: dict[tuple[str, str], tuple[str, ...]] = {}
    decided: dict[tuple[str, ...], Decision] = {}
    for export, label, name in split[["export", "label", "read_as"]].to_numpy():
        place: tuple[str, ...] = ("labels", name)
        if name in decisions.by_export.get((customer, export), {}):
            place = ("exports", export, name)
        decision = decisions.find(customer, export, name)
        if decision is not None and any(rule.where for rule in decision.rules):
            places[export, label] = place
            decided[place] = decision

    if not decided:
        return []

    values: dict[tuple[str, ...], _Values] = {place: {} for place in decided}
    labels_asked = sorted({label for _, label in places})
    of_partitions = gather(
        run, "remap: splits", _attributes, "ingest", _COLUMNS, labels_asked
    )
    for seen in of_partitions:
        for export, label, name, value in seen:
            if (export, label) in places:
                there = values[places[export, label]]
                there.setdefault(name, set()).add(value)

    problems: list[Problem] = []
    for place, decision in decided.items():
        problems += _of_decision(place, decision, values[place])
    return problems


def _of_decision(
    place: tuple[str, ...], decision: Decision, values: _Values
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
