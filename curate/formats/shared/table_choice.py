"""Which class table is meant, and how: the one that fits the masks.

Tools write their classes several times: names for people, numbers for training, colours for the
eye. A few masks tell which of these they were painted by. They also tell whether a list of names
leaves out the background: then its first class is value 1, and nothing but its last has the
number of its classes as a value. And they tell whether whoever painted them took red for blue, as
OpenCV does.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from curate.drops import Drop, IgnoredFile
from curate.exports.export import Export
from curate.formats.shared.class_tables import ClassTable, FoundTable
from curate.formats.shared.mask_numbers import some_masks
from curate.pixels.mask_pictures import red_blue_swapped
from curate.pixels.mask_values import MaskValues
from curate.reasons import Reason, Refusal

_MASKS_LOOKED_AT = 8
_MASKS_OF_LISTS = 32  # the class that tells may be a rare one
_BORDER = 255  # Pascal VOC's, of no class


def choose_tables(
    export: Export,
    found: Mapping[str, Sequence[FoundTable]],
    masks: Sequence[str],
    *,
    by_colour: bool,
) -> tuple[dict[str, ClassTable], list[IgnoredFile | Drop]]:
    """The class table of each folder, and notes of those that are not used.

    `found`: tables by folder, at least one each. `masks`: all masks of the export. Of tables
    that fit the masks equally well, the first is taken.
    """
    chosen: dict[str, ClassTable] = {}
    notes: list[IgnoredFile | Drop] = []
    for folder, tables in found.items():
        if not by_colour and any(map(_may_lack_background, tables)):
            seen = list(_seen_masks(export, folder, masks, _MASKS_OF_LISTS))
            tables = [_from_1_if_seen(each, seen) for each in tables]
        best = tables[0]
        they_differ = any(each.table != best.table for each in tables)
        if they_differ:
            seen = list(_seen_masks(export, folder, masks, _MASKS_LOOKED_AT))
            fits = [_fit(each.table, seen, by_colour) for each in tables]
            best = tables[fits.index(max(fits))]
            notes += _notes(export, tables, best)
        chosen[folder] = best.table
        if _may_be_swapped(best.table):
            seen = list(_seen_masks(export, folder, masks, _MASKS_LOOKED_AT))
            if _is_swapped(best.table, seen):
                chosen[folder] = _with_colours_swapped(best.table)
                notes.append(_note_of_swap(export, best.path))
    return chosen, notes


def _may_lack_background(found: FoundTable) -> bool:
    """Whether a table is a list of two classes or more, none of which is background or void."""
    table = found.table
    if not table.is_list or table.void or table.background:
        return False
    return 1 < len(table.labels) < _BORDER


def _from_1_if_seen(found: FoundTable, masks: Sequence[MaskValues]) -> FoundTable:
    """The table; a list that lacks the background, counted from 1, if masks show that it is."""
    if not _may_lack_background(found):
        return found
    names = found.table.labels.values()
    if _highest_class(masks) != len(names):
        return found
    from_1 = dict(enumerate(names, start=1))
    table = replace(found.table, labels=from_1)
    return replace(found, table=table)


def _highest_class(masks: Sequence[MaskValues]) -> int:
    """The highest value of the masks that is no border, or 0."""
    values = {0}
    for mask in masks:
        values.update(value for value, _ in mask.values)
    values.discard(_BORDER)
    return max(values)


def _may_be_swapped(table: ClassTable) -> bool:
    """Whether a table lists two colours that differ by which of their channels is red."""
    return any(
        red_blue_swapped(colour) in table.colours
        for colour in table.colours
        if red_blue_swapped(colour) != colour
    )


def _is_swapped(table: ClassTable, masks: Sequence[MaskValues]) -> bool:
    """Whether masks hold colours of a table only with red and blue swapped, and none only as it is.

    Colours of which both are listed say nothing.
    """
    listed = set(table.colours)
    swapped = set(map(red_blue_swapped, listed))
    shown = {colour for mask in masks for colour, _ in mask.colours}
    return bool(shown & swapped - listed) and not shown & listed - swapped


def _with_colours_swapped(table: ClassTable) -> ClassTable:
    colours = {
        red_blue_swapped(colour): value for colour, value in table.colours.items()
    }
    return replace(table, colours=colours)


def _note_of_swap(export: Export, path: str) -> Drop:
    """The note that masks hold the colours of a table with red and blue swapped."""
    detail = (
        f"{path}: masks hold its colours with red and blue swapped, and are read so"
    )
    refusal = Refusal(Reason.UNKNOWN_CLASS, detail)
    return export.drop(refusal, annotation_key=path, count=0)


def _seen_masks(
    export: Export, folder: str, masks: Sequence[str], how_many: int
) -> Iterator[MaskValues]:
    """What some masks of a folder, spread over all of them, have in them."""
    inside = folder + "/"
    below = [mask for mask in masks if mask.startswith(inside)]
    # Some tools write the table beside the folder of the masks.
    of_table = below or masks

    return some_masks(export, of_table, how_many)


def _fit(table: ClassTable, masks: Sequence[MaskValues], by_colour: bool) -> float:
    """The share of px that a table lists, on average over the masks."""
    shares = []
    for mask in masks:
        share = _share(table.colours, mask.colours)
        if not by_colour:
            share = max(share, _share(table.labels, mask.values))
        shares.append(share)
    return sum(shares) / max(1, len(shares))


def _share(listed: Mapping[int, object], pixels: Sequence[tuple[int, int]]) -> float:
    """The share of px whose value is listed. `pixels`: values, and how many px have each."""
    known = 0
    total = 0
    for value, count in pixels:
        total += count
        if value in listed:
            known += count
    return known / max(1, total)


def _notes(
    export: Export, tables: Sequence[FoundTable], best: FoundTable
) -> Iterator[IgnoredFile]:
    """That the tables of a folder are not used which say something else than the best one."""
    name = posixpath.basename(best.path)
    why = f"a class table; {name} fits the masks"
    for each in tables:
        if each.table != best.table:
            yield export.ignored(each.path, why)
