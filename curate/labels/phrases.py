"""Words beside a name that leave its meaning as it is.

What is not listed here is never taken off (toy car, licence plate, shadow of a car): a wrong match
is far worse than one more question to a reviewer.
"""

from curate.labels.words import Words

_FILLERS = """
    a an the other others merged stuff general generic misc miscellaneous unspecified various
    ambiguous instance instances class category masks segmentation annotation polygon occluded
    truncated visible
"""
_STEPS = """
    object objects thing things item items root main default all flat construction
    nature static dynamic scene structure man made manmade movable
"""
_POSITIONS = (
    "left right l r front rear back upper lower top bottom inner outer middle side"
)
_STATES = """
    small large tiny huge medium long short tall low thin thick wide narrow round square
    rectangular circular curved straight tilted folded rolled unrolled stacked hanging
    old new young dirty clean wet dry empty full open opened closed parked stopped
    rigid bendy articulated plain regular normal standard simple fancy decorated single partial
    whole complete blurry blurred dark bright distant far near nearby random strange cluttered
    double folding foldable clear transparent opaque temporary disposable mini individual adult
    male female private public commercial residential common
"""
_GESTURES = "standing sitting lying walking running riding driving cycling moving"
_STANCES = "standing sitting lying moving"
_ORIGINS = """
    african american asian australian european indian arctic siberian northern southern eastern
    western
"""
_DIRECTIONS = (
    "upright horizontal vertical diagonal continuous discrete solid dashed dotted"
)
_SLEEVES = "sleeve sleeved sleeveless"
_COLOURS = """
    white black gray red green blue yellow brown pink purple beige silver colored colorful
    big little
"""
_MATERIALS = (
    "wood plastic metal metallic steel brick stone marble ceramic leather wicker glass"
)
_SURFACES = "wood plastic metal steel brick stone marble ceramic tile tiled concrete panel carpet"
_PLACES = """
    bathroom kitchen bedroom livingroom hallway hall lobby office garage attic basement patio
    garden outdoor outdoors indoor indoors sauna restaurant hotel classroom
"""
_CHANGES = """
    toy toys model models fake dummy drawing drawn painting painted picture image photo print poster
    shadow reflection reflected no not non without missing absent former part parts damage crack
    scratch dent rust stain defect hole trace track tracks dead skeleton sketch icon logo symbol
    cartoon costume mascot statue sculpture sign
"""

FILLERS = frozenset(_FILLERS.split())
"""Words that leave the meaning of a name as it is, before and after it."""

SIDES = frozenset({"left", "right", "front", "rear"})
"""Positions behind a name; the other words would name a part there (chair back, table top)."""

EMPTY_STEPS = FILLERS.union(_STEPS.split())
"""Words that say nothing as a step of a path; as words of a phrase they might."""

POSITIONS = frozenset(_POSITIONS.split())
"""Words that say which of several parts is meant; before a thing they may mean more."""

STATES = frozenset(_STATES.split())
"""Adjectives of size, shape, age and state."""

GESTURES = frozenset(_GESTURES.split())
"""What somebody does, behind the name; before it they name other things (walking stick)."""

STANCES = frozenset(_STANCES.split())
"""What somebody does, before who or what can do it: moving car, but not moving sidewalk."""

ORIGINS = frozenset(_ORIGINS.split())
"""Where an animal lives, before its name: african elephant."""

DIRECTIONS = frozenset(_DIRECTIONS.split())
"""How a thing stands or a line runs, as a step behind it; before it they name other things."""

SLEEVES = frozenset(_SLEEVES.split())
"""Words for sleeves, before clothes: long sleeve top."""

HANDS = frozenset({"left", "right", "l", "r"})
"""Which of a pair is meant, of clothes and organs: left shoe, kidney right."""

PAIRS = HANDS | {"front", "rear", "back", "hind"}
"""Which of several parts is meant, none of them less than the part: left back leg."""

CLASSES = frozenset(
    """
    small large big little huge tiny medium regular normal standard common private public commercial
    """.split()  # noqa: SIM905
)
"""Words that make classes of the widest concepts: large vehicle."""

COLOURS = frozenset(_COLOURS.split())
"""Colours and sizes that name kinds of what lives or is eaten, as `words.singular` spells them."""

MATERIALS = frozenset(_MATERIALS.split())
"""Materials of made things, before the name."""

SURFACES = frozenset(_SURFACES.split())
"""Materials behind the name of a surface: wall-brick."""

PLACES = frozenset(_PLACES.split())
"""Where a thing is, before its name."""

CHANGES = frozenset(_CHANGES.split())
"""Words that make something else of what follows: as a step of a path they are no category."""

NATURAL = frozenset({"animal", "plant", "vegetation", "food", "fruit", "vegetable"})
"""Concepts below which colours and materials name other things (red panda, stone lion)."""

BODIES = frozenset({"animal", "person"})
"""Concepts whose parts have parts: an upper arm is not the arm."""

CLOTHES = frozenset({"clothing", "clothes"})
"""Concepts of which one wears pairs, and which have sleeves."""

ORGANS = frozenset({"organ"})
"""Concepts of which a body has one on each side."""

MOBILE = frozenset({"vehicle", "toy", "person"})
"""Concepts below which materials name toys (wooden train, paper plane)."""

WHOLES = frozenset(
    """
    animal person plant vehicle building furniture electronics clothing tool weapon
    musical-instrument
    """.split()  # noqa: SIM905
)
"""Concepts that have parts of their own: what stands below them in a path may be one of these."""

BESIDE = frozenset({"with", "w"})
"""Between a thing and what else is there: cabinet with books."""


def without_fillers(name: Words) -> Words:
    """The words of a name that are no fillers.

    >>> without_fillers(("wall", "other", "merged"))
    ('wall',)
    """
    return tuple(word for word in name if word not in FILLERS)
