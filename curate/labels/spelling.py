"""Typing errors: a word that no name has, one slip of the fingers from a word that a name has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from curate.labels import phrases
from curate.labels.names import Lexicon
from curate.labels.words import Words, singular, words

_LEAST_RATIO = 0.85  # letters that a mistyped word shares with the word that is meant
_LEAST_START = 0.9  # their Jaro-Winkler likeness, which counts the beginning more
_SHORTEST = 6  # letters, for a letter left out, doubled, put in or swapped
# Letters, for a letter changed: shorter words are too near to others.
_SHORTEST_CHANGED = 8
_TWO_ERRORS_FROM = 12  # letters: in such a long word two errors pass
_WORDS_AT_ONCE = 512

# Pairs that are one slip apart, but both are words.
_BOTH_ARE_WORDS = """
    desert dessert  county country  casual causal  contact contract  martial marital  boarder border
    diner dinner  stationary stationery  breath breadth  bother brother  sliver silver
    premise premises  patent parent  carton cartoon  scarred scared  moraine marine
    canon cannon  planning planing  coarse course  instance instant  collar collier  statue status
    stature statute  costume custom  addition edition  hospital hospitable  passage massage
    caster coaster  father feather  closest closet  confer conifer  beside bedside  neutron neuron
    lightning lighting  manager manger  inspect insect  defective detective  protector projector
    protection projection  interval internal  interaction intersection  interjection intersection
    contraction construction  runaway runway  scattered shattered  clustered cluttered
    dumping dumpling  stapling sapling  sampling sapling  erring earring  hating heating
    greater grater  sparing spring  storing string  staring string  sorting sporting
    weighting weighing  cleansing cleaning  clamping camping  crackled cracked  compete complete
    transmit transit  coping copying  smoother soother  deriving driving  potable portable
    caring carving  backing baking  batching bathing  waring warning  inferior interior
    overly overlay  preset present  projective protective  denoted dented  licensee license
    busyness business  chorded corded
"""
_WORDS = frozenset(_BOTH_ARE_WORDS.split())


@dataclass(frozen=True, slots=True)
class Correction:
    """The word that is meant by a mistyped one, and how like they are, 0 to 1."""

    word: str
    score: float


def known_words(lexicon: Lexicon) -> frozenset[str]:
    """All words that names have, joined ones included, and those that stand beside names."""
    known: set[str] = set()
    for table in (*lexicon.tables.values(), lexicon.foreign):
        _, single, joined = table.by_spelling
        for spelling in single:
            known.update(spelling.split())
        known.update(joined)
    for word in lexicon.senses:
        known.update(word)
    known |= (
        phrases.FILLERS
        | phrases.STATES
        | phrases.GESTURES
        | phrases.COLOURS
        | phrases.MATERIALS
    )
    known |= phrases.PLACES | phrases.POSITIONS | phrases.CHANGES | phrases.EMPTY_STEPS
    return frozenset(known.difference({""}))


def corrections(
    labels: Iterable[str], known_words: frozenset[str], real_words: frozenset[str]
) -> dict[str, Correction]:
    """The words of the labels that are typing errors, each with the word that is meant.

    `known_words`: what may be meant. `real_words`: what is no typing error, either.
    """
    known = sorted(known_words)
    in_labels: set[str] = set()
    for label in labels:
        in_labels.update(singular(words(label)))
    long_enough = [word for word in in_labels if len(word) >= _SHORTEST]
    unknown = sorted(set(long_enough).difference(known, real_words, _WORDS))

    found = {}
    for first in range(0, len(unknown), _WORDS_AT_ONCE):
        some = unknown[first : first + _WORDS_AT_ONCE]
        distances = process.cdist(
            some, known, scorer=OSA.distance, score_cutoff=3, dtype=np.uint8
        )
        for word, row in zip(some, distances, strict=True):
            nearest = int(row.min())
            at_nearest = np.flatnonzero(row == nearest)
            if nearest > 2 or len(at_nearest) > 1:
                continue  # another word is just as near
            meant = known[int(at_nearest[0])]
            if is_mistyped(word, meant):
                found[word] = Correction(meant, fuzz.ratio(word, meant) / 100)
    return found


def correct(name: Words, found: Mapping[str, Correction]) -> Words:
    """Words in the singular, the mistyped ones replaced."""
    right = []
    for word in singular(name):
        if word in found:
            right.append(found[word].word)
        else:
            right.append(word)
    return tuple(right)


def is_mistyped(word: str, meant: str) -> bool:
    """Whether a long word has one letter too many, too few, wrong or swapped; two if very long.

    The first and the last letter are right, for other endings make other words (compute,
    personal). No letter of words in -ing is changed: most of them are one letter from another one.
    """
    if not (word + meant).isalpha() or word in _WORDS:
        return False
    if word[0] != meant[0] or word[-1] != meant[-1]:
        return False
    is_swapped = sorted(word) == sorted(meant)
    if fuzz.ratio(word, meant) < 100 * _LEAST_RATIO and not is_swapped:
        return False
    if JaroWinkler.similarity(word, meant) < _LEAST_START:
        return False

    errors = OSA.distance(word, meant)
    if errors == 2:
        return len(meant) >= _TWO_ERRORS_FROM
    shortest = _SHORTEST
    is_changed = len(word) == len(meant) and not is_swapped
    if is_changed:
        shortest = _SHORTEST_CHANGED
        if word.endswith("ing"):
            return False
    return errors == 1 and min(len(word), len(meant)) >= shortest
