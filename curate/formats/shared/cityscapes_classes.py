"""The classes of Cityscapes by their numbers; source: cityscapesScripts, helpers/labels.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CityscapesTable:
    """What the numbers of a kind of map mean."""

    labels: dict[int, str]
    """Names of the classes that count."""
    void: list[int]
    """Numbers of no class, and of classes that evaluation ignores."""
    crowds: list[int]
    """Classes of which each object has a number of its own."""


# Name, id, train id, and whether its objects are told apart. Evaluation ignores the last group.
_CLASSES = (
    ("road", 7, 0, False),
    ("sidewalk", 8, 1, False),
    ("building", 11, 2, False),
    ("wall", 12, 3, False),
    ("fence", 13, 4, False),
    ("pole", 17, 5, False),
    ("traffic light", 19, 6, False),
    ("traffic sign", 20, 7, False),
    ("vegetation", 21, 8, False),
    ("terrain", 22, 9, False),
    ("sky", 23, 10, False),
    ("person", 24, 11, True),
    ("rider", 25, 12, True),
    ("car", 26, 13, True),
    ("truck", 27, 14, True),
    ("bus", 28, 15, True),
    ("train", 31, 16, True),
    ("motorcycle", 32, 17, True),
    ("bicycle", 33, 18, True),
)
_IGNORED = {
    "unlabeled": 0,
    "ego vehicle": 1,
    "rectification border": 2,
    "out of roi": 3,
    "static": 4,
    "dynamic": 5,
    "ground": 6,
    "parking": 9,
    "rail track": 10,
    "guard rail": 14,
    "bridge": 15,
    "tunnel": 16,
    "polegroup": 18,
    "caravan": 29,
    "trailer": 30,
    "license plate": -1,
}
_NO_CLASS = 255  # in maps of train ids, and in those of tools that follow Cityscapes

IGNORED_LABELS = frozenset(_IGNORED)
"""Names of what is no object: nothing, or a class that evaluation ignores."""

IDS = CityscapesTable(
    labels={number: name for name, number, _, _ in _CLASSES},
    void=[*_IGNORED.values(), _NO_CLASS],
    crowds=[number for _, number, _, is_counted in _CLASSES if is_counted],
)
"""Numbers of labelIds and instanceIds."""

TRAIN_IDS = CityscapesTable(
    labels={number: name for name, _, number, _ in _CLASSES},
    void=[_NO_CLASS],
    crowds=[number for _, _, number, is_counted in _CLASSES if is_counted],
)
"""Numbers of labelTrainIds and instanceTrainIds."""


def is_group(label: str) -> bool:
    """Whether a label names several objects at once: cargroup.

    >>> is_group("cargroup"), is_group("group")
    (True, False)
    """
    return label.endswith("group") and label != "group"
