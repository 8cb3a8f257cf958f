"""Parts that are named behind what they belong to: bus wheel, person left eye, dog tail."""

from itertools import dropwhile

from curate.labels.names import Lexicon
from curate.labels.phrases import PAIRS, POSITIONS
from curate.labels.reading import Reader
from curate.labels.words import Words, words


def part_of(around: str, name: Words, reader: Reader) -> str:
    """The part of a concept that some words name; "" if it is not known to have such a part.

    It is a part of this concept or of a wider one, or is called after a wider one: the head of a
    dog is an animal head. A word of several meanings means the only part that the concept has.
    """
    lexicon = reader.lexicon
    part = _only_part(around, name, lexicon)
    if not lexicon.senses_of(name):
        part = reader.read_words(name)
    if part and part != around and has_part(around, part, lexicon):
        return part

    bare = tuple(dropwhile(PAIRS.__contains__, name))
    if not bare:
        return ""
    if bare != name and lexicon.senses_of(bare):
        return _only_part(around, bare, lexicon)
    return _called_after_wider(around, bare, lexicon)


def has_part(around: str, part: str, lexicon: Lexicon) -> bool:
    """Whether a concept, or a wider one, is a whole to which a part belongs, or a part of this."""
    if lexicon.kind(part) != "part":
        return False
    for whole in lexicon.taxonomy.ancestors(part):
        if lexicon.is_within(around, (whole,)):
            return True
        if lexicon.kind(whole) != "part":
            return False
    return False


def _only_part(around: str, name: Words, lexicon: Lexicon) -> str:
    """The only meaning of a word of several meanings that is a part of a concept."""
    meant = {sense.concept for sense in lexicon.senses_of(name) if sense.concept}
    parts = [each for each in sorted(meant) if has_part(around, each, lexicon)]
    if len(parts) == 1:
        return parts[0]
    return ""


def _called_after_wider(around: str, name: Words, lexicon: Lexicon) -> str:
    """The part whose id is that of a wider concept and a name: animal-head."""
    if not POSITIONS.isdisjoint(name):
        return ""  # an upper leg is less than a leg
    for wider in lexicon.taxonomy.ancestors(around):
        named = lexicon.find(words(wider) + name)
        if named is None or named.rank != "id":
            continue
        (part, *others) = named.concepts
        if not others and has_part(around, part, lexicon):
            return part
    return ""
