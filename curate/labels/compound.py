"""Compound labels: a path, a list or a phrase whose words beside a name say nothing new."""

import re
from collections.abc import Callable, Sequence

from curate.labels.lists import match_list
from curate.labels.parts import part_of
from curate.labels.paths import last_step, match_path
from curate.labels.phrases import CHANGES
from curate.labels.pieces import alternatives, list_items, name_and_bracket
from curate.labels.reading import Reader
from curate.labels.senses import has_company
from curate.labels.words import Words, singular, words

Rule = Callable[[str, Reader], str]
"""What a label means by one rule; "" if it does not answer."""

_OF = re.compile(  # wheel of the car
    r"^(.+?)[\s_-]+of[\s_-]+(?:(?:the|a|an)[\s_-]+)?(.+)$", re.IGNORECASE | re.DOTALL
)


def match_compound(label: str, reader: Reader) -> str:
    """The concept of a label of several names or of a name among other words; "" if none is sure.

    path     "tv/monitor": all steps have the same concept; or
             "vehicle/car", "car > wheel": the last step that says something, if each one before it
             is empty, an ancestor, the whole of the part, or a category of this vocabulary
    list     "sofa, couch; settee": the items that are names agree
    either   "sofa or couch": both are names of the concept
    bracket  "land (unpaved)", "door (car)": read as the path "unpaved/land", "car/door"; or
             "sandal (type of shoe)": it names a wider concept, or one that tells what is meant
    of       "wheel of a car": read as "car wheel", if that is a name
    surface  "wall-brick": a surface with its material
    phrase   "the car", "wall-other-merged", "front left wheel", "small table": see `Reader`
    kind     "animal_crab", "vehicle truck": a wider concept before the name of a thing
    part     "bus wheel", "person left eye": a part behind a whole that has it
    prefix   "acme_car": the first word of nearly all labels is left out
    """
    concept = _by_rules(label, reader, _RULES)
    if concept or reader.larger is reader.lexicon:
        return concept
    return _known_elsewhere(label, reader)


def _by_rules(label: str, reader: Reader, rules: Sequence[Rule]) -> str:
    """What the first rule says that answers."""
    for rule in rules:
        concept = rule(label, reader)
        if concept:
            return concept
    return ""


def _known_elsewhere(label: str, reader: Reader) -> str:
    """The concept that a label means in the larger taxonomy, if this one has it under that name.

    The larger one knows what stands around it: the bus of a bus wheel.
    """
    elsewhere = reader.in_larger()
    meant = _by_rules(label, elsewhere, _CONTEXT_RULES)
    named = reader.lexicon.find(words(meant))
    if named is None or named.rank == "alias" or len(named.concepts) > 1:
        return ""
    return named.concepts[0]


def _either(label: str, reader: Reader) -> str:
    """The concept that all alternatives name."""
    items = alternatives(label)
    concepts = {reader.read(item) for item in items}
    if len(items) > 1 and len(concepts) == 1:
        return concepts.pop()
    return ""


def _bracket(label: str, reader: Reader) -> str:
    found = name_and_bracket(label)
    if found is None:
        return ""
    name, inside = words(found[0]), words(found[1])
    return last_step([inside, name], reader) or _described(name, inside, reader)


def _described(name: Words, description: Words, reader: Reader) -> str:
    """The concept of a name with a description that tells what is meant.

    If the taxonomy does not know what the description says, the larger one may: crab (animal).
    """
    if not CHANGES.isdisjoint(singular(description)):
        return ""
    concept = _meant_by(name, description, reader)
    if concept or reader.larger is reader.lexicon:
        return concept

    elsewhere = reader.in_larger()
    meant = _meant_by(name, description, elsewhere)
    if not meant:
        return ""
    named = reader.lexicon.find(words(meant)) or reader.lexicon.find(name)
    if named is None or len(named.concepts) > 1:
        return ""
    return named.concepts[0]


def _meant_by(name: Words, description: Words, reader: Reader) -> str:
    """The concept of a name to which all fits that a description mentions, or its last word.

    What is mentioned is wider, or goes with this meaning of the word.
    """
    mentioned = _mentioned(description, reader)
    concept = reader.read_name(name, mentioned)
    if not concept or not mentioned:
        return ""
    senses = reader.lexicon.senses_of(name)
    meant = [sense for sense in senses if sense.concept == concept]

    ends_with_wider = reader.read_name(description[-1:])
    if ends_with_wider and reader.lexicon.is_within(concept, (ends_with_wider,)):
        return concept  # train (railroad vehicle)
    for each in mentioned:
        is_wider = reader.lexicon.is_within(concept, (each,))
        is_company = any(has_company(sense, (each,), reader.lexicon) for sense in meant)
        if not is_wider and not is_company:
            return ""
    return concept


def _mentioned(description: Words, reader: Reader) -> tuple[str, ...]:
    """The concepts that a description names, by as many words each as are a name."""
    found = []
    start = 0
    while start < len(description):
        stop = len(description)
        concept = reader.read_name(description[start:stop])
        while not concept and stop > start + 1:
            stop -= 1
            concept = reader.read_name(description[start:stop])
        if concept:
            found.append(concept)
        start = stop
    return tuple(found)


def _of(label: str, reader: Reader) -> str:
    found = _OF.match(label)
    if found is None:
        return ""
    part, whole = found.groups()
    return reader.read(f"{whole} {part}")


def _surface(label: str, reader: Reader) -> str:
    return reader.read_surface(words(label))


def _phrase(label: str, reader: Reader) -> str:
    return reader.read_phrase(words(label))


def _kind_and_name(label: str, reader: Reader) -> str:
    """The concept of a name behind a wider concept: animal_crab, vehicle truck.

    A part would be that of the wider concept, and background is dropped without being seen. The
    items of a list may as well be two names of one class (shirt, blouse), unless the first is as
    wide as an animal.
    """
    whole = words(label)
    if reader.is_missing(whole):
        return ""
    lexicon = reader.lexicon
    for cut in range(1, len(whole)):
        wider = reader.read_name(whole[:cut])
        if not wider or lexicon.senses_of(whole[:cut]):
            continue
        if _is_list(label) and wider not in lexicon.wholes:
            continue
        concept = reader.read_name(whole[cut:], (wider,))
        if not concept or lexicon.is_background(concept):
            continue
        if lexicon.kind(concept) != "part" and lexicon.is_within(concept, (wider,)):
            return concept
    return ""


def _whole_and_part(label: str, reader: Reader) -> str:
    """The part that is named behind a whole which has it: bus wheel, person left eye."""
    if _is_list(label):
        return ""
    name = words(label)
    for cut in range(1, len(name)):
        around = reader.read_name(name[:cut])
        part = ""
        if around:
            part = part_of(around, name[cut:], reader)
        if part:
            return part
    return ""


def _is_list(label: str) -> bool:
    return len(list_items(label)) > 1


def _prefixed(label: str, reader: Reader) -> str:
    first, *rest = words(label) or ("",)
    if not rest or first != reader.vocabulary.prefix:
        return ""
    concept = reader.read_words(tuple(rest))
    # The parts of a dog, each named dog_…, are no parts of a person.
    if concept and reader.lexicon.kind(concept) == "part" and reader.may_name((first,)):
        return ""
    return concept


_RULES = (
    match_path,
    match_list,
    _either,
    _bracket,
    _of,
    _surface,
    _phrase,
    _kind_and_name,
    _whole_and_part,
    _prefixed,
)
_CONTEXT_RULES = (match_path, _of, _kind_and_name, _whole_and_part)
"""Those that read what stands around a name."""
