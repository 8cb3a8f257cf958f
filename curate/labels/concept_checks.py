"""What is wrong between the entries of concepts.yaml: a parent that is missing, a shared name."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from curate.errors import nearest
from curate.labels.problems import Problem, Problems, below
from curate.labels.taxonomy import ENGLISH, Concept, Kind, Sense, Taxonomy
from curate.labels.words import singular, words

_WHOLES: dict[Kind, tuple[Kind, ...]] = {
    "thing": ("thing",),
    "part": ("thing", "part", "stuff"),
    "stuff": ("stuff",),
    "void": ("void",),
}
"""The kinds that the parent of a concept may have, by the concept's kind."""

# What a definition counts among its own objects: the list after a colon, and what is "included".
_LISTED = re.compile(r":([^.;]*)")
_INCLUDED = re.compile(r"([^.;:,]*)\bincluded\b")
_BETWEEN = re.compile(r",|\bor\b|\band\b|\bincluding\b")


def concept_problems(taxonomy: Taxonomy, data: Mapping[str, Any]) -> list[Problem]:
    """What is wrong between the entries of a file, each of which is right by itself.

    `data`: the file, for the places of its values.
    """
    names = _Names(taxonomy)
    between = [
        *_parents(taxonomy),
        *_shared_names(taxonomy, data["concepts"], names),
        *_claims(taxonomy, names),
    ]
    return [
        *below("concepts", between),
        *below("ambiguous", _senses(taxonomy, names)),
        *below("renamed", _renamed(taxonomy)),
        *below("splits", _splits(taxonomy)),
    ]


def spelling(name: str, language: str) -> str:
    """A name as names are compared here: no case, separators or, in English, plurals.

    >>> spelling("Traffic_Lights", "en")
    'trafficlight'
    """
    split = words(name)
    if language == ENGLISH:
        split = singular(split)
    return "".join(split)


class _Names:
    """The concepts by their names: `owner` by language and spelling, the first concept of each.

    `ambiguous`: the spellings of the words of several meanings, by language.
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.owner: dict[tuple[str, str], str] = {}
        for concept_id in taxonomy.concepts:
            spelled = spelling(concept_id, ENGLISH)
            self.owner[ENGLISH, spelled] = concept_id
        for concept, language, _, name in _aliases(taxonomy):
            spelled = spelling(name, language)
            self.owner.setdefault((language, spelled), concept.id)

        self.ambiguous: set[tuple[str, str]] = set()
        for language, entries in taxonomy.senses.items():
            for word in entries:
                spelled = spelling(word, language)
                self.ambiguous.add((language, spelled))


def _aliases(taxonomy: Taxonomy) -> Iterator[tuple[Concept, str, int, str]]:
    """Each alias: its concept, language, position in the list, and the name itself."""
    for concept in taxonomy.concepts.values():
        for language, names in concept.aliases.items():
            for number, name in enumerate(names):
                yield concept, language, number, name


def _parents(taxonomy: Taxonomy) -> Problems:
    """A problem for each parent that is missing, of the wrong kind, or below its own child."""
    concepts = taxonomy.concepts
    for concept in concepts.values():
        place = (concept.id, "parent")
        if not concept.parent:
            continue
        parent = concepts.get(concept.parent)
        if parent is None:
            hint = taxonomy.hint(concept.parent)
            yield Problem(place, f"no concept {concept.parent!r}{hint}")
        elif parent.kind not in _WHOLES[concept.kind]:
            message = f"a {concept.kind} cannot be below {parent.id!r}, which is {parent.kind}"
            yield Problem(place, message)
        elif _is_below_itself(concept.id, concepts):
            yield Problem(place, f"{concept.id!r} is among its own ancestors")


def _is_below_itself(concept_id: str, concepts: Mapping[str, Concept]) -> bool:
    seen = {concept_id}
    parent = concepts[concept_id].parent
    while parent in concepts and parent not in seen:
        seen.add(parent)
        parent = concepts[parent].parent
    return parent == concept_id


def _shared_names(
    taxonomy: Taxonomy, entries: Mapping[str, Any], names: _Names
) -> Problems:
    """A problem for each alias that is another concept's, or that has several meanings."""
    for concept, language, number, alias in _aliases(taxonomy):
        place: tuple[Any, ...] = (concept.id, "aliases", language, number)
        if isinstance(entries[concept.id]["aliases"], list):
            place = (concept.id, "aliases", number)

        key = (language, spelling(alias, language))
        owner = names.owner[key]
        if owner != concept.id:
            message = (
                f"the alias {alias!r} of {concept.id!r} is {owner!r}'s, too; a word of"
                " several meanings belongs below 'ambiguous'"
            )
            yield Problem(place, message)
        elif key in names.ambiguous:
            message = (
                f"{alias!r} stands below 'ambiguous' as a word of several meanings, so it"
                f" cannot be an alias of {concept.id!r}, too"
            )
            yield Problem(place, message)


def _claims(taxonomy: Taxonomy, names: _Names) -> Problems:
    """A problem for each thing that a definition counts as its own and that is a concept."""
    for concept in taxonomy.concepts.values():
        for item in _claimed(concept.definition):
            owner = names.owner.get((ENGLISH, spelling(item, ENGLISH)), concept.id)
            kind = taxonomy.concepts[owner].kind
            is_part = kind == "part"  # it belongs to its whole and is a concept, too
            if owner != concept.id and kind == concept.kind and not is_part:
                message = (
                    f"the definition of {concept.id!r} claims {item!r}, which is the"
                    f" concept {owner!r}"
                )
                yield Problem((concept.id, "definition"), message)


def _claimed(definition: str) -> Iterator[str]:
    """What a definition says that its concept comprises.

    >>> list(_claimed("A garment: skirt, dress or suit, its belt included; a hat is a hat."))
    ['skirt', 'dress', 'suit', 'its belt']
    """
    seen = set()
    for pattern in (_LISTED, _INCLUDED):
        for text in pattern.findall(definition):
            for piece in _BETWEEN.split(text):
                item = piece.removesuffix("included ").strip()
                if item and item not in seen and not item.endswith("included"):
                    seen.add(item)
                    yield item


def _senses(taxonomy: Taxonomy, names: _Names) -> Problems:
    """A problem for each meaning of a word that names what the taxonomy does not have."""
    for language, entries in taxonomy.senses.items():
        for word, senses in entries.items():
            owner = names.owner.get((language, spelling(word, language)))
            meant = {sense.concept for sense in senses}
            if owner in taxonomy.concepts and owner not in meant:
                message = (
                    f"{word!r} is a name of {owner!r}, which is not one of its meanings"
                )
                yield Problem((language, word), message)
            for number, sense in enumerate(senses):
                for key, message in _sense_messages(sense, taxonomy):
                    yield Problem((language, word, number, key), message)


def _sense_messages(sense: Sense, taxonomy: Taxonomy) -> Iterator[tuple[str, str]]:
    """The key and message of each thing that is wrong in one meaning of a word."""
    if sense.concept and sense.concept not in taxonomy.concepts:
        hint = taxonomy.hint(sense.concept)
        yield "concept", f"no concept {sense.concept!r}{hint}"
    for concept in sense.beside:
        if concept not in taxonomy.concepts:
            yield "beside", f"no concept {concept!r}{taxonomy.hint(concept)}"
    for domain in sense.domains:
        if domain not in taxonomy.domains:
            hint = nearest(domain, taxonomy.domains)
            yield "domains", f"{domain!r} is not among the file's 'domains'{hint}"


def _renamed(taxonomy: Taxonomy) -> Problems:
    """A problem for each id of earlier that is in use again, or that leads to no concept."""
    for old, new in taxonomy.renamed.items():
        if old in taxonomy.concepts:
            yield Problem((old,), f"{old!r} is a concept of today: it is not renamed")
        elif not taxonomy.resolve(old):
            hint = taxonomy.hint(new)
            yield Problem((old,), f"{old!r} is renamed to no concept: {new!r}{hint}")


def _splits(taxonomy: Taxonomy) -> Problems:
    """A problem for each concept of a split that does not exist."""
    for old, others in taxonomy.splits.items():
        for concept in (old, *others):
            if not taxonomy.resolve(concept):
                yield Problem((old,), f"no concept {concept!r}{taxonomy.hint(concept)}")
