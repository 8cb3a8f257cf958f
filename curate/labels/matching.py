"""Matching a customer's label to a concept, by the label alone: exact, normalised, alias, compound, fuzzy; first wins.

exact       the label is the concept's id, letter for letter
normalised  equal to an id but for Unicode form, case, separators, camelCase, plurals and numbering
alias       equal to an alias, exactly or normalised
compound    one concept in a phrase or path whose other words say nothing new, or only where it belongs: see _compound
fuzzy       a typing error of a name: see _is_typing_error, and _LEAST_SCORE and _LEAST_MARGIN

A name that means two concepts matches neither, and a label with a question mark says that its author doubts it: only
a person decides. A wrong match is far worse than one more question, so modifiers that are not listed here
(toy car, licence plate, shadow of a car) are never taken off.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from curate.labels.taxonomy import Taxonomy
from curate.labels.words import Words, singular, unnumbered, words

How = Literal["", "reviewed", "exact", "normalised", "alias", "compound", "fuzzy"]
SUGGESTIONS = 3

_COMPOUND_SCORE = 0.9
_LEAST_SCORE, _LEAST_MARGIN = 0.85, 0.1
_SHORTEST_FUZZY, _LONG = (
    8,
    12,
)  # letters: none shorter is a typing error of anything; from here two errors pass
_SHORTEST_JOINED = (
    5  # letters: names as short as "cup" are too easily found in words written together
)
_SHARED_WORDS = 0.7  # how much whole words in common count in a likeness, beside the letters
_CHUNK = 512  # labels compared with all names at a time

_PATH = re.compile(r"\s*(?:/|(?<=\w\w)\.(?=\w\w)|\\|>|::|--+|->|→|\|)\s*")
_LIST = re.compile(r"\s*[,;]\s*")
_BRACKET = re.compile(r"^(.+?)\s*[(\[{](.+)[)\]}]\s*$", re.DOTALL)
_OF = re.compile(r"^(.+?)[\s_-]+of[\s_-]+(?:(?:the|a|an)[\s_-]+)?(.+)$", re.IGNORECASE | re.DOTALL)
_NEUTRAL = (
    "a an the other others merged stuff general generic misc miscellaneous unspecified instance instances class "
    "category label mask masks segment segmentation annotation polygon occluded truncated visible"
)
_STEPS = "object objects thing things item items root main default all flat construction nature static dynamic scene"
_WHICH = "left right front rear back upper lower top bottom inner outer middle side"
_FILLERS = frozenset(
    _NEUTRAL.split()
)  # words that leave the meaning as it is, before or after a name
_GROUPS = _FILLERS.union(_STEPS.split())  # steps of a path that say nothing
_SIDES = frozenset(_WHICH.split())  # words that say which of several parts it is, of a part only


class Suggestion(msgspec.Struct, frozen=True):
    """A concept that a label may mean. `score`: likeness of the label to the concept's nearest name, 0 to 1."""

    concept: str
    score: float


class Match(msgspec.Struct, frozen=True):
    """What a label means by the rules: `concept` is "" where they do not say.

    `score`: 1 for exact, normalised and alias, 0.9 for compound, the likeness for fuzzy and for none.
    `margin`: that less the likeness of the label to the next concept. `suggestions`: the best three, best first.
    """

    concept: str
    how: How
    score: float
    margin: float
    suggestions: tuple[Suggestion, ...]


class _Names(NamedTuple):
    """Concept by name, "" where a name means several: `ids`, and `all` names, each in three spellings (see _keys)."""

    ids: tuple[Mapping[str, str], ...]
    all: tuple[Mapping[str, str], ...]


def match_labels(labels: Iterable[str], taxonomy: Taxonomy) -> dict[str, Match]:
    """The match of each label: a pure function of the label and the taxonomy, whatever the other labels are."""
    distinct = sorted(set(labels))
    names = _names(taxonomy)
    found: dict[str, Match] = {}
    for label, likeness in zip(distinct, _likenesses(distinct, taxonomy), strict=True):
        found[label] = _match(label, likeness, names, taxonomy)
    return found


def _match(label: str, likeness: "_Likeness", names: _Names, taxonomy: Taxonomy) -> Match:
    suggestions = likeness.suggestions()
    concept, how, score = label if label in taxonomy.concepts else "", "exact", 1.0
    if "?" not in label:
        concept, how = (
            (concept, how) if concept else (_look_up(words(label), names.ids), "normalised")
        )
        concept, how = (concept, how) if concept else (_look_up(words(label), names.all), "alias")
        if not concept:
            concept, how, score = _compound(label, names, taxonomy), "compound", _COMPOUND_SCORE
        if not concept and (typed := likeness.typing_error(words(label))):
            concept, how, score = typed.concept, "fuzzy", typed.score
    if not concept:
        how, score = "", suggestions[0].score if suggestions else 0.0
    best = concept or (suggestions[0].concept if suggestions else "")
    margin = round(max(score - likeness.best_but(best), 0.0), 4) if best else 0.0
    return Match(concept, how, round(score, 4), margin, suggestions)  # type: ignore[arg-type]


# names ---------------------------------------------------------------------------------------------------------------


def _keys(name: Words) -> tuple[str, str, str]:
    """A name as it is, in the singular, and in the singular written together."""
    single = singular(name)
    joined = "".join(single)
    return " ".join(name), " ".join(single), joined if len(joined) >= _SHORTEST_JOINED else ""


def _names(taxonomy: Taxonomy) -> _Names:
    ids = [(concept, concept) for concept in taxonomy.concepts]
    aliases = [
        (alias, concept.id) for concept in taxonomy.concepts.values() for alias in concept.aliases
    ]
    return _Names(_table(ids), _table(ids + aliases))


def _table(pairs: list[tuple[str, str]]) -> tuple[dict[str, str], ...]:
    tables: tuple[dict[str, str], ...] = ({}, {}, {})
    for name, concept in pairs:
        for key, table in zip(_keys(words(name)), tables, strict=True):
            table[key] = concept if table.get(key, concept) == concept else ""
    return tables


def _look_up(name: Words, tables: Sequence[Mapping[str, str]]) -> str:
    """Concept of a name, with or without the numbers around it; "" where there is none or there are several."""
    for reading in dict.fromkeys((name, unnumbered(name))):
        for key, table in zip(_keys(reading), tables, strict=True):
            if key and key in table:
                return table[key]
    return ""


# compound ------------------------------------------------------------------------------------------------------------


def _compound(label: str, names: _Names, taxonomy: Taxonomy) -> str:
    """The concept of a label of several parts.

    path     "tv/monitor": all parts have the same concept; or
             "vehicle/car", "car > wheel": the last part, where each other one is a filler, an ancestor, or its whole
    list     "sofa, couch; settee": the first part has a concept, and no other part another one
    bracket  "land (unpaved)", "door (car)": as the path "unpaved/land", "car/door"
    of       "wheel of a car": as "car wheel", if that is a name
    phrase   "the car", "wall-other-merged", "front left wheel": fillers go; sides go, too, where a part is left
    """

    def read(text: str) -> str:
        return _look_up(words(text), names.all) or _phrase(words(text), names, taxonomy)

    for parts, rule in _readings(label):
        if concept := rule(parts, read, taxonomy):
            return concept
    return _phrase(words(label), names, taxonomy)


Rule = Callable[[list[str], Callable[[str], str], Taxonomy], str]


def _readings(label: str) -> Iterator[tuple[list[str], Rule]]:
    for pattern, rule in ((_PATH, _all_same), (_PATH, _in_context), (_LIST, _first)):
        parts = [part for part in pattern.split(label) if words(part)]
        if len(parts) > 1:
            yield parts, rule
    for pattern, rule in ((_BRACKET, _in_context), (_OF, _joined)):
        if turned := pattern.match(label):
            yield [turned[2], turned[1]], rule


def _all_same(parts: list[str], read: Callable[[str], str], _: Taxonomy) -> str:
    concepts = {read(part) for part in parts}
    return concepts.pop() if len(concepts) == 1 else ""


def _first(parts: list[str], read: Callable[[str], str], _: Taxonomy) -> str:
    concepts = [read(part) for part in parts]
    return concepts[0] if set(concepts) <= {concepts[0], ""} else ""


def _joined(parts: list[str], read: Callable[[str], str], _: Taxonomy) -> str:
    return read(" ".join(parts))


def _in_context(parts: list[str], read: Callable[[str], str], taxonomy: Taxonomy) -> str:
    *context, head = parts
    if joined := read(" ".join(parts[-2:])):
        return joined
    while context and _is_filler(words(head)):
        head = context.pop()
    concept = read(head)
    if not concept:
        return ""
    entry, ancestors = taxonomy.concepts[concept], taxonomy.ancestors(concept)
    for part in context:
        around = read(part)
        is_whole = entry.kind == "part" and entry.parent in (
            [around, *taxonomy.ancestors(around)] if around else []
        )
        if not (_is_filler(words(part)) or around in (concept, *ancestors) or is_whole):
            return ""
    return concept


def _phrase(name: Words, names: _Names, taxonomy: Taxonomy) -> str:
    kept = tuple(word for word in name if word not in _FILLERS)
    if kept != name and kept and (concept := _look_up(kept, names.all)):
        return concept
    rest = tuple(word for word in kept if word not in _SIDES)
    concept = _look_up(rest, names.all) if rest != kept and rest else ""
    return concept if concept and taxonomy.concepts[concept].kind == "part" else ""


def _is_filler(name: Words) -> bool:
    return all(word in _GROUPS or word.isdecimal() for word in name)


# likeness ------------------------------------------------------------------------------------------------------------


class _Likeness(NamedTuple):
    """How like a label is to each concept: (concepts,) the best over its names; and the name of the best ratio."""

    concepts: list[str]
    scores: NDArray[np.float32]
    ratios: NDArray[np.float32]
    nearest: str

    def suggestions(self) -> tuple[Suggestion, ...]:
        """The best three; of equals the first in the taxonomy."""
        best = np.argsort(-self.scores, kind="stable")[:SUGGESTIONS]
        return tuple(
            Suggestion(self.concepts[i], round(float(self.scores[i]), 4))
            for i in best
            if self.scores[i] > 0
        )

    def best_but(self, concept: str) -> float:
        """The best score of all concepts but this one."""
        place = self.concepts.index(concept)
        return float(np.delete(self.scores, place).max(initial=0.0))

    def typing_error(self, label: Words) -> Suggestion | None:
        """The concept of whose name the label is a typing error."""
        order = np.argsort(-self.ratios, kind="stable")[:2]
        score = float(self.ratios[order[0]])
        margin = score - (float(self.ratios[order[1]]) if order.size > 1 else 0.0)
        spelled = " ".join(singular(label))
        if (
            score < _LEAST_SCORE
            or margin < _LEAST_MARGIN
            or not _is_typing_error(spelled, self.nearest)
        ):
            return None
        return Suggestion(self.concepts[order[0]], score)


def _is_typing_error(label: str, name: str) -> bool:
    """As many words, no digits, and in each long word at most one letter too many, too few, wrong or swapped.

    Two in very long words. The first and the last letter are right, for other endings make other words (compute,
    personal), and words in -ing are never corrected: most of them are one letter from the next.
    """
    if label.count(" ") != name.count(" ") or any(c.isdecimal() for c in label + name):
        return False
    changed = [pair for pair in zip(label.split(), name.split(), strict=True) if pair[0] != pair[1]]
    return all(_is_mistyped(*pair) for pair in changed)


def _is_mistyped(word: str, meant: str) -> bool:
    if min(len(word), len(meant)) < _SHORTEST_FUZZY or word.endswith("ing"):
        return False
    errors = 2 if len(meant) >= _LONG else 1
    return word[0] == meant[0] and word[-1] == meant[-1] and OSA.distance(word, meant) <= errors


def _likenesses(labels: Sequence[str], taxonomy: Taxonomy) -> Iterator[_Likeness]:
    """The likeness of each label to all concepts, many labels at a time."""
    concepts = list(taxonomy.concepts)
    spelled = [
        list(dict.fromkeys(map(_spelling, (each.id, *each.aliases))))
        for each in taxonomy.concepts.values()
    ]
    names = [name for group in spelled for name in group]
    starts = np.cumsum([0, *map(len, spelled)])
    for first in range(0, len(labels), _CHUNK):
        rows = [_spelling(label) for label in labels[first : first + _CHUNK]]
        ratios = process.cdist(rows, names, scorer=fuzz.ratio, dtype=np.float32) / 100
        shared = process.cdist(rows, names, scorer=fuzz.token_set_ratio, dtype=np.float32) / 100
        scores = np.maximum(ratios, _SHARED_WORDS * shared + (1 - _SHARED_WORDS) * ratios)
        scores, best = (np.maximum.reduceat(each, starts[:-1], axis=1) for each in (scores, ratios))
        for row in range(len(rows)):
            top = int(best[row].argmax())
            first_name, last_name = starts[top], starts[top + 1]
            nearest = names[first_name + int(ratios[row, first_name:last_name].argmax())]
            yield _Likeness(concepts, scores[row], best[row], nearest)


def _spelling(name: str) -> str:
    return " ".join(singular(unnumbered(words(name)) or words(name)))
