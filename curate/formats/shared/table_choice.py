"""Which of several class tables in one folder is meant: the one that fits the masks.

Tools write their classes several times: names for people, numbers for training, colours for the
eye. A few masks tell which of these they were painted by.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from curate.drops import IgnoredFile
from curate.exports.export import Export
from curate.formats.shared.class_tables import ClassTable, FoundTable
from curate.formats.shared.mask_numbers import some_masks
from curate.pixels.mask_values import MaskValues

_MASKS_LOOKED_AT = 8


def choose_tables(
    export: Export,
    found: Mapping[str, Sequence[FoundTable]],
    masks: Sequence[str],
    *,
    by_colour: bool,
) -> tuple[dict[str, ClassTable], list[IgnoredFile]]:
    """The class table of each folder, and notes of those that are not used.

    `found`: tables by folder, at least one each. `masks`: all masks of the export. Of tables
    that fit the masks equally well, the first is taken.
    """
    chosen: dict[str, ClassTable] = {}
    notes: list[IgnoredFile] = []
    for folder, tables in found.items():
        best = tables[0]
        they_differ = any(each.table != best.table for each in tables)
        if they_differ:
            seen = list(_seen_masks(export, folder, masks))
            fits = [_fit(each.table, seen, by_colour) for each in tables]
            best = tables[fits.index(max(fits))]
            notes += _notes(export, tables, best)
        chosen[folder] = best.table
    return chosen, notes


def _seen_masks(
    export: Export, folder: str, masks: Sequence[str]
) -> Iterator[MaskValues]:
    """What some masks of a folder, spread over all of them, have in them."""
    inside = folder + "/"
    below = [mask for mask in masks if mask.startswith(inside)]
    # Some tools write the table beside the folder of the masks.
    of_table = below or masks

    return some_masks(export, of_table, _MASKS_LOOKED_AT)


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
