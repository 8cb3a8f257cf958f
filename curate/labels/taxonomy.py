"""The common taxonomy: concepts, and how concepts.yaml is read and checked."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from curate.errors import InputError, nearest
from curate.labels.problems import Problem, Problems, below, refuse, unknown_keys
from curate.labels.words import Words, words
from curate.storage import digest
from curate.yaml_files import load_yaml

Kind = Literal["thing", "part", "stuff", "void"]
KINDS: tuple[Kind, ...] = get_args(Kind)
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
_NO_IDS = {
    BACKGROUND,
    REJECT,
    SPLIT,
    UNDECIDED.lower(),
}  # they would be read as decisions
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
        raise InputError(
            f"{path}:1:1: a taxonomy is a mapping with 'concepts:', each by its id"
        )
    refuse(document, _file_problems(document.data, entries))

    concepts = {}
    for concept_id, entry in entries.items():
        concepts[concept_id] = _concept(concept_id, entry)
    between = [*_cycles(concepts), *_shared_names(concepts)]
    refuse(document, below("concepts", between))

    plain = [msgspec.to_builtins(concept) for concept in concepts.values()]
    return Taxonomy(concepts, digest(plain))


def _concept(concept_id: str, entry: Mapping[str, Any]) -> Concept:
    """The concept of an entry that has been checked."""
    kind = entry["kind"]
    return Concept(
        id=concept_id,
        definition=entry["definition"],
        kind=kind,
        parent=entry.get("parent", ""),
        salient=entry.get("salient", kind in ("thing", "part")),
        aliases=tuple(entry.get("aliases", ())),
    )


# what is wrong in a file -------------------------------------------------------------------------


def _file_problems(data: Mapping[Any, Any], entries: Mapping[Any, Any]) -> Problems:
    """What is wrong in the file, one concept after the other."""
    for key in data:
        if key != "concepts":
            yield Problem((key,), f"unknown key {key!r}; the file has only 'concepts'")

    ids = [str(concept_id) for concept_id in entries]
    for concept_id, entry in entries.items():
        found = [*_id_problems(concept_id), *_entry_problems(concept_id, entry, ids)]
        yield from below("concepts", below(concept_id, found))


def _id_problems(concept_id: Any) -> Problems:
    is_id = isinstance(concept_id, str) and _ID.fullmatch(concept_id)
    if not is_id:
        yield Problem(
            (), f"the id {concept_id!r} is no lower-case words joined by hyphens"
        )
    elif concept_id in _NO_IDS:
        yield Problem((), f"the id {concept_id!r} is the word of a decision")


def _entry_problems(concept_id: Any, entry: Any, ids: list[str]) -> Problems:
    """What is wrong in a concept's entry, key by key. `ids`: those of all concepts."""
    if not isinstance(entry, dict):
        yield Problem((), f"concept {concept_id!r} needs a definition and a kind")
        return
    yield from unknown_keys(entry, _KEYS)

    definition = entry.get("definition")
    is_text = isinstance(definition, str) and definition.strip()
    if not is_text:
        message = (
            f"concept {concept_id!r} needs a definition by which a reviewer decides"
        )
        yield Problem(("definition",), message)

    kind = entry.get("kind")
    if kind not in KINDS:
        known = ", ".join(KINDS)
        hint = nearest(str(kind), KINDS)
        yield Problem(("kind",), f"kind {kind!r} is none of {known}{hint}")

    parent = entry.get("parent", "")
    if parent != "" and parent not in ids:
        hint = nearest(str(parent), ids)
        yield Problem(("parent",), f"no concept {parent!r}{hint}")

    salient = entry.get("salient", True)
    if not isinstance(salient, bool):
        yield Problem(("salient",), "salient is true or false")

    aliases = entry.get("aliases", [])
    yield from below("aliases", _alias_problems(aliases))


def _alias_problems(aliases: Any) -> Problems:
    if not isinstance(aliases, list):
        yield Problem((), "aliases are a list of names")
        return
    for number, alias in enumerate(aliases):
        is_name = isinstance(alias, str) and words(alias)
        if not is_name:
            message = f"the alias {alias!r} is no name; put it in quotes if it is one"
            yield Problem((number,), message)


def _cycles(concepts: Mapping[str, Concept]) -> Problems:
    """A problem for each concept that is among its own ancestors."""
    for concept_id, concept in concepts.items():
        seen = {concept_id}
        parent = concept.parent
        while parent and parent not in seen:
            seen.add(parent)
            parent = concepts[parent].parent
        if parent == concept_id:
            message = f"{concept_id!r} is among its own ancestors"
            yield Problem((concept_id, "parent"), message)


def _shared_names(concepts: Mapping[str, Concept]) -> Problems:
    """A problem for each alias that is also a name of another concept."""
    owner: dict[Words, str] = {}
    for concept_id in concepts:
        owner[words(concept_id)] = concept_id

    for concept_id, concept in concepts.items():
        for number, alias in enumerate(concept.aliases):
            first = owner.setdefault(words(alias), concept_id)
            if first != concept_id:
                message = f"the alias {alias!r} of {concept_id!r} is {first!r}'s, too"
                yield Problem((concept_id, "aliases", number), message)
