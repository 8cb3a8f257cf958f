"""How like a label is to each concept: suggestions for reviewers, and typing errors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from curate.labels.taxonomy import Taxonomy
from curate.labels.words import Words, singular, unnumbered, words

SUGGESTIONS = 3
"""The most suggestions for a label."""

_LEAST_SCORE = 0.85  # likeness of a typing error to the name that is meant
_LEAST_MARGIN = 0.1  # that less the likeness to any other concept
_SHORTEST_MISTYPED = 8  # letters: a shorter word is too near to other words
_TWO_ERRORS_FROM = 12  # letters: in such a long word two errors pass
_SHARED_WORDS = 0.7  # weight of whole words in common; the letters have the rest
_LABELS_AT_ONCE = 512  # compared with all names in one table


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept that a label may mean.

    `score`: likeness of the label to the concept's nearest name, 0 to 1.
    """

    concept: str
    score: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like one label is to each concept.

    `concepts`: ids. `scores`: (concepts,) likeness by letters and whole words. `ratios`:
    (concepts,) likeness by letters alone. Both are the best over a concept's names, 0 to 1.
    `nearest_name`: the name with the best ratio of all.
    """

    concepts: list[str]
    scores: NDArray[np.float32]
    ratios: NDArray[np.float32]
    nearest_name: str

    def suggestions(self) -> tuple[Suggestion, ...]:
        """The concepts with the best scores above 0; of equal scores the first in the taxonomy."""
        best = np.argsort(-self.scores, kind="stable")[:SUGGESTIONS]
        found = []
        for index in best:
            score = float(self.scores[index])
            if score > 0:
                found.append(Suggestion(self.concepts[index], round(score, 4)))
        return tuple(found)

    def best_score_except(self, concept: str) -> float:
        """The best score of all concepts but this one."""
        others = np.delete(self.scores, self.concepts.index(concept))
        return float(others.max(initial=0.0))

    def typing_error(self, label: Words) -> Suggestion | None:
        """The concept of whose name the label is a typing error, with its ratio as the score."""
        best, *others = np.argsort(-self.ratios, kind="stable")[:2]
        score = float(self.ratios[best])
        second = 0.0
        if others:
            second = float(self.ratios[others[0]])
        if score < _LEAST_SCORE or score - second < _LEAST_MARGIN:
            return None
        if not _is_typing_error(" ".join(singular(label)), self.nearest_name):
            return None
        return Suggestion(self.concepts[best], score)


def likenesses(labels: Sequence[str], taxonomy: Taxonomy) -> Iterator[Likeness]:
    """The likeness of each label to all concepts, in the order of the labels."""
    concepts = list(taxonomy.concepts)
    names: list[str] = []
    starts = [0]
    for concept in taxonomy.concepts.values():
        names += dict.fromkeys(_spelling(name) for name in concept.names)
        starts.append(len(names))

    for first in range(0, len(labels), _LABELS_AT_ONCE):
        rows = [_spelling(label) for label in labels[first : first + _LABELS_AT_ONCE]]

        # (labels, names): the share of letters in common, and that of the words in common.
        letters = process.cdist(rows, names, scorer=fuzz.ratio, dtype=np.float32) / 100
        shared = process.cdist(rows, names, scorer=fuzz.token_set_ratio, dtype=np.float32) / 100
        mixed = _SHARED_WORDS * shared + (1 - _SHARED_WORDS) * letters

        # (labels, concepts): the best over the names of each concept, which are adjacent columns.
        scores = np.maximum.reduceat(np.maximum(letters, mixed), starts[:-1], axis=1)
        ratios = np.maximum.reduceat(letters, starts[:-1], axis=1)

        for row in range(len(rows)):
            top = int(ratios[row].argmax())
            of_top = letters[row, starts[top] : starts[top + 1]]
            nearest_name = names[starts[top] + int(of_top.argmax())]
            yield Likeness(concepts, scores[row], ratios[row], nearest_name)


def _spelling(name: str) -> str:
    """A name as it is compared: in the singular, without numbers around it."""
    whole = words(name)
    return " ".join(singular(unnumbered(whole) or whole))


def _is_typing_error(label: str, name: str) -> bool:
    """Whether a label has as many words as a name, no digits, and only mistyped words for its own.

    Both are in the singular.
    """
    if any(c.isdecimal() for c in label + name):
        return False
    typed = label.split(" ")
    meant = name.split(" ")
    if len(typed) != len(meant):
        return False
    pairs = zip(typed, meant, strict=True)
    return all(one == other or _is_mistyped(one, other) for one, other in pairs)


def _is_mistyped(word: str, meant: str) -> bool:
    """Whether a long word has one letter too many, too few, wrong or swapped; two if very long.

    The first and the last letter are right, for other endings make other words (compute,
    personal). Words in -ing are never corrected: most of them are one letter from another one.
    """
    if min(len(word), len(meant)) < _SHORTEST_MISTYPED or word.endswith("ing"):
        return False
    if word[0] != meant[0] or word[-1] != meant[-1]:
        return False
    errors = 1
    if len(meant) >= _TWO_ERRORS_FROM:
        errors = 2
    return OSA.distance(word, meant) <= errors
