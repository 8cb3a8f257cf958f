"""Labels that are paths: object--vehicle--car, car/wheel, bus.rigid."""

from curate.labels.parts import has_part, part_of
from curate.labels.phrases import (
    CHANGES,
    DIRECTIONS,
    EMPTY_STEPS,
    FILLERS,
    GESTURES,
    STATES,
)
from curate.labels.pieces import name_and_bracket, path_steps
from curate.labels.reading import Reader
from curate.labels.words import Words, singular, words

_STATES = STATES | GESTURES | FILLERS | DIRECTIONS
_SURE_CATEGORY = 3  # labels that a category heads at least to accept what is background


def match_path(label: str, reader: Reader) -> str:
    """The concept of all steps of a path, or of the last one that says something."""
    steps = path_steps(label)
    if len(steps) == 1 and words(steps[0]) != words(label):
        return reader.read(steps[0])  # the others were attributes
    if len(steps) < 2:
        return ""
    steps = [_without_bracket(step, reader) for step in steps]
    concepts = {reader.read(step) for step in steps}
    if len(concepts) == 1 and concepts != {""}:
        return concepts.pop()
    return last_step([words(step) for step in steps], reader)


def _without_bracket(step: str, reader: Reader) -> str:
    """A step without what its bracket repeats: car (automobile)."""
    found = name_and_bracket(step)
    if found is None:
        return step
    name, inside = found
    concept = reader.read(name)
    if concept and concept == reader.read(inside):
        return name
    return step


def last_step(steps: list[Words], reader: Reader) -> str:
    """The concept of the last step that says something, if the steps before it allow it."""
    *context, last = steps
    one_name = _one_name(context[-1], last, reader)
    if one_name:
        return one_name
    for category in reversed(context):
        of_category = _kind_of_category(category, last, reader)
        if of_category:
            return of_category
    whole = reader.read_words(context[-1])
    if whole:
        part = part_of(whole, last, reader)
        if part:
            return part

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


def _one_name(before: Words, last: Words, reader: Reader) -> str:
    """The concept that the last two steps are called by together: car/door, crosswalk/plain.

    States of the last step may be left out: traffic-sign/temporary-front.
    """
    joined = reader.read_words(before + last)
    if joined:
        return joined
    stateless = tuple(word for word in last if word not in STATES)
    if not _is_state(last):
        joined = reader.read_name(before + stateless)
    elif last != before:
        joined = reader.read_name(last + before)
    return joined


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
        if has_part(around, concept, lexicon):
            return True
    if _is_known_as_wider(step, last, reader):
        return True
    if not around and _is_thing_elsewhere(step, concept, reader):
        return False
    return _is_category(step, around, concept, last, reader)


def _is_thing_elsewhere(step: Words, concept: str, reader: Reader) -> bool:
    """Whether a step is a thing that only the larger taxonomy knows, and that has parts.

    The ear of a dog is no ear of a person, nor has a bottle a neck.
    """
    larger = reader.larger
    if larger is reader.lexicon:
        return False
    thing = reader.in_larger().read_words(step)
    if not thing or larger.kind(thing) != "thing":
        return False
    is_part = reader.lexicon.kind(concept) == "part"
    return is_part or larger.is_within(thing, larger.wholes)


def _is_known_as_wider(step: Words, last: Words, reader: Reader) -> bool:
    """Whether a step is wider than the last one by its words, or in the larger taxonomy.

    animal/ground-animal; vehicle/bicycle where the taxonomy has bicycles but no vehicles.
    """
    if last[-len(step) :] == step:
        return True
    wider = reader.larger.find(step)
    narrower = reader.larger.find(last)
    if wider is None or narrower is None:
        return False
    return all(
        reader.larger.is_within(each, wider.concepts) for each in narrower.concepts
    )


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
