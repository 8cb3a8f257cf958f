"""Compound labels: a path, a list or a phrase whose words beside a name say nothing new."""

import re

from curate.labels.lists import match_list
from curate.labels.phrases import CHANGES, EMPTY_STEPS, FILLERS, GESTURES, STATES
from curate.labels.pieces import alternatives, name_and_bracket, path_steps
from curate.labels.reading import Reader
from curate.labels.senses import has_company
from curate.labels.words import Words, singular, words

_OF = re.compile(  # wheel of the car
    r"^(.+?)[\s_-]+of[\s_-]+(?:(?:the|a|an)[\s_-]+)?(.+)$", re.IGNORECASE | re.DOTALL
)
_STATES = STATES | GESTURES | FILLERS
_SURE_CATEGORY = 3  # labels that a category heads at least to accept what is background


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
    prefix   "acme_car": the first word of nearly all labels is left out
    """
    for rule in _RULES:
        concept = rule(label, reader)
        if concept:
            return concept
    return ""


def _path(label: str, reader: Reader) -> str:
    steps = path_steps(label)
    if len(steps) == 1 and words(steps[0]) != words(label):
        return reader.read(steps[0])  # the others were attributes
    if len(steps) < 2:
        return ""
    concepts = {reader.read(step) for step in steps}
    if len(concepts) == 1 and concepts != {""}:
        return concepts.pop()
    return _last_step([words(step) for step in steps], reader)


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
    return _last_step([inside, name], reader) or _described(name, inside, reader)


def _described(name: Words, description: Words, reader: Reader) -> str:
    """The concept of a name with a description that tells what is meant.

    All concepts that the description mentions are wider ones, or go with this meaning of the word.
    """
    mentioned = _mentioned(description, reader)
    concept = reader.read_name(name, mentioned)
    if not concept or not mentioned or not CHANGES.isdisjoint(singular(description)):
        return ""

    senses = reader.lexicon.senses_of(name)
    meant = [sense for sense in senses if sense.concept == concept]
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

    A part would be that of the wider concept, and background is dropped without being seen.
    """
    whole = words(label)
    if reader.is_missing(whole):
        return ""
    lexicon = reader.lexicon
    for cut in range(1, len(whole)):
        wider = reader.read_name(whole[:cut])
        if not wider or lexicon.senses_of(whole[:cut]):
            continue
        concept = reader.read_name(whole[cut:], (wider,))
        if not concept or lexicon.is_background(concept):
            continue
        if lexicon.kind(concept) != "part" and lexicon.is_within(concept, (wider,)):
            return concept
    return ""


def _prefixed(label: str, reader: Reader) -> str:
    first, *rest = words(label) or ("",)
    if not rest or first != reader.vocabulary.prefix:
        return ""
    return reader.read_words(tuple(rest))


def _last_step(steps: list[Words], reader: Reader) -> str:
    """The concept of the last step that says something, if the steps before it allow it."""
    joined = reader.read_words(steps[-2] + steps[-1])  # "car/door" is the car door
    if joined:
        return joined
    kind_of_category = _kind_of_category(steps[-2], steps[-1], reader)
    if kind_of_category:
        return kind_of_category

    *context, last = steps
    while context and _is_state(last):
        last = context.pop()
    around = tuple(filter(None, (reader.read_words(step) for step in context)))
    concept = reader.read_words(last, around) or reader.read_surface(last)
    if not concept:
        return ""
    for step in context:
        if not _allows(step, concept, last, reader):
            reader.notes.append(
                f"{' '.join(step)!r} may change what {' '.join(last)!r} means"
            )
            return ""
    return concept


def _kind_of_category(category: Words, last: Words, reader: Reader) -> str:
    """The concept that is called by the last step and its category: sign/store, wall/brick.

    If the category has parts, the last step may be one of them: chair/arm is no armchair. It is
    none if it has the same meaning alone: vehicle/ego.
    """
    if not reader.vocabulary.is_category(category):
        return ""
    lexicon = reader.lexicon
    around = reader.read_words(category)
    has_parts = around and lexicon.is_within(around, lexicon.wholes)
    is_name = lexicon.find(last) is not None or lexicon.senses_of(last)
    concept = reader.read_name(last + category)
    if has_parts and is_name and concept != reader.read_name(last):
        return ""
    return concept


def _allows(step: Words, concept: str, last: Words, reader: Reader) -> bool:
    """Whether a step of a path may come before a concept without changing its meaning."""
    if _is_empty(step) or _is_state(step):
        return True
    around = reader.read_words(step)
    lexicon = reader.lexicon
    if around:
        if lexicon.is_within(concept, (around,)):
            return True
        # The whole of a part may be of a narrower kind: a truck has the wheel of a vehicle.
        whole = lexicon.taxonomy.concepts[concept].parent
        if lexicon.kind(concept) == "part" and lexicon.is_within(around, (whole,)):
            return True
    return _is_category(step, around, concept, last, reader)


def _is_category(
    step: Words, around: str, concept: str, last: Words, reader: Reader
) -> bool:
    """Whether a step says only how this vocabulary is ordered.

    It heads several labels, more if the concept is background, and is none itself, and the last
    step is that of no other category. A step that is a concept, too, must not be one that has parts
    of its own, unless this concept is of its kin: pedestrian/child, but neither person/stroller
    nor bus/door. Nor may a thing stand before what has parts of its own, for it may be called after
    this: traffic light/pedestrians.
    """
    vocabulary = reader.vocabulary
    lexicon = reader.lexicon
    if not vocabulary.is_category(step) or not CHANGES.isdisjoint(step):
        return False
    few = vocabulary.headed[step] < _SURE_CATEGORY
    if few and lexicon.is_background(concept):
        return False
    if vocabulary.last_steps[last] > 1:
        return False
    if not around:
        return True

    if lexicon.kind(concept) == "part" or few:
        return False
    parent = lexicon.taxonomy.concepts[around].parent
    is_wider = lexicon.is_within(around, (concept,))  # chair/seat is a part of it
    if lexicon.is_within(concept, (parent,)) and not is_wider:
        return True
    if lexicon.is_within(around, lexicon.wholes):
        return False
    is_place = lexicon.kind(around) == "stuff"
    return is_place or not lexicon.is_within(concept, lexicon.wholes)


def _is_empty(step: Words) -> bool:
    """Whether a step of a path says nothing."""
    return all(word in EMPTY_STEPS or word.isdecimal() for word in step)


def _is_state(step: Words) -> bool:
    """Whether a step only says in which state or of which kind an object is: bus/rigid."""
    return all(word in _STATES or word.isdecimal() for word in singular(step))


_RULES = (
    _path,
    match_list,
    _either,
    _bracket,
    _of,
    _surface,
    _phrase,
    _kind_and_name,
    _prefixed,
)
