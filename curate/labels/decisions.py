"""Reviewers' decisions on labels, and how the customers' files are read and checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from curate.labels.problems import Problem, Problems, below, refuse, unknown_keys
from curate.labels.taxonomy import BACKGROUND, REJECT, SPLIT, UNDECIDED, Taxonomy
from curate.storage import digest
from curate.yaml_files import load_yaml

_FILE_KEYS = ["labels", "exports"]
_DECISION_KEYS = ["decision", "split", "note", "seen", "suggestions"]
_RULE_KEYS = ["decision", "where", "annotations"]


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
    (customer, export). `digest` changes with every decision.
    """

    by_customer: dict[str, LabelDecisions]
    by_export: dict[tuple[str, str], LabelDecisions]
    digest: str

    def find(self, customer: str, export: str, label: str) -> Decision | None:
        """The decision on a label, letter for letter: the export's, or else the customer's."""
        in_export = self.by_export.get((customer, export), {})
        if label in in_export:
            return in_export[label]
        of_customer = self.by_customer.get(customer, {})
        return of_customer.get(label)


def customers_folder(taxonomy: str) -> Path:
    """The folder of the customers' files: `customers`, in the folder of concepts.yaml."""
    return Path(taxonomy).parent / "customers"


def load_decisions(folder: Path, taxonomy: Taxonomy) -> Decisions:
    """Read and check all CUSTOMER.yaml files of a folder; a missing folder has no decisions.

    Raises InputError; it lists what is wrong in a file, each with file, line and column.
    """
    by_customer = {}
    by_export = {}
    of_exports = []
    for path in sorted(folder.glob("*.yaml")):
        customer = path.stem
        document = load_yaml(path)
        refuse(document, _file_problems(document.data, taxonomy))

        by_customer[customer] = _decisions(document.data.get("labels"), taxonomy)
        exports = document.data.get("exports") or {}
        for export, labels in sorted(exports.items()):
            decisions = _decisions(labels, taxonomy)
            by_export[customer, export] = decisions
            of_exports.append([customer, export, decisions])

    # JSON has no pairs as keys, so what holds in exports is a list in the digest.
    plain = msgspec.to_builtins([by_customer, of_exports], order="deterministic")
    return Decisions(by_customer, by_export, digest(plain))


# what an entry says ------------------------------------------------------------------------------


def _decisions(labels: Mapping[str, Any] | None, taxonomy: Taxonomy) -> LabelDecisions:
    """The decisions of a mapping of labels that has been checked."""
    decisions = {}
    if labels is not None:
        for label, entry in labels.items():
            decisions[label] = _decision(entry, taxonomy)
    return decisions


def _decision(entry: Any, taxonomy: Taxonomy) -> Decision:
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
        where[str(attribute)] = _texts(values)
    annotations = [_text(key) for key in rule.get("annotations", ())]
    word = _word(rule["decision"], taxonomy)
    return SplitRule(word, where, frozenset(annotations))


def _texts(values: Any) -> tuple[str, ...]:
    """A value or a list of values as exports write them."""
    if not isinstance(values, list):
        return (_text(values),)
    return tuple(_text(value) for value in values)


def _text(value: Any) -> str:
    """A plain value as exports write it: YAML's True is their "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


# what is wrong in a file -------------------------------------------------------------------------


def _file_problems(data: Any, taxonomy: Taxonomy) -> Problems:
    """What is wrong in a customer's file."""
    if not isinstance(data, dict):
        yield Problem((), "a customer's file is a mapping with 'labels:' or 'exports:'")
        return
    yield from unknown_keys(data, _FILE_KEYS)

    exports = data.get("exports") or {}
    if not isinstance(exports, dict):
        yield Problem(
            ("exports",), "exports are a mapping: the export's name, then its labels"
        )
        exports = {}

    labels = data.get("labels")
    yield from below("labels", _labels_problems(labels, taxonomy))
    for export, labels in exports.items():
        yield from below("exports", below(export, _labels_problems(labels, taxonomy)))


def _labels_problems(labels: Any, taxonomy: Taxonomy) -> Problems:
    """What is wrong in a mapping from labels to decisions, which may be empty."""
    if labels is None:
        return
    if not isinstance(labels, dict):
        yield Problem((), "labels are a mapping: each label, then its decision")
        return
    for label, decision in labels.items():
        if not isinstance(label, str):
            message = f"the label {label!r} is read as no text: put it in quotes"
            yield Problem((label,), message)
        yield from below(label, _decision_problems(decision, taxonomy))


def _decision_problems(decision: Any, taxonomy: Taxonomy) -> Problems:
    """What is wrong in a decision: a word, or a mapping with a word or a split."""
    if not isinstance(decision, dict):
        yield from _word_problems(decision, taxonomy)
        return
    yield from unknown_keys(decision, _DECISION_KEYS)

    has_word = "decision" in decision
    has_split = "split" in decision
    if has_word == has_split:
        yield Problem((), "a label has either a 'decision' or a 'split'")
    elif has_word:
        yield from below("decision", _word_problems(decision["decision"], taxonomy))
    else:
        yield from below("split", _split_problems(decision["split"], taxonomy))


def _split_problems(rules: Any, taxonomy: Taxonomy) -> Problems:
    if not isinstance(rules, list) or not rules:
        yield Problem((), "a split is a list of rules")
        return
    for number, rule in enumerate(rules):
        yield from below(number, _rule_problems(rule, taxonomy))


def _rule_problems(rule: Any, taxonomy: Taxonomy) -> Problems:
    """What is wrong in one rule of a split."""
    is_rule = isinstance(rule, dict) and "decision" in rule
    if not is_rule or ("where" in rule) == ("annotations" in rule):
        yield Problem(
            (), "a rule has a 'decision', and either 'where' or 'annotations'"
        )
        return
    yield from unknown_keys(rule, _RULE_KEYS)
    yield from below("decision", _word_problems(rule["decision"], taxonomy))

    if "where" in rule and not _is_where(rule["where"]):
        message = "where is a mapping: an attribute, then its value or values"
        yield Problem(("where",), message)
    if "annotations" in rule and not _is_list_of_plain(rule["annotations"]):
        message = "annotations are a list of annotation keys or object ids"
        yield Problem(("annotations",), message)


def _is_where(where: Any) -> bool:
    """Whether it is a mapping from attributes to a plain value or a list of them."""
    if not isinstance(where, dict) or not where:
        return False
    for values in where.values():
        if not _is_plain(values) and not _is_list_of_plain(values):
            return False
    return True


def _is_list_of_plain(values: Any) -> bool:
    """Whether it is a list with values that are neither lists nor mappings."""
    if not isinstance(values, list) or not values:
        return False
    return all(_is_plain(value) for value in values)


def _is_plain(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _word_problems(word: Any, taxonomy: Taxonomy) -> Problems:
    """What is wrong in the word of a decision: a concept's id, `background` or `reject`."""
    if word in (BACKGROUND, REJECT):
        return
    if isinstance(word, str) and taxonomy.resolve(word):
        return
    if word == UNDECIDED:
        yield Problem(
            (), f"{UNDECIDED} waits for a word: a concept, {BACKGROUND} or {REJECT}"
        )
        return
    hint = taxonomy.hint(str(word), [BACKGROUND, REJECT])
    message = f"no concept {word!r}, and neither {BACKGROUND!r} nor {REJECT!r}{hint}"
    yield Problem((), message)
