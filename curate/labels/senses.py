"""Which meaning a word has that has several: what in its export speaks for each of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from curate.labels.names import Lexicon, Named
from curate.labels.taxonomy import Sense

# Signs in the export; for what is seen later on, one is enough.
_ENOUGH_FOR_BACKGROUND = 2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around a label.

    `present`: the concepts that the labels of its export name beyond doubt, and all wider ones.
    `domain`: of the export, as senses call it.
    """

    present: frozenset[str] = frozenset()
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word means here: `concept`, "" if nothing is sure, and why, in words."""

    concept: str
    said: str


def choose_meaning(
    senses: Iterable[Sense],
    named: Named | None,
    surroundings: Surroundings,
    beside: tuple[str, ...],
    lexicon: Lexicon,
) -> Meaning:
    """The only meaning for which something speaks.

    What the label itself names beside the word counts most (animal/mouse). A word that is the id of
    a concept means this concept if nothing speaks for any meaning, or if more speaks for this one
    than for each other.

    `named`: the concepts that have the word as their name. `beside`: concepts that the label names
    beside the word.
    """
    in_label = set()
    for sense in senses:
        if has_company(sense, beside, lexicon):
            in_label.add(sense.concept or sense.meaning)
    if len(in_label) == 1:
        (meant,) = in_label
        return _named_meaning(meant, lexicon)

    of_id = ""
    if named is not None and named.rank == "id" and len(named.concepts) == 1:
        of_id = named.concepts[0]
    return _meaning_in_export(senses, of_id, surroundings, lexicon)


def likeliest(senses: Iterable[Sense], surroundings: Surroundings) -> list[str]:
    """The concepts that a word may mean, those first for which most speaks in the export."""
    signs: Counter[str] = Counter()
    for sense in senses:
        if sense.concept:
            signs[sense.concept] += _signs(sense, surroundings)
    return [concept for concept, _ in signs.most_common()]


def _meaning_in_export(
    senses: Iterable[Sense], of_id: str, surroundings: Surroundings, lexicon: Lexicon
) -> Meaning:
    """The only meaning for which something in the export speaks.

    `of_id`: the concept whose id the word is, "" if it is not one.
    """
    signs: Counter[str] = Counter()
    for sense in senses:
        signs[sense.concept or sense.meaning] += _signs(sense, surroundings)
    (likeliest, most), *others = signs.most_common()
    second = max((number for _, number in others), default=0)

    if not most and of_id:
        return Meaning(of_id, "has other meanings, but nothing here speaks for them")
    if not most:
        return Meaning(
            "", "has several meanings, and nothing here tells which is meant"
        )
    is_more_likely_id = likeliest == of_id and most > second
    if second and not is_more_likely_id:
        possible = [meant for meant, number in signs.items() if number]
        return Meaning("", f"may mean any of these here: {', '.join(possible)}")

    meaning = _named_meaning(likeliest, lexicon)
    is_sure = most >= _ENOUGH_FOR_BACKGROUND or likeliest == of_id
    if meaning.concept and lexicon.is_background(likeliest) and not is_sure:
        # A wrong thing is seen by somebody later on, wrong background never is.
        said = f"may mean {likeliest} here, but that is background: not sure enough"
        return Meaning("", said)
    return meaning


def _named_meaning(meant: str, lexicon: Lexicon) -> Meaning:
    """The meaning that is a concept, or none that the taxonomy has."""
    if meant in lexicon.taxonomy.concepts:
        return Meaning(meant, f"means {meant} here")
    return Meaning("", f"means {meant!r} here, which is no concept")


def _signs(sense: Sense, surroundings: Surroundings) -> int:
    """How many signs there are in the export that a word has this meaning."""
    signs = 0
    for concept in sense.beside:
        if concept in surroundings.present:
            signs += 1
    if surroundings.domain and surroundings.domain in sense.domains:
        signs += 1
    return signs


def has_company(sense: Sense, beside: tuple[str, ...], lexicon: Lexicon) -> bool:
    """Whether a concept in the same label goes with this meaning, or is this or a wider one."""
    for concept in beside:
        if lexicon.is_within(concept, sense.beside):
            return True
        if sense.concept and lexicon.is_within(sense.concept, (concept,)):
            return True
    return False
