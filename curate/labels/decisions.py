"""Reviewers' decisions on labels, and how the customers' files are read and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from upath import UPath

from curate.labels.decision_checks import file_problems
from curate.labels.problems import refuse
from curate.labels.taxonomy import SPLIT, Taxonomy
from curate.storage import digest
from curate.yaml_files import load_yaml


class SplitRule(msgspec.Struct, frozen=True):
    """What becomes of some objects of a split label.

    `decision`: a concept's id, `background` or `reject`.
    `where`: the values that an attribute may have, by the attribute's name.
    `annotations`: annotation keys or object ids; if there are any, they alone decide.
    """

    decision: str
    where: dict[str, tuple[str, ...]] = {}
    annotations: frozenset[str] = frozenset()

    def fits(
        self, object_id: str, annotation_key: str, attributes: Mapping[str, str]
    ) -> bool:
        """Whether the rule decides on this object."""
        if self.annotations:
            return object_id in self.annotations or annotation_key in self.annotations
        return all(
            attributes.get(name) in values for name, values in self.where.items()
        )


class Decision(msgspec.Struct, frozen=True):
    """A reviewer's word on a label.

    `decision`: a concept's id, `background` or `reject`; "" for a split label.
    `rules`: of a split label; the first rule that fits an object decides.
    """

    decision: str = ""
    rules: tuple[SplitRule, ...] = ()

    @property
    def word(self) -> str:
        """A concept's id, `background`, `reject` or `split`."""
        if self.rules:
            return SPLIT
        return self.decision


LabelDecisions = dict[str, Decision]
"""Decisions by label."""


class Decisions(msgspec.Struct, frozen=True):
    """All decisions.

    `by_customer`: those of a customer. `by_export`: those that hold in one export only, by
    (customer, export). `rejected_objects`: ids of single objects that must not be used, by
    customer. `digest` changes with every decision.
    """

    by_customer: dict[str, LabelDecisions]
    by_export: dict[tuple[str, str], LabelDecisions]
    digest: str
    rejected_objects: dict[str, frozenset[str]] = {}

    def find(self, customer: str, export: str, label: str) -> Decision | None:
        """The decision on a label, letter for letter: the export's, or else the customer's."""
        in_export = self.by_export.get((customer, export), {})
        if label in in_export:
            return in_export[label]
        of_customer = self.by_customer.get(customer, {})
        return of_customer.get(label)


def customers_folder(taxonomy: str) -> UPath:
    """The folder of the customers' files: `customers`, in the folder of concepts.yaml."""
    return UPath(taxonomy).parent / "customers"


def customers_files(folder: Path | UPath) -> list[Path | UPath]:
    """The customers' files of a folder, in order; none if the folder does not exist."""
    return sorted(folder.glob("*.yaml"), key=lambda path: path.name)


def load_decisions(folder: Path | UPath, taxonomy: Taxonomy) -> Decisions:
    """Read and check all CUSTOMER.yaml files of a folder; a missing folder has no decisions.

    Raises InputError; it lists what is wrong in a file, each with file, line and column.
    """
    by_customer = {}
    by_export = {}
    of_exports = []
    rejected_objects = {}
    for path in customers_files(folder):
        customer = path.stem
        document = load_yaml(path, as_text=True)
        refuse(document, file_problems(document.data, taxonomy))

        data = document.data or {}
        by_customer[customer] = label_decisions(data.get("labels"), taxonomy)
        objects = data.get("rejected_objects") or ()
        if objects:
            rejected_objects[customer] = frozenset(objects)
        exports = data.get("exports") or {}
        for export, labels in sorted(exports.items()):
            decisions = label_decisions(labels, taxonomy)
            by_export[customer, export] = decisions
            of_exports.append([customer, export, decisions])

    # JSON has no pairs as keys, so what holds in exports is a list in the digest.
    everything = [by_customer, of_exports, rejected_objects]
    plain = msgspec.to_builtins(everything, order="deterministic")
    return Decisions(by_customer, by_export, digest(plain), rejected_objects)


# what an entry says ------------------------------------------------------------------------------


def label_decisions(
    labels: Mapping[str, Any] | None, taxonomy: Taxonomy
) -> LabelDecisions:
    """The decisions of a mapping of labels that has been checked."""
    decisions = {}
    if labels is not None:
        for label, entry in labels.items():
            decisions[label] = decision_of(entry, taxonomy)
    return decisions


def decision_of(entry: Any, taxonomy: Taxonomy) -> Decision:
    """The decision of an entry that has been checked."""
    if isinstance(entry, str):
        return Decision(_word(entry, taxonomy))
    rules = [_split_rule(rule, taxonomy) for rule in entry.get("split", ())]
    return Decision(_word(entry.get("decision", ""), taxonomy), tuple(rules))


def _word(word: str, taxonomy: Taxonomy) -> str:
    """The word of a decision; a concept has the id of today, whatever it was called then."""
    return taxonomy.resolve(word) or word


def _split_rule(rule: Mapping[str, Any], taxonomy: Taxonomy) -> SplitRule:
    where = {}
    for attribute, values in rule.get("where", {}).items():
        where[attribute] = _texts(values)
    annotations = frozenset(rule.get("annotations", ()))
    word = _word(rule["decision"], taxonomy)
    return SplitRule(word, where, annotations)


def _texts(values: Any) -> tuple[str, ...]:
    """A value or a list of values as exports write them."""
    if isinstance(values, list):
        return tuple(values)
    return (values,)
