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
    first = items[0]
    if reader.read_words(first) and not reader.lexicon.senses_of(first):
        narrower = [item for item in items[1:] if item[-len(first) :] == first]
        items = [item for item in items if item not in narrower]
    clear = [item for item in items if not reader.lexicon.senses_of(item)]

    # A word of several meanings has the one that the others name.
    company = tuple(filter(None, (reader.read_words(item) for item in clear)))
    found = [reader.read_words(item, company) for item in items]
    meant = found[0]
    if not meant:
        known = Counter(filter(None, found))
        meant = max(known, key=known.__getitem__, default="")
    if not meant:
        return ""

    agreeing = found.count(meant)
    disagreeing = 0
    for item, concept in zip(items, found, strict=True):
        disagreeing += _disagrees(item, concept, meant, reader)
    if not found[0]:
        disagreeing += sum(reader.is_missing(item) for item in items)
    is_clear = first in clear and meant in company
    is_one_of_several = agreeing == 1 and not is_clear
    if is_one_of_several or agreeing <= _SURE_FACTOR * disagreeing:
        return ""
    return meant


def _disagrees(item: Words, concept: str, meant: str, reader: Reader) -> bool:
    """Whether an item of a list says that something else is meant.

    A word of several meanings does not (stairs, steps), but that of a narrower concept does: the
    first item is its category then (animal, mouse).
    """
    if concept in (meant, ""):
        return False
    lexicon = reader.lexicon
    return lexicon.is_within(concept, (meant,)) or not lexicon.senses_of(item)


def _is_changed(item: Words, reader: Reader) -> bool:
    """Whether an item of a list is no name, and has a word that makes something else of a name."""
    return not CHANGES.isdisjoint(singular(item)) and not reader.read_words(item)
