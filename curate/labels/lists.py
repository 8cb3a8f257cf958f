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
    meanings. What only narrows the first one (door, double door) or is its last word (gravy boat,
    boat) is left out. A word of several meanings needs another that agrees unless it is an id
    (bridge, span), and none may make something else of it (tooth, missing).
    """
    items = [words(item) for item in list_items(label)]
    if len(items) < 2:
        return ""
    if any(_is_changed(item, reader) for item in items):
        return ""
    if any(_is_other(item, items[0], reader) for item in items):
        return ""
    if len(items) == 2:
        inverted = reader.read_inverted(items[0], items[1])
        if inverted:
            return inverted
    items = _without_wider(items, reader)
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
    first_is_clear = items[0] in clear
    if not (found[0] and first_is_clear):
        disagreeing += sum(_is_unknown(item, meant, reader) for item in items)

    agreeing = found.count(meant)
    meant_is_clear = first_is_clear and meant in company
    if agreeing == 1 and not meant_is_clear and not _is_id(items[0], reader):
        return ""
    if agreeing <= _SURE_FACTOR * disagreeing:
        return ""
    return meant


def _is_id(name: Words, reader: Reader) -> bool:
    """Whether a word of several meanings is the id of the concept that it means here."""
    named = reader.lexicon.find(name)
    if named is None or named.rank != "id":
        return False
    return reader.read_name(name) in named.concepts


def _without_wider(items: list[Words], reader: Reader) -> list[Words]:
    """The items of a list without other concepts that the first ends with (gravy boat, boat)."""
    first = "".join(items[0])
    kept = [items[0]]
    for item in items[1:]:
        is_end = first.endswith("".join(item))
        if not is_end or reader.read_words(item) == reader.read_words(items[0]):
            kept.append(item)
    return kept


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


def _is_other(item: Words, first: Words, reader: Reader) -> bool:
    """Whether an item seems to narrow the first one, but is an alias of something else.

    A house trailer is no trailer, but a caravan.
    """
    named = reader.larger.find(item)
    wider = reader.larger.find(first)
    if named is None or wider is None or named.rank != "alias":
        return False
    is_kin = any(
        reader.larger.is_within(each, wider.concepts) for each in named.concepts
    )
    return item[-len(first) :] == first and not is_kin


def _most_named(found: list[str]) -> str:
    """The concept that most items name, the first of several such; "" if none names one."""
    known = Counter(concept for concept in found if concept)
    if not known:
        return ""
    [(concept, _)] = known.most_common(1)
    return concept


def _disagrees(item: Words, concept: str, meant: str, reader: Reader) -> bool:
    """Whether an item of a list says that something else is meant.

    A word of several meanings does not (stairs, steps), nor does a narrower concept (shirt,
    blouse), unless the wider one is but a category (animal, mouse).
    """
    if concept in (meant, ""):
        return False
    lexicon = reader.lexicon
    if lexicon.is_within(concept, (meant,)):
        return meant in lexicon.wholes
    return not lexicon.senses_of(item)


def _is_unknown(item: Words, meant: str, reader: Reader) -> bool:
    """Whether an item names what the taxonomy lacks, and nothing narrower: windowpane, window."""
    if not reader.is_missing(item):
        return False
    larger = reader.larger
    wider = larger.find(words(meant))
    narrower = larger.find(item)
    if wider is None or narrower is None:
        return True
    return not any(larger.is_within(each, wider.concepts) for each in narrower.concepts)


def _is_changed(item: Words, reader: Reader) -> bool:
    """Whether an item of a list is no name, and has a word that makes something else of a name."""
    if CHANGES.isdisjoint(singular(item)) or reader.lexicon.senses_of(item):
        return False
    return not reader.read_words(item)
