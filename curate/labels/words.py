"""The words of a label, however it is spelled: case, camelCase, separators, plurals and numbers make no difference."""

import re
import unicodedata
from itertools import dropwhile

Words = tuple[str, ...]

_CAMEL = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_PLURALS = (
    "people:person men:man women:woman children:child feet:foot teeth:tooth geese:goose mice:mouse oxen:ox leaves:leaf "
    "knives:knife shelves:shelf loaves:loaf wolves:wolf calves:calf halves:half hooves:hoof scarves:scarf "
    "nuclei:nucleus cacti:cactus fungi:fungus bacteria:bacterium larvae:larva vertebrae:vertebra "
    "mitochondria:mitochondrion cookies:cookie movies:movie brownies:brownie smoothies:smoothie hoodies:hoodie "
    "shoes:shoe toes:toe canoes:canoe hoes:hoe axes:axe sizes:size buses:bus gases:gas lenses:lens skis:ski taxis:taxi"
)
_NO_PLURALS = "gas lens canvas species series pancreas atlas christmas corps chaos cosmos bias"
_IRREGULAR = dict(pair.split(":") for pair in _PLURALS.split()) | {
    word: word for word in _NO_PLURALS.split()
}
_SPECTACLES = ("glasses",)  # alone they are no more than one glass; wine glasses are
_ES = ("ches", "shes", "sses", "xes", "zes", "oes")
_SHORTEST_PLURAL = 4


def words(text: str) -> Words:
    """The words in lower case: cut at camelCase, at digits and at all that is neither letter nor digit."""
    visible = "".join(
        c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf"
    )
    spaced = "".join(
        c if c.isalnum() or unicodedata.category(c)[0] == "M" else " "
        for c in _CAMEL.sub(" ", visible)
    )
    return tuple(unicodedata.normalize("NFC", spaced.casefold()).split())


def singular(plural: Words) -> Words:
    """Each English word brought to the singular; what is no plural, or of another language, mostly stays."""
    return plural if plural == _SPECTACLES else tuple(_singular(word) for word in plural)


def unnumbered(numbered: Words) -> Words:
    """The words without the numbers before the first and after the last."""
    front = list(dropwhile(str.isdecimal, numbered))
    return tuple(dropwhile(str.isdecimal, front[::-1]))[::-1]


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if (
        len(word) < _SHORTEST_PLURAL
        or not word.isascii()
        or not word.endswith("s")
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_PLURAL:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_ES) else word[:-1]
