"""What is wrong in an entry of concepts.yaml by itself: missing, misspelt, of the wrong type."""

import re
from collections.abc import Mapping
from typing import Any

from curate.errors import nearest
from curate.labels.concept_model import (
    DECISION_WORDS,
    ID,
    LANGUAGE,
    ConceptEntry,
    ConceptsFile,
    SenseEntry,
)
from curate.labels.problems import Problem, Problems, below, unknown_keys
from curate.labels.taxonomy import KINDS
from curate.labels.words import words

_ID = re.compile(ID)
_LANGUAGE = re.compile(LANGUAGE)

_FILE_KEYS = list(ConceptsFile.__struct_fields__)
_CONCEPT_KEYS = list(ConceptEntry.__struct_fields__)
_SENSE_KEYS = list(SenseEntry.__struct_fields__)


def entry_problems(data: Mapping[Any, Any]) -> list[Problem]:
    """What is wrong in the entries of the file, one after the other."""
    found = list(unknown_keys(data, _FILE_KEYS))
    for concept_id, entry in data["concepts"].items():
        problems = list(_id_problems(concept_id))
        problems += _concept_problems(concept_id, entry)
        found += below("concepts", below(concept_id, problems))

    ambiguous = data.get("ambiguous", {})
    domains = data.get("domains", {})
    renamed = data.get("renamed", {})
    splits = data.get("splits", {})
    found += below("ambiguous", _ambiguous_problems(ambiguous))
    found += below("domains", _lists_problems(domains, "domain"))
    found += below("renamed", _renamed_problems(renamed))
    found += below("splits", _lists_problems(splits, "concept"))
    return found


# concepts ----------------------------------------------------------------------------------------


def _id_problems(concept_id: Any) -> Problems:
    is_id = isinstance(concept_id, str) and _ID.fullmatch(concept_id)
    if not is_id:
        yield Problem(
            (), f"the id {concept_id!r} is no lower-case words joined by hyphens"
        )
    elif concept_id in DECISION_WORDS:
        yield Problem((), f"the id {concept_id!r} is the word of a decision")


def _concept_problems(concept_id: Any, entry: Any) -> Problems:
    """What is wrong in a concept's entry, key by key."""
    if not isinstance(entry, dict):
        yield Problem((), f"concept {concept_id!r} needs a definition and a kind")
        return
    yield from unknown_keys(entry, _CONCEPT_KEYS)

    if not _is_text(entry.get("definition")):
        message = (
            f"concept {concept_id!r} needs a definition by which a reviewer decides"
        )
        yield Problem(("definition",), message)

    kind = entry.get("kind")
    if kind not in KINDS:
        known = ", ".join(KINDS)
        hint = nearest(str(kind), KINDS)
        yield Problem(("kind",), f"kind {kind!r} is not one of {known}{hint}")

    if not isinstance(entry.get("parent", ""), str):
        yield Problem(("parent",), "parent is the id of a concept")
    if not isinstance(entry.get("salient", True), bool):
        yield Problem(("salient",), "salient is true or false")

    aliases = entry.get("aliases", [])
    yield from below("aliases", _aliases_problems(aliases))


def _aliases_problems(aliases: Any) -> Problems:
    """What is wrong in a list of English names, or in a mapping from languages to lists."""
    if isinstance(aliases, list):
        yield from _names_problems(aliases)
        return
    if not isinstance(aliases, dict):
        message = "aliases are a list of English names, or one for each language"
        yield Problem((), message)
        return
    for language, names in aliases.items():
        problems = [*_language_problems(language), *_names_problems(names)]
        yield from below(language, problems)


def _language_problems(language: Any) -> Problems:
    is_language = isinstance(language, str) and _LANGUAGE.fullmatch(language)
    if not is_language:
        message = (
            f"the language {language!r} is not two small letters, such as en or de"
        )
        yield Problem((), message)


def _names_problems(names: Any) -> Problems:
    if not isinstance(names, list):
        yield Problem((), "names are a list")
        return
    for number, name in enumerate(names):
        is_name = isinstance(name, str) and words(name)
        if not is_name:
            message = f"the alias {name!r} is no name; put it in quotes if it is one"
            yield Problem((number,), message)


# the other sections ------------------------------------------------------------------------------


def _ambiguous_problems(languages: Any) -> Problems:
    """What is wrong in the words of several meanings."""
    if not isinstance(languages, dict):
        yield Problem((), "ambiguous is a mapping: a language, then its words")
        return
    for language, entries in languages.items():
        yield from below(language, _language_problems(language))
        if not isinstance(entries, dict):
            yield Problem((language,), "a language has words, each with its meanings")
            continue
        for word, senses in entries.items():
            yield from below(language, below(word, _senses_problems(word, senses)))


def _senses_problems(word: Any, senses: Any) -> Problems:
    is_name = isinstance(word, str) and words(word)
    if not is_name:
        yield Problem((), f"{word!r} is no word; put it in quotes if it is one")
    if not isinstance(senses, list) or not senses:
        yield Problem((), f"{word!r} needs a list of its meanings")
        return
    for number, sense in enumerate(senses):
        yield from below(number, _sense_problems(sense))


def _sense_problems(sense: Any) -> Problems:
    """What is wrong in one meaning of a word."""
    if not isinstance(sense, dict):
        yield Problem((), "a meaning has a 'concept' or, without one, a 'meaning'")
        return
    yield from unknown_keys(sense, _SENSE_KEYS)

    has_concept = _is_text(sense.get("concept"))
    has_meaning = _is_text(sense.get("meaning"))
    if not has_concept and not has_meaning:
        yield Problem((), "a meaning has a 'concept' or, without one, a 'meaning'")
    for key in ("beside", "domains"):
        if not _is_list_of_texts(sense.get(key, [])):
            yield Problem((key,), f"{key} is a list of words")


def _renamed_problems(renamed: Any) -> Problems:
    if not isinstance(renamed, dict):
        yield Problem((), "renamed is a mapping: the id of earlier, then that of today")
        return
    for old, new in renamed.items():
        if not _is_text(old) or not _is_text(new):
            yield Problem((old,), "an id of earlier has one id of today")


def _lists_problems(lists: Any, what: str) -> Problems:
    """What is wrong in a mapping from a name to a list of names."""
    if not isinstance(lists, dict):
        yield Problem((), f"each {what} has a list of names")
        return
    for name, values in lists.items():
        if not _is_text(name) or not _is_list_of_texts(values):
            yield Problem((name,), f"each {what} has a list of names")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list_of_texts(values: Any) -> bool:
    return isinstance(values, list) and all(_is_text(value) for value in values)
