"""What labelmap and colormap share: records of images and their masks, with a class table."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from curate.drops import Drop, IgnoredFile
from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.paths import stem
from curate.formats.shared.class_tables import (
    ClassTable,
    find_tables,
    nearest_table,
    stated_table,
    with_exceptions,
)
from curate.formats.shared.mask_choice import ChosenMask
from curate.formats.shared.mask_lists import listed_classes
from curate.formats.shared.mask_numbers import (
    LOOKED_AT,
    shown_numbers,
    some_masks,
    usual_palette,
)
from curate.formats.shared.missing_masks import missing_masks
from curate.formats.shared.pairs import Pairs, folder_classes, pair_masks
from curate.formats.shared.table_choice import choose_tables
from curate.mask_records import RegionMap
from curate.records import ImageRecord, ReadItem

OPTIONS = ("images", "masks", "classes", "void", "background", "mask_size")
"""Options of both formats."""

# Values that tools write for "no class". Without a table, 0 may as well be a class.
_USUAL_VOID = frozenset({255})
_USUAL_VOID_BESIDE_CLASSES = frozenset({0, 255})

_OF_CELLS = re.compile(
    r"_cp_masks(?:_\d+)?\.[a-z]+$|_object[\s_-]identities\.[a-z]+$"  # cellpose, ilastik
    r"|(?:^|/)man_seg\d+\.tif$",
    re.IGNORECASE,
)
# A frame in VOC's folder of XML: DAVIS, YouTube-VOS, MOSE and others.
_OF_VIDEO = re.compile(
    r"(?:^|/)Annotations/(?:.*/)?(?!train/|val/|test/)[^/]+/\d{5}\.png$"
)


@dataclass(frozen=True)
class _Reading:
    """How all masks of an export are read."""

    export: Export
    by_colour: bool
    numbers_objects: bool
    """Values of masks number objects, they are no classes."""
    resize: bool
    by_number: bool
    """Whether masks belong to images by their numbers alone."""
    numbers: list[int]
    """Values that other masks show to be numbers, where no table says it."""
    palette: Mapping[int, int]
    """The number of each colour in the palettes of other masks."""
    listed: Mapping[str, str]
    """The class of each mask of one object that a table lists, by the mask's name."""
    tables: Mapping[str, ClassTable]
    """Class tables by folder."""
    only_table: ClassTable | None
    """The table for every mask, if the options state one or no folder has any."""

    def table_of(self, mask: str) -> ClassTable:
        """The class table for a mask."""
        if self.only_table is not None:
            return self.only_table
        return nearest_table(self.tables, mask) or ClassTable({})


def read_maps(export: Export, *, by_colour: bool) -> Iterator[ReadItem]:
    """One record for each image that has a mask.

    Raises:
        InputError: if no image has one, or an option is wrong.
    """
    pairs = pair_masks(export, prefer_colours=by_colour)
    reading, notes = _reading(export, pairs, by_colour)
    yield from notes
    yield from pairs.lost
    yield from missing_masks(export, pairs)

    by_folder = folder_classes(pairs.masks)
    for image, masks in pairs.masks.items():
        maps = [
            _region_map(reading, mask, by_folder.get(mask.path, "")) for mask in masks
        ]
        if maps:
            video = ""
            if _is_frame(reading, maps[0].path):
                video = posixpath.dirname(image)
            yield ImageRecord(name=image, document="", maps=maps, video=video)


def _reading(
    export: Export, pairs: Pairs, by_colour: bool
) -> tuple[_Reading, list[Drop | IgnoredFile]]:
    """What options and class tables say of the masks; and notes of tables that are not used."""
    resize = _is_stated(export, "mask_size", "scale")
    numbers_objects = _is_stated(export, "values", "objects")
    stated = stated_table(export)
    tables: dict[str, ClassTable] = {}
    notes: list[Drop | IgnoredFile] = []
    if stated is None:
        tables, notes = _tables(export, pairs, by_colour)
    only_table = None
    listed = [*tables.values()]
    if not tables:
        only_table = with_exceptions(stated or ClassTable({}), export)
        listed = [only_table]
    numbers: list[int] = []
    palette: Mapping[int, int] = {}
    if not (by_colour or numbers_objects):
        numbers, palette = _numbers(export, pairs, listed)
    reading = _Reading(
        export=export,
        by_colour=by_colour,
        numbers_objects=numbers_objects,
        resize=resize,
        by_number=pairs.by_number,
        numbers=numbers,
        palette=palette,
        listed=listed_classes(export),
        tables=tables,
        only_table=only_table,
    )
    return reading, notes


def _numbers(
    export: Export, pairs: Pairs, tables: list[ClassTable]
) -> tuple[list[int], dict[int, int]]:
    """What masks of which no table says anything show to be numbers, and their usual palette.

    Refusal undecodable_mask if their palettes show that numbers mean nothing.
    """
    if any(table.colours for table in tables):
        return [], {}
    masks = chain.from_iterable(pairs.masks.values())
    unsure = [mask.path for mask in masks if not (mask.whole or mask.label)]
    seen = list(some_masks(export, unsure, LOOKED_AT))
    palette = usual_palette(seen)
    if any(table.labels for table in tables):
        return [], palette
    return shown_numbers(seen), palette


def _tables(
    export: Export, pairs: Pairs, by_colour: bool
) -> tuple[dict[str, ClassTable], list[Drop | IgnoredFile]]:
    """The class table of each folder that has one; and notes of those that are not used."""
    found, broken = find_tables(export, with_colours=by_colour)
    masks = [mask.path for kept in pairs.masks.values() for mask in kept]
    tables, unused = choose_tables(export, found, masks, by_colour=by_colour)
    for folder, table in tables.items():
        tables[folder] = with_exceptions(table, export)
    return tables, [*broken, *unused]


def _region_map(reading: _Reading, mask: ChosenMask, folder_class: str) -> RegionMap:
    listed = reading.listed.get(stem(mask.path))
    if listed:
        mask = replace(mask, label=listed, whole=True)
    table = reading.table_of(mask.path)
    classes = _classes(table)
    label = _own_label(reading, mask.label or folder_class, classes)
    if listed and not reading.by_colour:
        label = listed
    of_one_class = bool(label)
    if of_one_class:
        table = ClassTable({})  # whatever it lists
    else:
        label = _binary_label(reading.export, classes)
    return RegionMap(
        path=mask.path,
        pixels=_pixels(reading, mask),
        labels=table.labels,
        colours=table.colours,
        label=label,
        of_one_class=of_one_class,
        numbers=reading.numbers,
        palette=dict(reading.palette),
        void=sorted(table.void | _unlisted_void(reading, mask, table)),
        background=sorted(table.background),
        instances=_instances(reading, mask),
        objects=_objects(reading, mask),
        resize=reading.resize,
        by_number=reading.by_number,
    )


def _classes(table: ClassTable) -> list[str]:
    """Names of the classes of a table that are objects."""
    no_objects = table.void | table.background
    return [name for value, name in table.labels.items() if value not in no_objects]


def _own_label(reading: _Reading, label: str, classes: list[str]) -> str:
    """The class that a mask's name or folder gives; "" if it gives none.

    If a table lists two classes or more, it must list this one.
    """
    if reading.by_colour or not label:
        return ""
    folded = {each.casefold() for each in classes}
    if len(classes) > 1 and label.casefold() not in folded:
        return ""
    return label


def _binary_label(export: Export, classes: list[str]) -> str:
    """The label of a binary mask whose name gives no class."""
    stated = str(export.options.get("label", ""))
    if stated:
        return stated
    if len(classes) == 1:
        return classes[0]
    return export.name


def _pixels(
    reading: _Reading, mask: ChosenMask
) -> Literal["colour", "objects", "binary", "auto"]:
    if reading.by_colour:
        return "colour"
    if _numbers_objects(reading, mask):
        return "objects"
    if mask.whole:
        return "binary"
    return "auto"


def _numbers_objects(reading: _Reading, mask: ChosenMask) -> bool:
    """Whether the values of a mask number objects, as the option says, or its name."""
    is_of_cells = _OF_CELLS.search(mask.path) is not None
    return reading.numbers_objects or is_of_cells or _is_frame(reading, mask.path)


def _is_frame(reading: _Reading, mask: str) -> bool:
    """Whether a mask is of a frame of a video, which is where DAVIS has it."""
    if not _OF_VIDEO.search(mask):
        return False
    frame = mask.replace("Annotations/", "JPEGImages/").replace(".png", ".jpg")
    return frame in reading.export.files.known


def _unlisted_void(
    reading: _Reading, mask: ChosenMask, table: ClassTable
) -> frozenset[int]:
    """Values that are void if the table does not list them; object 255 is an object."""
    if reading.by_colour or _numbers_objects(reading, mask):
        return frozenset()
    usual = _USUAL_VOID
    if table.labels:
        usual = _USUAL_VOID_BESIDE_CLASSES
    return usual.difference(table.labels)


def _instances(reading: _Reading, mask: ChosenMask) -> str | None:
    if reading.export.objects == "components":
        return None
    return mask.instances


def _objects(reading: _Reading, mask: ChosenMask) -> Literal["instances", "components"]:
    """Whether a value or a colour is one object, or each of its 8-connected regions."""
    if reading.export.objects != "auto":
        return reading.export.objects
    if _numbers_objects(reading, mask) or (mask.whole and not reading.by_colour):
        return "instances"
    return "components"


def _is_stated(export: Export, option: str, word: str) -> bool:
    """Whether an option says the one word that it may say. InputError if it says another."""
    stated = export.options.get(option)
    if stated not in (None, word):
        raise InputError(
            f"export {export.name}: option {option} is {word!r} or left out, not {stated!r}"
        )
    return stated == word
