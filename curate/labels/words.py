"""The words of a label, however it is spelled.

Case, camelCase, separators, plurals and numbers make no difference.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import dropwhile

Words = tuple[str, ...]
"""The words of a name in lower case, in their order."""

_CAMEL = re.compile(
    r"(?<=[a-z]{2})(?=[A-Z])"  # swivel|Chair, but iPod
    r"|(?<=[A-Z])(?=[A-Z][a-z])"  # TV|Set
    r"|(?<=[^\W\d_])(?=\d)"  # car|2
    r"|(?<=\d)(?=[^\W\d_])"  # 2|car
)
_BETWEEN_ASCII_WORDS = re.compile(r"[\W_]+", re.ASCII)
_PLURALS = """
    people:person men:man women:woman children:child feet:foot teeth:tooth geese:goose mice:mouse
    oxen:ox leaves:leaf knives:knife shelves:shelf loaves:loaf wolves:wolf calves:calf halves:half
    hooves:hoof scarves:scarf nuclei:nucleus cacti:cactus fungi:fungus bacteria:bacterium
    larvae:larva vertebrae:vertebra mitochondria:mitochondrion glomeruli:glomerulus
    antennae:antenna cookies:cookie movies:movie brownies:brownie smoothies:smoothie hoodies:hoodie
    shoes:shoe toes:toe canoes:canoe hoes:hoe axes:axe sizes:size buses:bus gases:gas lenses:lens
    skis:ski taxis:taxi
"""
_NO_PLURALS = (
    "gas lens canvas species series pancreas atlas christmas corps chaos cosmos bias"
)
_IRREGULAR = {word: word for word in _NO_PLURALS.split()}
_IRREGULAR |= dict(pair.split(":") for pair in _PLURALS.split())
# Two spellings of one word; the second one is how names are compared.
_VARIANTS = """
    grey:gray colour:color coloured:colored centre:center tyre:tire moulding:molding kerb:curb
    doughnut:donut plough:plow jewellery:jewelry licence:license catalogue:catalog mould:mold
    aluminium:aluminum theatre:theater fibre:fiber metre:meter cheque:check pyjama:pajama
    barbeque:barbecue bbq:barbecue racquet:racket yoghurt:yogurt whisky:whiskey armour:armor
    harbour:harbor drier:dryer bannister:banister wainscotting:wainscoting programme:program
    sceptre:scepter draught:draft storey:story wooden:wood woollen:wool gramme:gram
    driveable:drivable neighbour:neighbor litre:liter sulphur:sulfur lorries:lorry trolly:trolley
    omelette:omelet cantaloup:cantaloupe bandanna:bandana moustache:mustache artefact:artifact
    sabre:saber mitre:miter vapour:vapor haemorrhage:hemorrhage haematoma:hematoma
    oesophagus:esophagus tumour:tumor foetus:fetus dialogue:dialog waggon:wagon
    carburettor:carburetor axe:ax kerbstone:curbstone odour:odor cosy:cozy
"""
_VARIANT = dict(pair.split(":") for pair in _VARIANTS.split())
_SPECTACLES = ("glasses",)  # alone they are no more than one glass; wine glasses are
_ES = (
    "ches",
    "shes",
    "sses",
    "xes",
    "zes",
    "oes",
)  # plurals that end in -es, not just in -s
_SHORTEST_PLURAL = 4  # letters: "bus" and "gas" are in the singular


@lru_cache(maxsize=65536)
def words(text: str) -> Words:
    """The words of a text in lower case.

    The text is cut at camelCase, at digits, and at every character that is neither letter nor
    digit. Invisible characters are left out.

    >>> words("SwivelChair_03")
    ('swivel', 'chair', '03')
    """
    if text.isascii():  # has one form and nothing invisible: the same, but in less time
        cut = _CAMEL.sub(" ", text)
        return tuple(_BETWEEN_ASCII_WORDS.sub(" ", cut).lower().split())

    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if unicodedata.category(c) != "Cf")

    separated = _CAMEL.sub(" ", visible)
    spaced = "".join(c if _is_in_word(c) else " " for c in separated)

    # Case folding may take a character apart, so the words are composed again.
    folded = unicodedata.normalize("NFC", spaced.casefold())
    return tuple(folded.split())


@lru_cache(maxsize=65536)
def singular(plural: Words) -> Words:
    """Each English word in the singular and in one of its spellings.

    Words of other languages mostly stay as they are.

    >>> singular(("grey", "tables"))
    ('gray', 'table')
    """
    if plural == _SPECTACLES:
        return plural
    found = []
    for word in plural:
        single = _singular(word)
        found.append(_VARIANT.get(single, single))
    return tuple(found)


def unnumbered(numbered: Words) -> Words:
    """The words without the numbers before the first and after the last.

    >>> unnumbered(("07", "car", "2"))
    ('car',)
    """
    if numbered and not (numbered[0].isdecimal() or numbered[-1].isdecimal()):
        return numbered  # most names: the same, but in less time
    front_gone = list(dropwhile(str.isdecimal, numbered))
    both_gone = list(dropwhile(str.isdecimal, reversed(front_gone)))
    return tuple(reversed(both_gone))


def _is_in_word(character: str) -> bool:
    """Whether a character is a letter, a digit or a mark on a letter."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _singular(word: str) -> str:
    """The singular of one English word by its ending, or the word itself."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < _SHORTEST_PLURAL or not word.isascii():
        return word
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_PLURAL:
        return word[:-3] + "y"
    if word.endswith(_ES):
        return word[:-2]
    return word[:-1]
