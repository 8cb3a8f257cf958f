"""The taxonomy and the reviewers' decisions, read from YAML and checked; each error names file, line and column."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from curate.errors import InputError, nearest
from curate.labels.words import Words, words
from curate.storage import digest
from curate.yaml_files import Located, load_yaml

Kind = Literal["thing", "part", "stuff", "void"]
KINDS: tuple[Kind, ...] = ("thing", "part", "stuff", "void")
BACKGROUND, REJECT, UNDECIDED = "background", "reject", "UNDECIDED"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RESERVED = {BACKGROUND, REJECT, "split", UNDECIDED.lower()}
_CONCEPT_KEYS = ["definition", "parent", "kind", "salient", "aliases"]
_DECISION_KEYS = ["decision", "split", "note", "seen", "suggestions"]
_RULE_KEYS = ["decision", "where", "annotations"]
_MOST_ERRORS = 10

Path_ = tuple[Any, ...]
Problem = tuple[Path_, str]


class Concept(msgspec.Struct, frozen=True):
    """An entry of the taxonomy. `parent`: the wider concept, or the whole of a part; "" at a root."""

    id: str
    definition: str
    kind: Kind
    parent: str = ""
    salient: bool = True
    aliases: tuple[str, ...] = ()


class Taxonomy(msgspec.Struct, frozen=True):
    """All concepts by id; `digest` changes with anything that could change a match or what is background."""

    concepts: dict[str, Concept]
    digest: str

    def ancestors(self, concept: str) -> list[str]:
        """The parents of a concept, the nearest first."""
        found: list[str] = []
        while concept := self.concepts[concept].parent:
            found.append(concept)
        return found


class Rule(msgspec.Struct, frozen=True):
    """One way of a split: what an object becomes if its attributes have these values, or its key is listed.

    `annotations`: annotation keys or object ids.
    """

    decision: str
    where: dict[str, tuple[str, ...]] = {}
    annotations: frozenset[str] = frozenset()

    def fits(self, object_id: str, annotation_key: str, attributes: Mapping[str, str]) -> bool:
        """Whether the rule speaks of this object."""
        if self.annotations:
            return bool(self.annotations & {object_id, annotation_key})
        return all(attributes.get(name) in values for name, values in self.where.items())


class Decision(msgspec.Struct, frozen=True):
    """A reviewer's word on a label: a concept, `background` or `reject`; or a split's rules, the first that fits."""

    decision: str = ""
    rules: tuple[Rule, ...] = ()


class Decisions(msgspec.Struct, frozen=True):
    """Decisions by customer, and those that hold in one export only, by (customer, export); then by label."""

    by_customer: dict[str, dict[str, Decision]]
    by_export: dict[tuple[str, str], dict[str, Decision]]
    digest: str

    def find(self, customer: str, export: str, label: str) -> Decision | None:
        """The decision on a label just as it came: that of the export, else that of the customer."""
        in_export = self.by_export.get((customer, export), {})
        return in_export.get(label) or self.by_customer.get(customer, {}).get(label)


def load_concepts(path: Path) -> Taxonomy:
    """The taxonomy of concepts.yaml. InputError lists what is wrong, each with file, line and column."""
    document = load_yaml(path)
    entries = document.data.get("concepts") if isinstance(document.data, dict) else None
    if not isinstance(entries, dict) or not entries:
        raise InputError(f"{path}:1:1: a taxonomy is a mapping with 'concepts:', each by its id")
    problems = [
        ((key,), f"unknown key {key!r}; only 'concepts' stands here")
        for key in document.data
        if key != "concepts"
    ]
    for concept, entry in entries.items():
        problems += [
            (("concepts", concept, *at), said)
            for at, said in _concept_problems(concept, entry, entries)
        ]
    _refuse(document, problems)
    concepts = {concept: _concept(concept, entry) for concept, entry in entries.items()}
    _refuse(document, [*_cycles(concepts), *_shared_names(concepts)])
    return Taxonomy(
        concepts, digest([msgspec.to_builtins(concept) for concept in concepts.values()])
    )


def load_decisions(folder: Path, taxonomy: Taxonomy) -> Decisions:
    """The decisions of all CUSTOMER.yaml files of a folder, which may be absent. InputError as `load_concepts`."""
    by_customer: dict[str, dict[str, Decision]] = {}
    by_export: dict[tuple[str, str], dict[str, Decision]] = {}
    for path in sorted(folder.glob("*.yaml")):
        document = load_yaml(path)
        _refuse(document, list(_customer_problems(document.data, taxonomy)))
        by_customer[path.stem] = _decisions(document.data.get("labels"))
        for export, labels in (document.data.get("exports") or {}).items():
            by_export[path.stem, export] = _decisions(labels)
    plain = [
        by_customer,
        sorted((customer, export, labels) for (customer, export), labels in by_export.items()),
    ]
    return Decisions(
        by_customer, by_export, digest(msgspec.to_builtins(plain, order="deterministic"))
    )


def customers_folder(taxonomy: str) -> Path:
    """Where the customers' files lie: in `customers` beside concepts.yaml."""
    return Path(taxonomy).parent / "customers"


def _refuse(document: Located, problems: list[Problem]) -> None:
    if problems:
        lines = [f"{document.where(*at)}: {said}" for at, said in problems[:_MOST_ERRORS]]
        more = len(problems) - _MOST_ERRORS
        raise InputError("\n".join(lines + [f"… and {more} more"] * (more > 0)))


def _concept_problems(concept: Any, entry: Any, entries: Mapping[Any, Any]) -> Iterator[Problem]:
    if not isinstance(concept, str) or not _ID.fullmatch(concept):
        yield (), f"the id {concept!r} is no lower-case words joined by hyphens"
    elif concept in _RESERVED:
        yield (), f"the id {concept!r} is the word of a decision"
    if not isinstance(entry, dict):
        yield (), f"concept {concept!r} needs a definition and a kind"
        return
    yield from _unknown_keys(entry, _CONCEPT_KEYS)
    definition = entry.get("definition")
    if not isinstance(definition, str) or not definition.strip():
        yield ("definition",), f"concept {concept!r} needs a definition by which a reviewer decides"
    kind = entry.get("kind")
    if kind not in KINDS:
        yield (
            ("kind",),
            f"kind {kind!r} is none of {', '.join(KINDS)}{nearest(str(kind), list(KINDS))}",
        )
    parent = entry.get("parent", "")
    if parent != "" and parent not in entries:
        yield (
            ("parent",),
            f"no concept {parent!r}{nearest(str(parent), [str(name) for name in entries])}",
        )
    if not isinstance(entry.get("salient", True), bool):
        yield ("salient",), "salient is true or false"
    aliases = entry.get("aliases", [])
    if not isinstance(aliases, list):
        yield ("aliases",), "aliases are a list of names"
        return
    for number, alias in enumerate(aliases):
        if not isinstance(alias, str) or not words(alias):
            yield (
                ("aliases", number),
                f"the alias {alias!r} is no name; put it in quotes if it is one",
            )


def _concept(concept: str, entry: Mapping[str, Any]) -> Concept:
    kind = entry["kind"]
    salient = entry.get("salient", kind in ("thing", "part"))
    aliases = tuple(entry.get("aliases", ()))
    return Concept(concept, entry["definition"], kind, entry.get("parent", ""), salient, aliases)


def _cycles(concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    for concept in concepts:
        seen, parent = {concept}, concepts[concept].parent
        while parent and parent not in seen:
            seen.add(parent)
            parent = concepts[parent].parent
        if parent == concept:
            yield ("concepts", concept, "parent"), f"{concept!r} is among its own ancestors"


def _shared_names(concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    owner: dict[Words, str] = {words(concept): concept for concept in concepts}
    for concept, entry in concepts.items():
        for number, alias in enumerate(entry.aliases):
            first = owner.setdefault(words(alias), concept)
            if first != concept:
                yield (
                    ("concepts", concept, "aliases", number),
                    f"the alias {alias!r} of {concept!r} is {first!r}'s, too",
                )


def _customer_problems(data: Any, taxonomy: Taxonomy) -> Iterator[Problem]:
    if not isinstance(data, dict):
        yield (), "a customer's file is a mapping with 'labels:' or 'exports:'"
        return
    yield from _unknown_keys(data, ["labels", "exports"])
    exports = data.get("exports") or {}
    if not isinstance(exports, dict):
        yield ("exports",), "exports are a mapping: the export's name, then its labels"
        exports = {}
    for at, labels in [
        (("labels",), data.get("labels")),
        *((("exports", name), exports[name]) for name in exports),
    ]:
        if labels is not None and not isinstance(labels, dict):
            yield at, "labels are a mapping: each label, then its decision"
            continue
        for label, decision in (labels or {}).items():
            if not isinstance(label, str):
                yield (*at, label), f"the label {label!r} is read as no text: put it in quotes"
            yield from (
                ((*at, label, *deeper), said)
                for deeper, said in _decision_problems(decision, taxonomy)
            )


def _decision_problems(decision: Any, taxonomy: Taxonomy) -> Iterator[Problem]:
    if not isinstance(decision, dict):
        yield from _word_problems(decision, taxonomy)
        return
    yield from _unknown_keys(decision, _DECISION_KEYS)
    if ("decision" in decision) == ("split" in decision):
        yield (), "a label has either a 'decision' or a 'split'"
    elif "decision" in decision:
        yield from (
            (("decision", *at), said) for at, said in _word_problems(decision["decision"], taxonomy)
        )
    elif not isinstance(decision["split"], list) or not decision["split"]:
        yield ("split",), "a split is a list of rules"
    else:
        for number, rule in enumerate(decision["split"]):
            yield from (
                (("split", number, *at), said) for at, said in _rule_problems(rule, taxonomy)
            )


def _word_problems(word: Any, taxonomy: Taxonomy) -> Iterator[Problem]:
    if word in (BACKGROUND, REJECT) or (isinstance(word, str) and word in taxonomy.concepts):
        return
    if word == UNDECIDED:
        yield (), f"{UNDECIDED} waits for a word: a concept, {BACKGROUND} or {REJECT}"
        return
    hint = nearest(str(word), [BACKGROUND, REJECT, *taxonomy.concepts])
    yield (), f"no concept {word!r}, and neither {BACKGROUND!r} nor {REJECT!r}{hint}"


def _rule_problems(rule: Any, taxonomy: Taxonomy) -> Iterator[Problem]:
    if (
        not isinstance(rule, dict)
        or "decision" not in rule
        or ("where" in rule) == ("annotations" in rule)
    ):
        yield (), "a rule has a 'decision', and either 'where' or 'annotations'"
        return
    yield from _unknown_keys(rule, _RULE_KEYS)
    yield from (
        (("decision", *at), said) for at, said in _word_problems(rule["decision"], taxonomy)
    )
    where, annotations = rule.get("where", {"": ""}), rule.get("annotations", [""])
    if (
        not isinstance(where, dict)
        or not where
        or not all(_texts(values) for values in where.values())
    ):
        yield ("where",), "where is a mapping: an attribute, then its value or values"
    if (
        not isinstance(annotations, list)
        or not annotations
        or any(isinstance(key, dict | list) for key in annotations)
    ):
        yield ("annotations",), "annotations are a list of annotation keys or object ids"


def _unknown_keys(entry: Mapping[Any, Any], known: list[str]) -> Iterator[Problem]:
    for key in entry:
        if key not in known:
            yield (
                (key,),
                f"unknown key {key!r}{nearest(str(key), known) or '; known: ' + ', '.join(known)}",
            )


def _decisions(labels: Mapping[str, Any] | None) -> dict[str, Decision]:
    return {label: _decision(entry) for label, entry in (labels or {}).items()}


def _decision(entry: Any) -> Decision:
    if isinstance(entry, str):
        return Decision(entry)
    rules = (
        Rule(
            rule["decision"],
            {str(name): _texts(values) for name, values in rule.get("where", {}).items()},
            frozenset(map(_text, rule.get("annotations", ()))),
        )
        for rule in entry.get("split", ())
    )
    return Decision(entry.get("decision", ""), tuple(rules))


def _texts(values: Any) -> tuple[str, ...]:
    """The values as exports write them; empty where there is none or one that is no plain value."""
    listed = values if isinstance(values, list) else [values]
    return (
        () if any(isinstance(value, dict | list) for value in listed) else tuple(map(_text, listed))
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
