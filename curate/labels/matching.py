"""Matching a customer's label to a concept, by the label alone. The first rule that answers wins.

exact       the label is the concept's id, letter for letter
normalised  equal to an id but for Unicode form, case, separators, camelCase, plurals and numbering
alias       equal to an alias, exactly or normalised
compound    a concept's name among words that say nothing new: see compound.py
fuzzy       a typing error of a name: see likeness.py

A name that means two concepts matches neither. A label with a question mark says that its author
doubts it, so only a person decides, unless it is a name letter for letter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from curate.labels.compound import match_compound
from curate.labels.likeness import Likeness, Suggestion, likenesses
from curate.labels.names import Names, taxonomy_names
from curate.labels.taxonomy import Taxonomy
from curate.labels.words import words

How = Literal["", "reviewed", "exact", "normalised", "alias", "compound", "fuzzy"]
"""How a label got its decision: by a reviewer, by one of the rules, or "" if it waits for one."""

_COMPOUND_SCORE = 0.9


@dataclass(frozen=True, slots=True)
class Match:
    """What the rules say of a label.

    `concept`: "" if no rule answers.
    `score`: 1 for exact, normalised and alias, 0.9 for compound; for fuzzy, and if no rule answers,
    the likeness to the nearest concept.
    `margin`: that less the likeness of the label to the next concept.
    `suggestions`: the most like concepts, the best first.
    """

    concept: str
    how: How
    score: float
    margin: float
    suggestions: tuple[Suggestion, ...]


def match_labels(labels: Iterable[str], taxonomy: Taxonomy) -> dict[str, Match]:
    """The match of each label. It depends on the label and the taxonomy, not on other labels."""
    distinct = sorted(set(labels))
    names = taxonomy_names(taxonomy)
    found: dict[str, Match] = {}
    for label, likeness in zip(distinct, likenesses(distinct, taxonomy), strict=True):
        found[label] = _match(label, likeness, names, taxonomy)
    return found


def _match(label: str, likeness: Likeness, names: Names, taxonomy: Taxonomy) -> Match:
    """The match of one label: what the first rule says, with the margin to the next concept."""
    suggestions = likeness.suggestions()
    concept, how, score = _answer(label, likeness, names, taxonomy)
    nearest = concept
    if not concept and suggestions:
        nearest = suggestions[0].concept
        score = suggestions[0].score

    margin = 0.0
    if nearest:
        margin = max(score - likeness.best_score_except(nearest), 0.0)
    return Match(concept, how, round(score, 4), round(margin, 4), suggestions)


def _answer(
    label: str, likeness: Likeness, names: Names, taxonomy: Taxonomy
) -> tuple[str, How, float]:
    """Concept, rule and score of the first rule that answers; ("", "", 0) if none does."""
    if label in taxonomy.concepts:
        return label, "exact", 1.0
    if "?" in label:
        return "", "", 0.0

    name = words(label)
    concept = names.ids.find(name)
    if concept:
        return concept, "normalised", 1.0
    concept = names.all.find(name)
    if concept:
        return concept, "alias", 1.0
    concept = match_compound(label, names, taxonomy)
    if concept:
        return concept, "compound", _COMPOUND_SCORE
    meant = likeness.typing_error(name)
    if meant is not None:
        return meant.concept, "fuzzy", meant.score
    return "", "", 0.0
