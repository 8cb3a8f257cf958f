"""How like a label is to each concept: suggestions for reviewers, and typing errors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from curate.labels.taxonomy import Taxonomy
from curate.labels.words import Words, singular, unnumbered, words

_Scorer = Callable[..., float]  # of rapidfuzz: how like two texts are, 0 to 100

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
        best_first = np.argsort(-self.scores, kind="stable")
        found = []
        for index in best_first[:SUGGESTIONS]:
            score = float(self.scores[index])
            if score > 0:
                concept = self.concepts[index]
                found.append(Suggestion(concept, round(score, 4)))
        return tuple(found)

    def best_score_except(self, concept: str) -> float:
        """The best score of all concepts but this one."""
        index = self.concepts.index(concept)
        others = np.delete(self.scores, index)
        return float(others.max(initial=0.0))

    def typing_error(self, label: Words) -> Suggestion | None:
        """The concept of whose name the label is a typing error, with its ratio as the score."""
        best = int(self.ratios.argmax())
        score = float(self.ratios[best])
        others = np.delete(self.ratios, best)
        second = float(others.max(initial=0.0))
        if score < _LEAST_SCORE or score - second < _LEAST_MARGIN:
            return None

        spelled = " ".join(singular(label))
        if not _is_typing_error(spelled, self.nearest_name):
            return None
        return Suggestion(self.concepts[best], score)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of all concepts as they are compared; those of a concept are adjacent.

    `starts`: (concepts + 1,) where each concept's names begin, and where the last one's end.
    """

    names: list[str]
    starts: list[int]


def likenesses(labels: Sequence[str], taxonomy: Taxonomy) -> Iterator[Likeness]:
    """The likeness of each label to all concepts, in the order of the labels."""
    concepts = list(taxonomy.concepts)
    names = _spelled_names(taxonomy)
    for first in range(0, len(labels), _LABELS_AT_ONCE):
        some_labels = labels[first : first + _LABELS_AT_ONCE]
        yield from _compare(some_labels, concepts, names)


def _spelled_names(taxonomy: Taxonomy) -> _Names:
    names: list[str] = []
    starts = [0]
    for concept in taxonomy.concepts.values():
        spelled = [_spelling(name) for name in concept.names]
        names.extend(dict.fromkeys(spelled))  # each once, in their order
        starts.append(len(names))
    return _Names(names, starts)


def _compare(
    labels: Sequence[str], concepts: list[str], names: _Names
) -> Iterator[Likeness]:
    """The likeness of some labels to all concepts."""
    spelled = [_spelling(label) for label in labels]

    # (labels, names): how much of the letters, and of the words, a label and a name share.
    letters = _shares(spelled, names.names, fuzz.ratio)
    shared_words = _shares(spelled, names.names, fuzz.token_set_ratio)
    mixed = _SHARED_WORDS * shared_words + (1 - _SHARED_WORDS) * letters
    of_names = np.maximum(letters, mixed)

    # (labels, concepts): the best over the names of each concept.
    starts = names.starts[:-1]
    scores = np.maximum.reduceat(of_names, starts, axis=1)
    ratios = np.maximum.reduceat(letters, starts, axis=1)

    for row in range(len(labels)):
        top = int(ratios[row].argmax())
        start = names.starts[top]
        stop = names.starts[top + 1]
        nearest = start + int(letters[row, start:stop].argmax())
        yield Likeness(concepts, scores[row], ratios[row], names.names[nearest])


def _shares(
    labels: list[str], names: list[str], scorer: _Scorer
) -> NDArray[np.float32]:
    """(labels, names) float32: how like each label is to each name, 0 to 1."""
    percent = process.cdist(labels, names, scorer=scorer, dtype=np.float32)
    shares: NDArray[np.float32] = np.divide(percent, 100, dtype=np.float32)
    return shares


def _spelling(name: str) -> str:
    """A name as it is compared: in the singular, without numbers around it."""
    whole = words(name)
    return " ".join(singular(unnumbered(whole) or whole))


def _is_typing_error(label: str, name: str) -> bool:
    """Whether the words of a label are those of a name, some of them mistyped.

    Both are in the singular. Names with digits are never mistyped: each digit counts.
    """
    if any(character.isdecimal() for character in label + name):
        return False
    typed = label.split(" ")
    meant = name.split(" ")
    if len(typed) != len(meant):
        return False

    for one, other in zip(typed, meant, strict=True):
        if one != other and not _is_mistyped(one, other):
            return False
    return True


def _is_mistyped(word: str, meant: str) -> bool:
    """Whether a long word has one letter too many, too few, wrong or swapped; two if very long.

    The first and the last letter are right, for other endings make other words (compute,
    personal). Words in -ing are never corrected: most of them are one letter from another one.
    """
    shorter = min(len(word), len(meant))
    if shorter < _SHORTEST_MISTYPED or word.endswith("ing"):
        return False
    same_start = word[0] == meant[0]
    same_end = word[-1] == meant[-1]
    if not same_start or not same_end:
        return False

    errors = 1
    if len(meant) >= _TWO_ERRORS_FROM:
        errors = 2
    return OSA.distance(word, meant) <= errors
