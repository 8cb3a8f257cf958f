"""Warnings of decisions that change nothing: no export has what they name."""

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from curate.errors import nearest
from curate.labels.decisions import Decisions, customers_folder
from curate.yaml_files import Located, load_yaml
from pipelines.flow.partitions import gather
from pipelines.flow.runner import Run
from pipelines.flow.unused_rules import Problem, of_rules

_MOST_SHOWN = 3  # in one warning


def warn_of_unused(run: Run, labels: pd.DataFrame, decisions: Decisions) -> None:
    """Warn of decisions of the run's customers that change nothing.

    `labels`: all of the exports, with the columns of `LABELS_AS_READ`.
    """
    exports: dict[str, list[str]] = {}
    for export in run.settings.exports:
        exports.setdefault(export.customer, []).append(export.name)

    for customer, names in sorted(exports.items()):
        mine = labels[labels["customer"] == customer]
        problems = _of_labels(customer, mine, decisions)
        problems += _of_exports(customer, names, mine, decisions)
        problems += of_rules(run, customer, mine, decisions)
        if problems:
            _warn(run, customer, problems)
    _warn_of_objects(run, decisions, exports)


def _of_labels(
    customer: str, labels: pd.DataFrame, decisions: Decisions
) -> list[Problem]:
    """Labels that no export of the customer has."""
    there = _words(labels)
    decided = decisions.by_customer.get(customer, {})
    return [
        (("labels", label), f"no export has the label {label!r}{nearest(label, there)}")
        for label in decided
        if label not in there
    ]


def _words(labels: pd.DataFrame) -> set[str]:
    """The labels, and the names as which those are read that number instances."""
    return {*labels["label"], *labels["read_as"]}


def _of_exports(
    customer: str, names: list[str], labels: pd.DataFrame, decisions: Decisions
) -> list[Problem]:
    """Exports that the customer does not have, and labels that are not in their export."""
    found: list[Problem] = []
    for (owner, export), decided in decisions.by_export.items():
        if owner != customer:
            continue
        if export not in names:
            message = f"{customer} has no export {export!r}{nearest(export, names)}"
            found.append((("exports", export), message))
            continue
        there = _words(labels[labels["export"] == export])
        for label in decided:
            if label not in there:
                message = f"{export} has no label {label!r}{nearest(label, there)}"
                found.append((("exports", export, label), message))
    return found


def _warn(run: Run, customer: str, problems: list[Problem]) -> None:
    """One warning for each customer, with the places in the file."""
    document = _document(run, customer)
    shown = [
        f"{document.where(*at)}: {message}" for at, message in problems[:_MOST_SHOWN]
    ]
    more = len(problems) - _MOST_SHOWN
    if more > 0:
        shown.append(f"and {more} more such decisions in this file")
    run.screen.warn("; ".join(shown))


def _document(run: Run, customer: str) -> Located:
    folder = customers_folder(run.settings.taxonomy)
    return load_yaml(folder / f"{customer}.yaml", as_text=True)


def _warn_of_objects(run: Run, decisions: Decisions, customers: Iterable[str]) -> None:
    """Warn of rejected objects that no export has. Ids are looked up only if there are any."""
    listed = {
        customer: decisions.rejected_objects[customer]
        for customer in sorted(customers)
        if customer in decisions.rejected_objects
    }
    if not listed:
        return
    wanted = sorted(frozenset().union(*listed.values()))
    found: set[str] = set()
    for ids in gather(
        run, "remap: objects", _find_objects, "ingest", ["object_id"], wanted
    ):
        found.update(ids)
    for customer, rejected in listed.items():
        missing = sorted(rejected - found)
        if missing:
            name = customers_folder(run.settings.taxonomy) / f"{customer}.yaml"
            run.screen.warn(
                f"{name}: rejected_objects lists {len(missing)} objects that no export has, "
                f"such as {missing[0]}"
            )


def _find_objects(rows: pa.Table, wanted: list[str]) -> list[str]:
    """Which of the ids are in a partition."""
    is_wanted = pc.is_in(rows["object_id"], value_set=pa.array(wanted, pa.string()))
    found: list[str] = rows.filter(is_wanted)["object_id"].to_pylist()
    return found
