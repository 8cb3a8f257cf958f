"""Concepts that are related to what a label names: suggestions where the label itself has none.

A house is suggested as a building, a word of several meanings as each of them. The names and
parents are those of the taxonomy itself or of a larger one, which may know more names.
"""

from dataclasses import dataclass

from curate.labels.names import Lexicon
from curate.labels.words import Words, singular, unnumbered, words

_SAME = 0.97  # likeness of a concept that the label names
_DESCRIBED = 0.95  # of one whose definition begins with the label
_WIDER = 0.9  # factor for each step to a wider concept
_NARROWER = 0.75  # of its children
_MENTIONED = 0.65  # of those that are named in the definition, or in whose definition it is named
_BESIDE = 0.55  # of those that have the same parent
_HEAD_ALONE = 0.85  # factor where only the last words of the label are a name
_LATER_WORD = 0.7  # factor where only other words of it are
_FEW = 3  # definitions that have a word which tells something
_MANY = 12  # children of a concept that is too wide to suggest them


@dataclass(frozen=True, slots=True)
class Relations:
    """Concepts by kinship.

    `lexicon`: of the taxonomy that knows the names. `children`: of each of its concepts.
    `mentions`: those whose definition names a concept, or which its own definition names, if they
    are few. `defined_by`: those whose definition begins with the concept (vegetation: "Plants …").
    `described`: those whose definition begins with a word that is no name, if they are few: raven,
    by "A crow or raven, …".
    `ours`: the concepts that are suggested, by the concept of `lexicon` that they are.
    """

    lexicon: Lexicon
    children: dict[str, list[str]]
    mentions: dict[str, list[str]]
    defined_by: dict[str, list[str]]
    described: dict[str, list[str]]
    ours: dict[str, tuple[str, ...]]

    def scores(self, label: str) -> dict[str, float]:
        """The likeness of the concepts that are related to what a label names."""
        name = singular(unnumbered(words(label)))
        related = []
        for factor, concept in self._named(name):
            for relative, likeness in self._relatives(concept):
                related.append((relative, factor * likeness))
        described = self.described.get(" ".join(name), [])
        related += [(concept, _DESCRIBED) for concept in described]

        # The best reason counts if a concept is related in several ways.
        best: dict[str, float] = {}
        for concept, score in related:
            for own in self.ours.get(concept, ()):
                best[own] = max(best.get(own, 0.0), score)
        return best

    def _named(self, name: Words) -> list[tuple[float, str]]:
        """The concepts that the label names, with the factor that its words deserve."""
        factor = 1.0
        for start in range(len(name)):
            concepts = self._concepts(name[start:])
            if concepts:
                return [(factor, concept) for concept in concepts]
            factor = _HEAD_ALONE

        for word in name[:-1]:
            concepts = self._concepts((word,))
            if concepts:
                return [(_LATER_WORD, concept) for concept in concepts]
        return []

    def _concepts(self, name: Words) -> list[str]:
        """The concepts that a name means or may mean."""
        named = self.lexicon.find(name)
        found: list[str] = []
        if named is not None:
            found += named.concepts
        for sense in self.lexicon.senses_of(name):
            if sense.concept:
                found.append(sense.concept)
        found += self.lexicon.foreign.find(name)
        return list(dict.fromkeys(found))

    def _relatives(self, concept: str) -> list[tuple[str, float]]:
        """A concept and its relatives, with how near they are."""
        relatives = []
        taxonomy = self.lexicon.taxonomy
        likeness = 1.0
        for wider in (concept, *taxonomy.ancestors(concept)):
            relatives.append((wider, _SAME * likeness))
            mentioned = _if_few(self.mentions.get(wider, []))
            mentioned = mentioned + self.defined_by.get(wider, [])
            relatives += [(each, _MENTIONED * likeness) for each in mentioned]
            likeness *= _WIDER

        children = _if_few(self.children.get(concept, []))
        relatives += [(each, _NARROWER) for each in children]

        parent = taxonomy.concepts[concept].parent
        if parent:
            siblings = _if_few(self.children[parent])
            relatives += [(each, _BESIDE) for each in siblings]
        return relatives


def relate(lexicon: Lexicon, known: Lexicon) -> Relations:
    """The relations of a taxonomy's concepts, by the names of the same one or of a larger one."""
    children: dict[str, list[str]] = {}
    mentions: dict[str, list[str]] = {}
    defined_by: dict[str, list[str]] = {}
    concepts = known.taxonomy.concepts
    for concept in concepts.values():
        children.setdefault(concept.parent, []).append(concept.id)

        definition = singular(words(concept.definition))
        mentioned = concepts.keys() & set(definition)
        for other in sorted(mentioned - {concept.id}):
            mentions.setdefault(other, []).append(concept.id)
            mentions.setdefault(concept.id, []).append(other)
            if other == definition[0]:
                defined_by.setdefault(other, []).append(concept.id)

    return Relations(
        lexicon=known,
        children=children,
        mentions=mentions,
        defined_by=defined_by,
        described=_described(known),
        ours=_ours(lexicon, known),
    )


def _described(known: Lexicon) -> dict[str, list[str]]:
    """The concepts whose definition begins with a word that is no name, if they are few."""
    by_word: dict[str, list[str]] = {}
    for concept in known.taxonomy.concepts.values():
        beginning, _, _ = concept.definition.partition(",")
        distinct = dict.fromkeys(singular(words(beginning)))
        for word in distinct:
            by_word.setdefault(word, []).append(concept.id)

    return {
        word: found
        for word, found in by_word.items()
        if len(found) <= _FEW and known.find((word,)) is None
    }


def _ours(lexicon: Lexicon, known: Lexicon) -> dict[str, tuple[str, ...]]:
    """The concepts of `lexicon`, by the concept of `known` that they are."""
    concepts = known.taxonomy.concepts
    if known is lexicon:
        return {concept: (concept,) for concept in concepts}

    ours = {}
    for concept in concepts:
        named = lexicon.find(words(concept))
        if named is not None:
            ours[concept] = named.concepts
    return ours


def _if_few(concepts: list[str]) -> list[str]:
    """Some concepts, if they are so few that each is worth a suggestion."""
    if len(concepts) > _MANY:
        return []
    return concepts
