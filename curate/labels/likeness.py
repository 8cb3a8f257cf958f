"""How like a label is to each concept: the suggestions for reviewers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from curate.labels.names import Lexicon
from curate.labels.phrases import FILLERS
from curate.labels.words import singular, unnumbered, words

LikeWords = dict[str, list[tuple[str, float]]]
"""For a word that no name has, words of names, and how like they are, 0 to 1."""

SUGGESTIONS = 3
"""The most suggestions for a label."""

_SHARED_WORDS = 0.7  # weight of whole words in common; the letters have the rest
# Factor on the last word: an English name ends with what the thing is.
_HEAD_WEIGHT = 1.5
_LIKE_WORDS = 0.8  # share of letters that an unknown word shares with a word of a name
# A word of fewer letters is like some short name by chance.
_LEAST_LETTERS = 3
# On letters in common, if the label is a real word, or has one or two.
_LESS_FACTOR = np.float32(0.5)
_LEAST_WEIGHT = 1e-6  # of a name that has no words
# Compared with all names in one table, which stays in the processor's cache.
_LABELS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept that a label may mean.

    `score`: likeness of the label to the concept, 0 to 1.
    """

    concept: str
    score: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like one label is to each concept.

    `concepts`: ids; `numbers`: where each is among them. `scores`: (concepts,) likeness to a
    concept's nearest name, 0 to 1.
    """

    concepts: list[str]
    numbers: dict[str, int]
    scores: NDArray[np.float32]

    def raised(self, related: Mapping[str, float]) -> "Likeness":
        """The likeness where related concepts have at least the scores that are given here."""
        scores = self.scores.copy()
        for concept, score in related.items():
            index = self.numbers[concept]
            scores[index] = max(scores[index], score)
        return Likeness(self.concepts, self.numbers, scores)

    def suggestions(self, likeliest: Sequence[str] = ()) -> tuple[Suggestion, ...]:
        """The concepts with the best scores above 0.

        Of equal scores those of `likeliest` in their order, then the first in the taxonomy.
        """
        best = self._best()
        if likeliest:
            distinct = dict.fromkeys(likeliest)
            numbers = [self.numbers[concept] for concept in distinct]
            found_best = best.tolist()
            in_front = [number for number in numbers if number in found_best]
            others = [number for number in found_best if number not in in_front]
            best = np.array(in_front + others, dtype=np.int64)
        best_first = np.argsort(-self.scores[best], kind="stable")
        found = []
        for index in best[best_first][:SUGGESTIONS]:
            score = float(self.scores[index])
            if score > 0:
                concept = self.concepts[index]
                found.append(Suggestion(concept, round(score, 4)))
        return tuple(found)

    def _best(self) -> NDArray[np.int64]:
        """The numbers of the concepts with the best scores, and of all that are as good."""
        least = 0.0
        if len(self.scores) > SUGGESTIONS:
            # A partition is many times as fast as sorting all concepts.
            least = np.partition(self.scores, -SUGGESTIONS)[-SUGGESTIONS]
        return np.flatnonzero(self.scores >= least)

    def best_score_except(self, concept: str) -> float:
        """The best score of all concepts but this one."""
        index = self.numbers[concept]
        before = self.scores[:index].max(initial=0.0)
        behind = self.scores[index + 1 :].max(initial=0.0)
        return float(max(before, behind))


@dataclass(frozen=True, slots=True)
class NameIndex:
    """The names of all concepts as they are compared; those of a concept are adjacent.

    `starts`: (concepts,) where each concept's names begin. `with_word`: for each word, the numbers
    of the names that have it. `weights`: of each word, the more the rarer it is. `totals`: (names,)
    the weight of all words of a name.
    """

    concepts: list[str]
    numbers: dict[str, int]
    names: list[str]
    starts: NDArray[np.int64]
    with_word: dict[str, NDArray[np.int64]]
    weights: dict[str, float]
    totals: NDArray[np.float32]

    @property
    def rarest(self) -> float:
        """The weight of a word that no name has."""
        return float(np.log1p(len(self.names)))


def index_names(lexicon: Lexicon) -> NameIndex:
    """The names of all languages, and the words that may mean a concept among others."""
    meant: dict[str, list[str]] = {}
    for word, senses in lexicon.senses.items():
        for sense in senses:
            meant.setdefault(sense.concept, []).append(" ".join(word))

    names: list[str] = []
    starts = []
    for concept in lexicon.taxonomy.concepts.values():
        starts.append(len(names))
        spelled = [_spelling(name) for name in concept.names]
        spelled += meant.get(concept.id, [])
        names.extend(dict.fromkeys(spelled))  # each once, in their order
    return _index(list(lexicon.taxonomy.concepts), names, starts)


def likenesses(
    labels: Sequence[str], index: NameIndex, real_words: frozenset[str]
) -> Iterator[Likeness]:
    """The likeness of each label to all concepts, in the order of the labels.

    `real_words`: they are no other words with typing errors, so that the letters in common with
    these count less. So do those of a label of one or two letters.
    """
    spelled = [_spelling(label) for label in labels]
    like = _like_words(spelled, index, real_words)
    for first in range(0, len(labels), _LABELS_AT_ONCE):
        some = spelled[first : first + _LABELS_AT_ONCE]
        say_less = [
            len(label) < _LEAST_LETTERS or _is_real_word(label, real_words)
            for label in some
        ]
        yield from _compare(some, np.array(say_less), like, index)


def _index(concepts: list[str], names: list[str], starts: list[int]) -> NameIndex:
    with_word: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        for word in dict.fromkeys(name.split()):
            with_word.setdefault(word, []).append(number)

    weights = {}
    for word, numbers in with_word.items():
        frequency = len(numbers) / len(names)
        weights[word] = float(np.log1p(1 / frequency))

    totals = []
    for name in names:
        of_words = [weights[word] for word in set(name.split())]
        totals.append(sum(of_words))
    return NameIndex(
        concepts=concepts,
        numbers={concept: number for number, concept in enumerate(concepts)},
        names=names,
        starts=np.array(starts, dtype=np.int64),
        with_word={word: np.array(found) for word, found in with_word.items()},
        weights=weights,
        totals=np.maximum(np.array(totals, dtype=np.float32), _LEAST_WEIGHT),
    )


def _like_words(
    labels: Sequence[str], index: NameIndex, real_words: frozenset[str]
) -> LikeWords:
    """The words of names that share most letters with a word that no name has.

    A word of one or two letters is like none.
    """
    in_labels: set[str] = set()
    for label in labels:
        in_labels.update(label.split())
    strange = in_labels.difference(index.with_word, real_words)
    unknown = sorted(word for word in strange if len(word) >= _LEAST_LETTERS)
    known = list(index.with_word)

    found: LikeWords = {}
    for first in range(0, len(unknown), _LABELS_AT_ONCE):
        some = unknown[first : first + _LABELS_AT_ONCE]
        shares = _shares(some, known, cutoff=_LIKE_WORDS)
        for row, column in np.argwhere(shares > 0):
            like = found.setdefault(some[row], [])
            like.append((known[column], float(shares[row, column])))
    return found


def _shares(
    some: Sequence[str], others: Sequence[str], cutoff: float = 0.0
) -> NDArray[np.float32]:
    """(some, others): the share of letters in common, 0 to 1; 0 below the cutoff."""
    shares: NDArray[np.float32] = process.cdist(
        some,
        others,
        scorer=fuzz.ratio,
        score_cutoff=100 * cutoff,
        dtype=np.float32,
    )
    shares /= 100  # they came in percent
    return shares


def _compare(
    labels: Sequence[str],
    say_less: NDArray[np.bool_],
    like: LikeWords,
    index: NameIndex,
) -> Iterator[Likeness]:
    """The likeness of some labels to all concepts.

    `say_less`: (labels,) whether letters in common count less.
    """
    # (labels, names): how much of the letters, and of the words, a label and a name share.
    letters = _shares(labels, index.names)
    shared_words = np.stack([_shared_words(label, like, index) for label in labels])
    mixed = _SHARED_WORDS * shared_words + (1 - _SHARED_WORDS) * letters
    factors = np.where(say_less, _LESS_FACTOR, np.float32(1))
    letters_alone = factors[:, None] * letters
    letters_alone[letters == 1] = 1
    of_names = np.maximum(letters_alone, mixed)

    # (labels, concepts): the best over the names of each concept.
    scores = np.maximum.reduceat(of_names, index.starts, axis=1)
    for of_label in scores:
        yield Likeness(index.concepts, index.numbers, of_label)


def _shared_words(label: str, like: LikeWords, index: NameIndex) -> NDArray[np.float32]:
    """(names,) float32: the share of their words that a label and each name have in common.

    It is the weight of the common words by that of the shorter of both.
    """
    shared = np.zeros(len(index.names), dtype=np.float32)
    in_label = label.split()
    total = 0.0
    for number, word in enumerate(in_label, start=1):
        factor = 1.0
        if number == len(in_label):
            factor = _HEAD_WEIGHT
        total += factor * index.weights.get(word, index.rarest)

        same = [(word, 1.0)]
        if word not in index.with_word:
            same = like.get(word, [])
        for other, share in same:
            weight = factor * share * index.weights[other]
            shared[index.with_word[other]] += weight
    if not total:
        return shared
    smaller = np.minimum(index.totals, np.float32(total))
    return np.minimum(shared / smaller, np.float32(1))


def _is_real_word(label: str, real_words: frozenset[str]) -> bool:
    """Whether a label is one real word, beside fillers."""
    telling = [word for word in label.split() if word not in FILLERS]
    return len(telling) == 1 and telling[0] in real_words


def _spelling(name: str) -> str:
    """A name as it is compared: in the singular, without numbers around it."""
    whole = words(name)
    return " ".join(singular(unnumbered(whole) or whole))
