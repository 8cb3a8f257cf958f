"""The names of all concepts, and what a name means: rules exact to alias of matching."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from curate.labels.phrases import (
    BODIES,
    CLOTHES,
    MOBILE,
    NATURAL,
    ORGANS,
    WHOLES,
    without_fillers,
)
from curate.labels.taxonomy import Kind, Sense, Taxonomy
from curate.labels.words import Words, singular, unnumbered, words

Rank = Literal["id", "alias", "short"]
"""Which name of a concept: its id, an alias, or its id without fillers (chair of chair-other)."""

# Letters: names as short as "cup" are found in too many words without spaces.
_SHORTEST_JOINED = 5


@dataclass(frozen=True, slots=True)
class Named:
    """The concepts that a name means: one, or several if it is ambiguous."""

    concepts: tuple[str, ...]
    rank: Rank


@dataclass(frozen=True, slots=True)
class NameTable:
    """Concepts by name. `by_spelling`: a table for each spelling of `_spellings`."""

    by_spelling: tuple[dict[str, tuple[str, ...]], ...]

    def find(self, name: Words) -> tuple[str, ...]:
        """The concepts of a name, with or without the numbers around it."""
        for spellings in _readings(name):
            for spelling, concepts in zip(spellings, self.by_spelling, strict=True):
                if spelling in concepts:
                    return concepts[spelling]
        return ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is looked up of a taxonomy, for exports of some languages.

    `tables`: of each rank. `foreign`: aliases of the other languages. `senses`: words of several
    meanings, in the singular. `ancestors`: of each concept. `bodies`, `natural`, `mobile`,
    `clothes`, `organs`, `wholes`: the concepts that are called as the words of `phrases.BODIES`,
    `NATURAL`, `MOBILE`, `CLOTHES`, `ORGANS` and `WHOLES`. `found`: what was looked up before, for
    one label is read by many rules.
    """

    taxonomy: Taxonomy
    languages: tuple[str, ...]
    tables: dict[Rank, NameTable]
    foreign: NameTable
    senses: dict[Words, tuple[Sense, ...]]
    ancestors: dict[str, frozenset[str]]
    bodies: frozenset[str]
    natural: frozenset[str]
    mobile: frozenset[str]
    clothes: frozenset[str]
    organs: frozenset[str]
    wholes: frozenset[str]
    found: dict[Words, Named | None] = field(default_factory=dict)

    def find(self, name: Words) -> Named | None:
        """What a name means, by the surest rank that knows it; None if none does."""
        if name not in self.found:
            self.found[name] = self._look_up(name)
        return self.found[name]

    def _look_up(self, name: Words) -> Named | None:
        if not name:
            return None
        for rank, table in self.tables.items():
            concepts = table.find(name)
            if concepts:
                return Named(concepts, rank)
        return None

    def senses_of(self, name: Words) -> tuple[Sense, ...]:
        """The meanings of a word that has several; none if it is no such word."""
        return self.senses.get(singular(unnumbered(name)), ())

    def kind(self, concept: str) -> Kind:
        """The kind of a concept."""
        return self.taxonomy.concepts[concept].kind

    def is_background(self, concept: str) -> bool:
        """Whether objects of a concept are dropped without being seen."""
        is_salient = self.taxonomy.concepts[concept].salient
        return self.kind(concept) in ("stuff", "void") or not is_salient

    def is_within(self, concept: str, around: Iterable[str]) -> bool:
        """Whether a concept, or a wider one, is among some concepts."""
        return not self.ancestors[concept].union((concept,)).isdisjoint(around)

    def domain_name(self, name: str) -> str:
        """The name that senses have for a domain that customers call so."""
        wanted = words(name)
        for domain, others in self.taxonomy.domains.items():
            if any(words(each) == wanted for each in (domain, *others)):
                return domain
        return name


def read_lexicon(taxonomy: Taxonomy, languages: Sequence[str]) -> Lexicon:
    """What is looked up of a taxonomy, for exports of some languages."""
    ids: list[tuple[str, str]] = []
    aliases: list[tuple[str, str]] = []
    foreign: list[tuple[str, str]] = []
    ancestors = {}
    for concept in taxonomy.concepts.values():
        ids.append((concept.id, concept.id))
        own = concept.names_in(languages)
        aliases += [(alias, concept.id) for alias in own[1:]]
        others = set(concept.names).difference(own)
        foreign += [(alias, concept.id) for alias in sorted(others)]
        ancestors[concept.id] = frozenset(taxonomy.ancestors(concept.id))

    tables: dict[Rank, NameTable] = {
        "id": _name_table(ids),
        "alias": _name_table(aliases),
        "short": _name_table(_short_names(taxonomy.concepts)),
    }
    return Lexicon(
        taxonomy=taxonomy,
        languages=tuple(languages),
        tables=tables,
        foreign=_name_table(foreign),
        senses=taxonomy.senses_in(languages),
        ancestors=ancestors,
        bodies=_called(BODIES, tables),
        natural=_called(NATURAL, tables),
        mobile=_called(MOBILE, tables),
        clothes=_called(CLOTHES, tables),
        organs=_called(ORGANS, tables),
        wholes=_called(WHOLES, tables),
    )


def spellings(names: Sequence[str]) -> list[str]:
    """What a concept of some names, the id first, is called besides its id.

    These are its other names, and each name as it is compared: license plate of licence-plate.
    """
    spelled = dict.fromkeys(names[1:])
    for name in names:
        spelled[" ".join(singular(words(name)))] = None
    return list(spelled)


def _called(
    some_words: Iterable[str], tables: Mapping[Rank, NameTable]
) -> frozenset[str]:
    """The concepts that some words are names of."""
    found: set[str] = set()
    for word in some_words:
        for table in tables.values():
            found.update(table.find(words(word)))
    return frozenset(found)


def _short_names(concepts: Iterable[str]) -> list[tuple[str, str]]:
    """The ids that have fillers, without these."""
    short = []
    for concept in concepts:
        whole = words(concept)
        rest = without_fillers(whole)
        if rest and len(rest) < len(whole):
            short.append((" ".join(rest), concept))
    return short


def _name_table(names: Iterable[tuple[str, str]]) -> NameTable:
    """A table of pairs of a name and its concept."""
    tables: tuple[dict[str, tuple[str, ...]], ...] = ({}, {}, {})
    for name, concept in names:
        spellings = _spellings(words(name))
        for spelling, concepts in zip(spellings, tables, strict=True):
            known = concepts.get(spelling, ())
            if spelling and concept not in known:
                concepts[spelling] = (*known, concept)
    return NameTable(tables)


@lru_cache(maxsize=65536)
def _readings(name: Words) -> tuple[tuple[str, str, str], ...]:
    """The spellings of a name with the numbers around it, and of the name without them."""
    alone = unnumbered(name)
    if alone == name:
        return (_spellings(name),)
    return _spellings(name), _spellings(alone)


def _spellings(name: Words) -> tuple[str, str, str]:
    """A name as it is, in the singular, and in the singular without spaces.

    The last is "" if it is too short.
    """
    single = singular(name)
    joined = "".join(single)
    if len(joined) < _SHORTEST_JOINED:
        joined = ""
    return " ".join(name), " ".join(single), joined
