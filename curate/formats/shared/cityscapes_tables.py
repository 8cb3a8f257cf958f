"""What the numbers of Cityscapes' maps mean in an export: Cityscapes' own classes, or others.

CVAT and Datumaro write any classes in this layout, with their list in `label_colors.txt`: a
line for each class, numbered from 0; but if no class is black, background has the number 0 and the
list begins at 1. The list counts unless it is Cityscapes' own.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from curate.drops import Drop
from curate.exports.export import Export
from curate.formats.shared.cityscapes_classes import (
    IDS,
    IGNORED_LABELS,
    CityscapesTable,
)
from curate.formats.shared.class_data import ClassRow, NoClassTable
from curate.formats.shared.class_tables import (
    ClassTable,
    make_table,
    nearest_table,
    read_table,
)
from curate.reasons import Refusal

_LIST = "label_colors.txt"
_BACKGROUND = "background"
_BLACK = 0
_OWN = {name.replace(" ", "") for name in [*IDS.labels.values(), *IGNORED_LABELS]}


@dataclass(slots=True)
class StatedClasses:
    """The lists of classes of an export, and drops of those that cannot be read."""

    by_folder: dict[str, ClassTable] = field(default_factory=dict)
    broken: list[Drop] = field(default_factory=list)

    def table(self, path: str, usual: CityscapesTable) -> CityscapesTable:
        """The table for a map. `usual`: Cityscapes' own one for maps of its kind."""
        stated = nearest_table(self.by_folder, path)
        if stated is None:
            return usual
        nothing = stated.void | stated.background
        labels = {
            number: name
            for number, name in stated.labels.items()
            if number not in nothing
        }
        return CityscapesTable(labels=labels, void=sorted(nothing), crowds=[])


def stated_classes(export: Export) -> StatedClasses:
    """Read the lists of an export that name other classes than Cityscapes' own."""
    found = StatedClasses()
    for path in export.files.paths:
        folder, name = posixpath.split(path)
        if name.lower() != _LIST:
            continue
        try:
            table = read_table(export, path)
        except Refusal as refusal:
            named = Refusal(refusal.reason, f"{path}: {refusal.detail}")
            found.broken.append(export.drop(named, annotation_key=path, count=None))
        except NoClassTable:
            continue
        else:
            if not _is_own(table.labels):
                found.by_folder[folder] = _with_background(table)
    return found


def _with_background(table: ClassTable) -> ClassTable:
    """The table as Datumaro numbers it: if no class is black, background comes first."""
    if _BLACK in table.colours:
        return table
    names = [table.labels[number] for number in sorted(table.labels)]
    others = [name for name in names if name != _BACKGROUND]
    return make_table([ClassRow(_BACKGROUND), *map(ClassRow, others)])


def _is_own(labels: Mapping[int, str]) -> bool:
    """Whether all classes of a list are of Cityscapes; Datumaro spells them without blanks."""
    names = {name.replace(" ", "").lower() for name in labels.values()}
    return names <= _OWN and "unlabeled" in names
