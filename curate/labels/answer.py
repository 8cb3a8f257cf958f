"""The rules of matching for one label, one after the other, and what each of them said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz

from curate.labels.compound import match_compound
from curate.labels.pieces import list_items
from curate.labels.reading import Reader
from curate.labels.spelling import Correction, correct
from curate.labels.words import Words, singular, unnumbered, words

How = Literal["", "reviewed", "exact", "normalised", "alias", "compound", "fuzzy"]
"""How a label got its decision: by a reviewer, by one of the rules, or "" if it waits for one."""

_COMPOUND_SCORE = 0.9
# Likeness of a typing error to the name of a concept that is background.
_SURE_OF_BACKGROUND = 0.9


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was tried on a label, and what it said."""

    rule: str
    said: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say of a label.

    `concept`: "" if a person must decide. `steps`: the rules that were tried; if one answered, it
    is the last. `why`: the reason in one line.
    """

    concept: str
    how: How
    score: float
    steps: tuple[Step, ...]
    why: str


def answer_label(
    label: str, reader: Reader, corrected: Mapping[str, Correction]
) -> Answer:
    """Try one rule after the other. `corrected`: the words that are typing errors."""
    steps: list[Step] = []
    name = words(label)
    is_list = len(list_items(label)) > 1
    meant = ""
    if not is_list:
        meant = reader.read_name(name)
    if label in reader.lexicon.taxonomy.concepts:
        if is_list or meant == label or not reader.lexicon.senses_of(name):
            said = _noted(reader) or "it is the id of a concept"
            return _accept(label, "exact", 1.0, steps, said)
        if meant:
            return _accept(meant, "alias", 1.0, steps, _noted(reader))
        return _ask(steps, "exact", _noted(reader))
    steps.append(Step("exact", "no concept has this id"))
    if "?" in label:
        return _ask(steps, "question mark", "its author doubts it")

    named = reader.lexicon.find(name)
    how: How = "alias"
    if named is not None and named.rank == "id":
        how = "normalised"
    if meant:
        said = _noted(reader) or f"a name of {meant}"
        return _accept(meant, how, 1.0, steps, said)
    if reader.notes:  # it is a name, but nothing says of which concept
        return _ask(steps, how, _noted(reader))
    steps.append(Step("alias", _no_alias(name, reader)))
    return _read_compound(label, reader, corrected, steps)


def _read_compound(
    label: str,
    reader: Reader,
    corrected: Mapping[str, Correction],
    steps: list[Step],
) -> Answer:
    """The answer of the rules compound and fuzzy."""
    concept = match_compound(label, reader)
    noted = _noted(reader)
    if concept:
        said = noted or f"what is beside a name of {concept} says nothing new"
        return _accept(concept, "compound", _COMPOUND_SCORE, steps, said)
    nothing = "it is no path, list or phrase in which all but one name says nothing new"
    steps.append(Step("compound", noted or nothing))

    whole = singular(unnumbered(words(label)))
    right = correct(whole, corrected)
    if right == whole:
        no_slip = (
            "none of its words is a slip of the fingers from a word that names have"
        )
        why = noted or steps[1].said
        return _ask(steps, "fuzzy", no_slip, why)
    return _read_corrected(whole, right, reader, steps)


def _read_corrected(
    typed: Words, right: Words, reader: Reader, steps: list[Step]
) -> Answer:
    """The answer of the rule fuzzy for the words of a label and what they should have been."""
    reader.notes.clear()
    concept = reader.read_words(right)
    score = fuzz.ratio(" ".join(typed), " ".join(right)) / 100
    said = f"read as {' '.join(right)!r}"
    if not concept:
        return _ask(steps, "fuzzy", f"{said}, which no concept is called")
    if reader.lexicon.is_background(concept) and score < _SURE_OF_BACKGROUND:
        return _ask(
            steps, "fuzzy", f"{said}, but {concept} is background: not sure enough"
        )
    return _accept(concept, "fuzzy", score, steps, said)


def _no_alias(name: Words, reader: Reader) -> str:
    """Why no concept is called so."""
    foreign = reader.lexicon.foreign.find(name)
    if foreign:
        languages = ", ".join(reader.lexicon.languages)
        return f"a name of {', '.join(foreign)}, but not in the languages {languages}"
    return "no concept is called so"


def _accept(
    concept: str, how: How, score: float, steps: list[Step], said: str
) -> Answer:
    return Answer(concept, how, score, (*steps, Step(how, said)), said)


def _ask(steps: list[Step], rule: str, said: str, why: str = "") -> Answer:
    return Answer("", "", 0.0, (*steps, Step(rule, said)), why or said)


def _noted(reader: Reader) -> str:
    return "; ".join(reader.notes)
