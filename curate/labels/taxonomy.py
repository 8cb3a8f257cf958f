"""The common taxonomy: concepts, and how concepts.yaml is read and checked."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from curate.errors import InputError, nearest
from curate.labels.problems import Problem, below, refuse, unknown_keys
from curate.labels.words import Words, words
from curate.storage import digest
from curate.yaml_files import load_yaml

Kind = Literal["thing", "part", "stuff", "void"]
KINDS: tuple[Kind, ...] = ("thing", "part", "stuff", "void")
"""The kinds of a concept: things and parts are cut out, stuff and void are background."""

BACKGROUND = "background"
"""Decision: there is no object to cut out."""
REJECT = "reject"
"""Decision: the objects must not be used."""
SPLIT = "split"
"""Decision: the label stands for several concepts."""
UNDECIDED = "UNDECIDED"
"""What the review queue has in the place of a decision."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NO_IDS = {BACKGROUND, REJECT, SPLIT, UNDECIDED.lower()}  # they would be read as decisions
_KEYS = ["definition", "parent", "kind", "salient", "aliases"]


class Concept(msgspec.Struct, frozen=True):
    """An entry of the taxonomy.

    `definition`: the sentence by which a reviewer decides whether an object is one.
    `parent`: id of the wider concept, or of the whole of a part; "" for a concept without one.
    `salient`: False for a thing or part that nobody would box.
    `aliases`: other names of this concept and of no other.
    """

    id: str
    definition: str
    kind: Kind
    parent: str = ""
    salient: bool = True
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The id and the aliases."""
        return (self.id, *self.aliases)


class Taxonomy(msgspec.Struct, frozen=True):
    """All concepts by id.

    `digest` changes with everything that could change a match or what is background.
    """

    concepts: dict[str, Concept]
    digest: str

    def ancestors(self, concept: str) -> list[str]:
        """The ids of a concept's parents, the nearest first."""
        found: list[str] = []
        parent = self.concepts[concept].parent
        while parent:
            found.append(parent)
            parent = self.concepts[parent].parent
        return found


def load_concepts(path: Path) -> Taxonomy:
    """Read and check concepts.yaml.

    Raises InputError; it lists what is wrong, each with file, line and column.
    """
    document = load_yaml(path)
    entries = None
    if isinstance(document.data, dict):
        entries = document.data.get("concepts")
    if not isinstance(entries, dict) or not entries:
        raise InputError(f"{path}:1:1: a taxonomy is a mapping with 'concepts:', each by its id")
    refuse(document, _file_problems(document.data, entries))

    concepts = {concept: _concept(concept, entry) for concept, entry in entries.items()}
    refuse(document, below("concepts", [*_cycles(concepts), *_shared_names(concepts)]))

    plain = [msgspec.to_builtins(concept) for concept in concepts.values()]
    return Taxonomy(concepts, digest(plain))


def _concept(concept: str, entry: Mapping[str, Any]) -> Concept:
    """A concept of an entry that has been checked."""
    kind = entry["kind"]
    return Concept(
        id=concept,
        definition=entry["definition"],
        kind=kind,
        parent=entry.get("parent", ""),
        salient=entry.get("salient", kind in ("thing", "part")),
        aliases=tuple(entry.get("aliases", ())),
    )


def _file_problems(data: Mapping[Any, Any], entries: Mapping[Any, Any]) -> Iterator[Problem]:
    """What is wrong with the file, one concept at a time."""
    for key in data:
        if key != "concepts":
            yield Problem((key,), f"unknown key {key!r}; the file has only 'concepts'")
    for concept, entry in entries.items():
        problems = [*_id_problems(concept), *_entry_problems(concept, entry, entries)]
        yield from below("concepts", below(concept, problems))


def _id_problems(concept: Any) -> Iterator[Problem]:
    if not isinstance(concept, str) or not _ID.fullmatch(concept):
        yield Problem((), f"the id {concept!r} is no lower-case words joined by hyphens")
    elif concept in _NO_IDS:
        yield Problem((), f"the id {concept!r} is the word of a decision")


def _entry_problems(concept: Any, entry: Any, entries: Mapping[Any, Any]) -> Iterator[Problem]:
    """What is wrong with one concept's entry, key by key."""
    if not isinstance(entry, dict):
        yield Problem((), f"concept {concept!r} needs a definition and a kind")
        return
    yield from unknown_keys(entry, _KEYS)

    definition = entry.get("definition")
    if not isinstance(definition, str) or not definition.strip():
        message = f"concept {concept!r} needs a definition by which a reviewer decides"
        yield Problem(("definition",), message)

    kind = entry.get("kind")
    if kind not in KINDS:
        hint = nearest(str(kind), list(KINDS))
        yield Problem(("kind",), f"kind {kind!r} is none of {', '.join(KINDS)}{hint}")

    parent = entry.get("parent", "")
    if parent != "" and parent not in entries:
        hint = nearest(str(parent), [str(name) for name in entries])
        yield Problem(("parent",), f"no concept {parent!r}{hint}")

    if not isinstance(entry.get("salient", True), bool):
        yield Problem(("salient",), "salient is true or false")

    yield from below("aliases", _alias_problems(entry.get("aliases", [])))


def _alias_problems(aliases: Any) -> Iterator[Problem]:
    if not isinstance(aliases, list):
        yield Problem((), "aliases are a list of names")
        return
    for number, alias in enumerate(aliases):
        if not isinstance(alias, str) or not words(alias):
            yield Problem(
                (number,), f"the alias {alias!r} is no name; put it in quotes if it is one"
            )


def _cycles(concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    """A problem for each concept that is among its own ancestors."""
    for concept in concepts:
        seen = {concept}
        parent = concepts[concept].parent
        while parent and parent not in seen:
            seen.add(parent)
            parent = concepts[parent].parent
        if parent == concept:
            yield Problem((concept, "parent"), f"{concept!r} is among its own ancestors")


def _shared_names(concepts: Mapping[str, Concept]) -> Iterator[Problem]:
    """A problem for each alias that is also a name of another concept."""
    owner: dict[Words, str] = {words(concept): concept for concept in concepts}
    for concept, entry in concepts.items():
        for number, alias in enumerate(entry.aliases):
            first = owner.setdefault(words(alias), concept)
            if first != concept:
                message = f"the alias {alias!r} of {concept!r} is {first!r}'s, too"
                yield Problem((concept, "aliases", number), message)
