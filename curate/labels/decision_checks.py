"""What is wrong in a customer's file: each problem is told with its place in the file."""

import re
from typing import Any

from curate.labels.customer_schema import DECISION_KEYS, FILE_KEYS, RULE_KEYS
from curate.labels.problems import Problem, Problems, below, unknown_keys
from curate.labels.taxonomy import BACKGROUND, REJECT, UNDECIDED, Taxonomy

_OBJECT_ID = re.compile("[0-9a-f]{32}")


def file_problems(data: Any, taxonomy: Taxonomy) -> Problems:
    """What is wrong in a customer's file, read with its scalars as text."""
    if data is None:
        return  # only comments
    if not isinstance(data, dict):
        yield Problem((), "a customer's file is a mapping with 'labels:' or 'exports:'")
        return
    yield from unknown_keys(data, FILE_KEYS)

    exports = data.get("exports") or {}
    if not isinstance(exports, dict):
        yield Problem(
            ("exports",), "exports are a mapping: the export's name, then its labels"
        )
        exports = {}

    rejected = data.get("rejected_objects")
    yield from below("rejected_objects", rejected_object_problems(rejected))
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
            message = 'a label has no name here: write "" for the empty label'
            yield Problem((label,), message)
        yield from below(label, decision_problems(decision, taxonomy))


def rejected_object_problems(objects: Any) -> Problems:
    """What is wrong in the list of rejected objects, which may be missing."""
    if objects is None:
        return
    if not isinstance(objects, list):
        yield Problem((), "rejected_objects is a list of object ids")
        return
    for number, object_id in enumerate(objects):
        is_id = isinstance(object_id, str) and _OBJECT_ID.fullmatch(object_id)
        if not is_id:
            message = f"{object_id!r} is no object id: these have 32 digits 0-9, a-f"
            yield Problem((number,), message)


def decision_problems(decision: Any, taxonomy: Taxonomy) -> Problems:
    """What is wrong in a decision: a word, or a mapping with a word or a split."""
    if not isinstance(decision, dict):
        yield from _word_problems(decision, taxonomy)
        return
    yield from unknown_keys(decision, DECISION_KEYS)

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
    yield from unknown_keys(rule, RULE_KEYS)
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
    choice = f"the id of a concept, {BACKGROUND} or {REJECT}"
    if word is None or isinstance(word, list | dict):
        yield Problem((), f"no decision here yet: write {choice}")
        return
    if word == UNDECIDED:
        yield Problem((), f"{UNDECIDED} waits for a word: {choice}")
        return
    hint = taxonomy.hint(word, [BACKGROUND, REJECT])
    message = f"no concept {word!r}, and neither {BACKGROUND!r} nor {REJECT!r}{hint}"
    yield Problem((), message)
