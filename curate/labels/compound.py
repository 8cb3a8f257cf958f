"""Compound labels: a path, a list or a phrase whose words beside a name say nothing new.

What is not listed here is never taken off (toy car, licence plate, shadow of a car): a wrong match
is far worse than one more question to a reviewer.
"""

import re
from dataclasses import dataclass

from curate.labels.names import Names
from curate.labels.taxonomy import Taxonomy
from curate.labels.words import Words, words

_PATH = re.compile(
    r"\s*(?:/|(?<=\w\w)\.(?=\w\w)|\\|>|::|--+|->|→|\|)\s*"
)  # between steps
_LIST = re.compile(r"\s*[,;]\s*")  # between the items of a list
_BRACKET = re.compile(r"^(.+?)\s*[(\[{](.+)[)\]}]\s*$", re.DOTALL)  # door (car)
_OF = re.compile(  # wheel of the car
    r"^(.+?)[\s_-]+of[\s_-]+(?:(?:the|a|an)[\s_-]+)?(.+)$", re.IGNORECASE | re.DOTALL
)

_FILLERS = """
    a an the other others merged stuff general generic misc miscellaneous unspecified
    instance instances class category label mask masks segment segmentation annotation
    polygon occluded truncated visible
"""
_STEPS = """
    object objects thing things item items root main default all flat construction
    nature static dynamic scene
"""
_POSITIONS = "left right front rear back upper lower top bottom inner outer middle side"

# Words that leave the meaning of a name as it is, before and after it.
_FILLER_WORDS = frozenset(_FILLERS.split())
# Words that say nothing as a step of a path; as words of a phrase they might.
_EMPTY_STEP_WORDS = _FILLER_WORDS.union(_STEPS.split())
# Words that say which of several parts is meant; before a thing they may mean more.
_POSITION_WORDS = frozenset(_POSITIONS.split())


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the pieces of a compound label."""

    names: Names
    taxonomy: Taxonomy

    def read(self, text: str) -> str:
        """The concept of a text that is no compound of several names; "" if it has none."""
        name = words(text)
        return self.names.all.find(name) or self.read_phrase(name)

    def read_phrase(self, name: Words) -> str:
        """The concept of a name among fillers, or that of a part among fillers and positions."""
        unfilled = tuple(word for word in name if word not in _FILLER_WORDS)
        if unfilled and unfilled != name:
            concept = self.names.all.find(unfilled)
            if concept:
                return concept

        unplaced = tuple(word for word in unfilled if word not in _POSITION_WORDS)
        if not unplaced or unplaced == unfilled:
            return ""
        concept = self.names.all.find(unplaced)
        if concept and self.taxonomy.concepts[concept].kind == "part":
            return concept
        return ""


def match_compound(label: str, names: Names, taxonomy: Taxonomy) -> str:
    """The concept of a label of several names or of a name among other words; "" if none is sure.

    path     "tv/monitor": all steps have the same concept; or
             "vehicle/car", "car > wheel": the last step, if each other one is empty, an ancestor,
             or the whole of the part
    list     "sofa, couch; settee": the first item has a concept, and no other item another one
    bracket  "land (unpaved)", "door (car)": read as the path "unpaved/land", "car/door"
    of       "wheel of a car": read as "car wheel", if that is a name
    phrase   "the car", "wall-other-merged", "front left wheel": fillers are left out, and so are
             positions if a part remains
    """
    reader = _Reader(names, taxonomy)
    for rule in (_path, _list, _bracket, _of):
        concept = rule(label, reader)
        if concept:
            return concept
    return reader.read_phrase(words(label))


def _path(label: str, reader: _Reader) -> str:
    steps = _pieces(_PATH, label)
    if len(steps) < 2:
        return ""
    concepts = {reader.read(step) for step in steps}
    if len(concepts) == 1 and concepts != {""}:
        return concepts.pop()
    return _last_step(steps, reader)


def _list(label: str, reader: _Reader) -> str:
    items = _pieces(_LIST, label)
    if len(items) < 2:
        return ""
    first, *others = [reader.read(item) for item in items]
    if all(other in (first, "") for other in others):
        return first
    return ""


def _bracket(label: str, reader: _Reader) -> str:
    found = _BRACKET.match(label)
    if found is None:
        return ""
    name, context = found.groups()
    return _last_step([context, name], reader)


def _of(label: str, reader: _Reader) -> str:
    found = _OF.match(label)
    if found is None:
        return ""
    part, whole = found.groups()
    return reader.read(f"{whole} {part}")


def _pieces(separator: re.Pattern[str], label: str) -> list[str]:
    """The pieces of a label between separators; those without a word are left out."""
    return [piece for piece in separator.split(label) if words(piece)]


def _last_step(steps: list[str], reader: _Reader) -> str:
    """The concept of the last step that is not empty, if the steps before it allow it."""
    joined = reader.read(" ".join(steps[-2:]))  # "car/door" is the car door
    if joined:
        return joined

    *context, last = steps
    while context and _is_empty(last):
        last = context.pop()
    concept = reader.read(last)
    if not concept:
        return ""
    if all(_allows(step, concept, reader) for step in context):
        return concept
    return ""


def _allows(step: str, concept: str, reader: _Reader) -> bool:
    """Whether a step of a path may come before a concept without changing its meaning."""
    if _is_empty(step):
        return True
    around = reader.read(step)
    if not around:
        return False

    taxonomy = reader.taxonomy
    if around in (concept, *taxonomy.ancestors(concept)):
        return True
    # The whole of a part may be of a narrower kind: a truck has the wheel of a vehicle.
    entry = taxonomy.concepts[concept]
    return entry.kind == "part" and entry.parent in (
        around,
        *taxonomy.ancestors(around),
    )


def _is_empty(step: str) -> bool:
    """Whether a step of a path says nothing."""
    return all(word in _EMPTY_STEP_WORDS or word.isdecimal() for word in words(step))
