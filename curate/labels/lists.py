"""Labels that list what an object may be called: sofa, couch, settee."""

from collections import Counter

from curate.labels.phrases import CHANGES
from curate.labels.pieces import list_items
from curate.labels.reading import Reader
from curate.labels.words import Words, singular, words

_SURE_FACTOR = 2  # so many times more items of a list agree than mean something else


def match_list(label: str, reader: Reader) -> str:
    """The concept that the items of a list name; the first one means this concept or none.

    One item may mean something else if more than twice as many agree, or if its word has several
    meanings. What only narrows the first one (door, double door) is left out. A word of several
    meanings needs another that agrees, and none may make something else of it (tooth, missing).
    """
    items = [words(item) for item in list_items(label)]
    if len(items) < 2:
        return ""
    if any(_is_changed(item, reader) for item in items):
        return ""
    items = _without_narrower(items, reader)

    # A word of several meanings has the one that the others name.
    clear = [item for item in items if not reader.lexicon.senses_of(item)]
    named = [reader.read_words(item) for item in clear]
    company = tuple(concept for concept in named if concept)
    found = [reader.read_words(item, company) for item in items]
    meant = found[0] or _most_named(found)
    if not meant:
        return ""

    disagreeing = 0
    for item, concept in zip(items, found, strict=True):
        disagreeing += _disagrees(item, concept, meant, reader)
    if not found[0]:
        disagreeing += sum(reader.is_missing(item) for item in items)

    agreeing = found.count(meant)
    first_is_clear = items[0] in clear and meant in company
    if agreeing == 1 and not first_is_clear:
        return ""
    if agreeing <= _SURE_FACTOR * disagreeing:
        return ""
    return meant


def _without_narrower(items: list[Words], reader: Reader) -> list[Words]:
    """The items of a list without those that only narrow or repeat the first (door, double door).

    All of them, if the first is no clear name.
    """
    first = items[0]
    if not reader.read_words(first) or reader.lexicon.senses_of(first):
        return items

    kept = [first]
    for item in items[1:]:
        ends_with_first = item[-len(first) :] == first
        if not ends_with_first:
            kept.append(item)
    return kept


def _most_named(found: list[str]) -> str:
    """The concept that most items name, the first of several such; "" if none names one."""
    known = Counter(concept for concept in found if concept)
    if not known:
        return ""
    [(concept, _)] = known.most_common(1)
    return concept


def _disagrees(item: Words, concept: str, meant: str, reader: Reader) -> bool:
    """Whether an item of a list says that something else is meant.

    A word of several meanings does not (stairs, steps), but that of a narrower concept does: the
    first item is its category then (animal, mouse).
    """
    if concept in (meant, ""):
        return False
    lexicon = reader.lexicon
    is_narrower = lexicon.is_within(concept, (meant,))
    return is_narrower or not lexicon.senses_of(item)


def _is_changed(item: Words, reader: Reader) -> bool:
    """Whether an item of a list is no name, and has a word that makes something else of a name."""
    if CHANGES.isdisjoint(singular(item)):
        return False
    return not reader.read_words(item)
