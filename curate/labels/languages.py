"""The languages in which labels are names: what the `languages` of an export may lack."""

from collections.abc import Iterable, Mapping, Sequence

from curate.labels.taxonomy import Taxonomy
from curate.labels.words import Words, singular, unnumbered, words


def named_in(
    labels: Iterable[str], languages: Mapping[Words, Sequence[str]]
) -> dict[str, list[str]]:
    """The labels that are an alias in a language, by the language, as `languages` writes it.

    `languages`: of `languages_of_names`. A label may be an alias in several languages.
    """
    found: dict[str, list[str]] = {}
    for label in labels:
        for language in languages.get(_spelled(label), ()):
            of_language = found.setdefault(language, [])
            of_language.append(label)
    return found


def languages_of_names(taxonomy: Taxonomy) -> dict[Words, list[str]]:
    """The languages in which each name is an alias of a concept, sorted."""
    found: dict[Words, set[str]] = {}
    for concept in taxonomy.concepts.values():
        for language, aliases in concept.aliases.items():
            for alias in aliases:
                of_name = found.setdefault(_spelled(alias), set())
                of_name.add(language)
    return {name: sorted(languages) for name, languages in found.items()}


def _spelled(name: str) -> Words:
    """A name as names are compared: without case, separators, plurals and numbers."""
    without_number = unnumbered(words(name))
    return singular(without_number)
