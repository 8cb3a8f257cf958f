"""The names of all concepts, and which concept a label names: rules exact to alias of matching."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curate.labels.taxonomy import Taxonomy
from curate.labels.words import Words, singular, unnumbered, words

_SEVERAL = ""  # the entry of a name that means several concepts
_SHORTEST_JOINED = (
    5  # letters: names as short as "cup" are found in too many words without spaces
)


@dataclass(frozen=True, slots=True)
class NameTable:
    """Concepts by name.

    `by_spelling`: a table for each spelling of `_spellings`; "" is the concept of a name that
    means several.
    """

    by_spelling: tuple[Mapping[str, str], ...]

    def find(self, name: Words) -> str:
        """The concept of a name, with or without the numbers around it.

        "" if no concept has the name, or several have it.
        """
        for reading in (name, unnumbered(name)):
            for spelling, concepts in zip(
                _spellings(reading), self.by_spelling, strict=True
            ):
                if spelling and spelling in concepts:
                    return concepts[spelling]
        return ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a taxonomy: `ids` knows the concepts by id, `all` by id and alias."""

    ids: NameTable
    all: NameTable


def taxonomy_names(taxonomy: Taxonomy) -> Names:
    """The name tables of a taxonomy."""
    concepts = taxonomy.concepts.values()
    ids = [(concept.id, concept.id) for concept in concepts]
    every: list[tuple[str, str]] = []
    for concept in concepts:
        every += [(name, concept.id) for name in concept.names]
    return Names(_name_table(ids), _name_table([*ids, *every]))


def _name_table(names: Iterable[tuple[str, str]]) -> NameTable:
    """A table of pairs of a name and its concept."""
    tables: tuple[dict[str, str], ...] = ({}, {}, {})
    for name, concept in names:
        for spelling, concepts in zip(_spellings(words(name)), tables, strict=True):
            known = concepts.get(spelling, concept)
            if known == concept:
                concepts[spelling] = concept
            else:
                concepts[spelling] = _SEVERAL
    return NameTable(tables)


def _spellings(name: Words) -> tuple[str, str, str]:
    """A name as it is, in the singular, and in the singular without spaces.

    The last is "" if it is too short.
    """
    single = singular(name)
    joined = "".join(single)
    if len(joined) < _SHORTEST_JOINED:
        joined = ""
    return " ".join(name), " ".join(single), joined
