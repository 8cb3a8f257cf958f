"""A small taxonomy for the tests of matching."""

from curate.labels.taxonomy import Concept, Kind, Taxonomy

NAMES = """
    vehicle car truck wheel car-door door furniture sofa table animal dog person leaf potted-plant
    swivel-chair toy licence-plate eyeglasses drinking-glass refrigerator curtain traffic-light
    broccoli wall sky shadow computer arm
""".split()  # noqa: SIM905

_STUFF = ("wall", "sky")
_PARTS = ("wheel", "car-door", "leaf", "arm")
_PARENTS = {
    "car": "vehicle",
    "truck": "vehicle",
    "wheel": "vehicle",
    "arm": "person",
    "car-door": "car",
    "dog": "animal",
    "sofa": "furniture",
}
_ALIASES = {
    "car": ("Pkw", "automobile", "voiture"),
    "car-door": ("car door", "door of a car"),
    "sofa": ("couch",),
    "licence-plate": ("license plate",),
    "eyeglasses": ("glasses",),
    "drinking-glass": ("glass tumbler", "glass"),
    "refrigerator": ("fridge",),
    "toy": ("toy car",),
    "traffic-light": ("Ampel",),
}


def _concept(name: str) -> Concept:
    kind: Kind = "thing"
    if name in _PARTS:
        kind = "part"
    if name in _STUFF:
        kind = "stuff"
    return Concept(
        id=name,
        definition="…",
        kind=kind,
        parent=_PARENTS.get(name, ""),
        aliases={"en": _ALIASES.get(name, ())},
    )


TAXONOMY = Taxonomy({name: _concept(name) for name in NAMES}, digest="")
