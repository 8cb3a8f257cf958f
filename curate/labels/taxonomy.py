"""The common taxonomy: concepts, their names in several languages, and words of several meanings.

`curate.labels.concept_file` reads it from concepts.yaml.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

import msgspec

from curate.errors import nearest_word
from curate.labels.words import Words, singular, words

Kind = Literal["thing", "part", "stuff", "void"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds of a concept: things and parts are cut out, stuff and void are background."""

ENGLISH = "en"
"""The language of ids and definitions. Languages are written as two letters (ISO 639-1)."""

BACKGROUND = "background"
"""Decision: there is no object to cut out."""
REJECT = "reject"
"""Decision: the objects must not be used."""
SPLIT = "split"
"""Decision: the label stands for several concepts."""
UNDECIDED = "UNDECIDED"
"""What the review queue has in the place of a decision."""


class Concept(msgspec.Struct, frozen=True):
    """An entry of the taxonomy.

    `definition`: the sentence by which a reviewer decides whether an object is one.
    `parent`: id of the wider concept, or of the whole of a part; "" for a concept without one.
    `salient`: False for a thing or part that nobody would box.
    `aliases`: synonyms of the id by language; what is narrower is a concept of its own.
    """

    id: str
    definition: str
    kind: Kind
    parent: str = ""
    salient: bool = True
    aliases: Mapping[str, tuple[str, ...]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The id and the aliases of all languages."""
        return self.names_in(self.aliases)

    def names_in(self, languages: Iterable[str]) -> tuple[str, ...]:
        """The id and the aliases of some languages, in their order.

        >>> Concept("car", "…", "thing", aliases={"de": ("Auto",)}).names_in(["de"])
        ('car', 'Auto')
        """
        names = [self.id]
        for language in languages:
            names += self.aliases.get(language, ())
        return tuple(names)


class Sense(msgspec.Struct, frozen=True):
    """One meaning of a word that has several.

    `concept`: what the word means then; "" if it is nothing that the taxonomy has.
    `meaning`: for the reader, where the concept does not say it.
    `beside`: concepts (they, or narrower ones) among whose labels the word means this.
    `domains`: domains in which it means this.
    """

    concept: str = ""
    meaning: str = ""
    beside: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class Taxonomy(msgspec.Struct, frozen=True):
    """All concepts by id.

    `digest` changes with everything that could change a match or what is background.
    `senses`: the words of several meanings: by language, then by the word as it is written.
    `domains`: what else customers call a domain, by the name that senses have for it.
    `renamed`: the concept's id of today by an id that it had before, merged concepts included.
    `splits`: the concepts among which a concept's objects were distributed, by its id.
    """

    concepts: dict[str, Concept]
    digest: str
    senses: Mapping[str, Mapping[str, tuple[Sense, ...]]] = {}
    domains: Mapping[str, tuple[str, ...]] = {}
    renamed: Mapping[str, str] = {}
    splits: Mapping[str, tuple[str, ...]] = {}

    def ancestors(self, concept: str) -> list[str]:
        """The ids of a concept's parents, the nearest first."""
        found: list[str] = []
        parent = self.concepts[concept].parent
        while parent:
            found.append(parent)
            parent = self.concepts[parent].parent
        return found

    def resolve(self, concept: str) -> str:
        """The id that a concept has today, by its id of today or of any time before.

        "" if there was never such a concept.
        """
        found = concept
        seen = set()
        while found in self.renamed and found not in seen:
            seen.add(found)
            found = self.renamed[found]
        if found in self.concepts:
            return found
        return ""

    def senses_in(self, languages: Iterable[str]) -> dict[Words, tuple[Sense, ...]]:
        """The words of several meanings in some languages, in the singular, with their senses.

        A word of several languages has the senses of all of them.
        """
        found: dict[Words, tuple[Sense, ...]] = {}
        for language in languages:
            entries = self.senses.get(language, {})
            for word, senses in entries.items():
                spelled = singular(words(word))
                known = found.get(spelled, ())
                found[spelled] = known + senses
        return found

    def domain(self, text: str) -> str:
        """The domain that a customer's text names, as senses have it; "" if none is known.

        Of a text of several words the first that is known decides: "road scenes" is "street" if
        "road" is another name of it.
        """
        known = {}
        for domain, others in self.domains.items():
            for name in (domain, *others):
                known[singular(words(name))] = domain

        spelled = singular(words(text))
        for candidate in (spelled, *((word,) for word in spelled)):
            if candidate in known:
                return known[candidate]
        return ""

    def hint(self, word: str, others: Iterable[str] = ()) -> str:
        """The hint at the concept that a word may mean, for a message; "" if none is near.

        `others`: further words that are valid in its place. A name of a concept in any language
        is found before a word that looks alike.

        >>> car = Concept("car", "…", "thing", aliases={"en": ("automobile",)})
        >>> Taxonomy({"car": car}, "").hint("Automobiles")
        "; 'car' has that name"
        """
        meant: dict[Words, str] = {}
        spelled: dict[str, str] = {other: other for other in others}
        for concept in self.concepts.values():
            spelled[concept.id] = concept.id
        for concept in self.concepts.values():
            for name in concept.names:
                meant.setdefault(singular(words(name)), concept.id)
                spelled.setdefault(name, concept.id)

        known = meant.get(singular(words(word)))
        if known:
            return f"; {known!r} has that name"

        name = nearest_word(word, spelled)
        if not name:
            return ""
        if spelled[name] == name:
            return f"; did you mean {name!r}?"
        return f"; did you mean {spelled[name]!r} ({name})?"
