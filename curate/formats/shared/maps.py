"""What labelmap and colormap share: image records from pairs of pictures, a class table, and options."""

import posixpath
import re
from collections.abc import Iterator

from curate.errors import InputError
from curate.exports import file_names as names
from curate.exports.export import Export
from curate.formats.shared.pairs import MaskFile, Pairs, folder_classes, pair_masks
from curate.formats.shared.tables import (
    ClassTable,
    find_tables,
    nearest_table,
    stated_table,
    with_exceptions,
)
from curate.reasons import Reason, Refusal
from curate.records import Drop, ImageRecord, RegionMap

OPTIONS = ("images", "masks", "classes", "void", "background", "mask_size")

_MAX_LIST_BYTES = 64_000_000
_PAIR = re.compile(r"(\S.*?\.\w{3,4})[\s,;]+(\S.*?\.\w{3,4})")


def read_maps(export: Export, *, by_colour: bool) -> Iterator[ImageRecord | Drop]:
    """One record for each image with a mask. InputError where there is none, or an option is wrong."""
    resize, _ = _is_stated(export, "mask_size", "scale"), _is_stated(export, "values", "objects")
    stated = stated_table(export)
    tables, broken = ({}, []) if stated else find_tables(export, with_colours=by_colour)
    pairs = pair_masks(export, prefer_colours=by_colour)
    by_folder = folder_classes(pairs.masks)
    unlisted = with_exceptions(stated or ClassTable({}), export) if stated or not tables else None
    tables = {folder: with_exceptions(table, export) for folder, table in tables.items()}
    yield from (*broken, *pairs.lost)
    yield from _missing_masks(export, pairs)
    for image, masks in pairs.masks.items():
        maps = []
        for mask in masks:
            table = unlisted or nearest_table(tables, mask.path) or ClassTable({})
            maps.append(
                _region_map(export, mask, by_folder.get(mask.path, ""), table, by_colour, resize)
            )
        if maps:
            yield ImageRecord(name=image, document="", maps=maps)


def _region_map(
    export: Export, mask: MaskFile, folder: str, table: ClassTable, by_colour: bool, resize: bool
) -> RegionMap:
    classes = [
        each for value, each in table.labels.items() if value not in table.void | table.background
    ]
    label = mask.label or folder
    known = len(classes) < 2 or label.casefold() in {each.casefold() for each in classes}
    if by_colour or not (label and known):
        label = ""
    if label:  # the file is about one class, whatever else the table lists
        table = ClassTable({})
    whole = mask.whole and not by_colour
    numbers = export.options.get("values") == "objects"
    unlisted = (
        frozenset() if by_colour or numbers else frozenset({0, 255} if table.labels else {255})
    )
    kept_whole = export.objects == "instances" or ((whole or numbers) and export.objects == "auto")
    return RegionMap(
        path=mask.path,
        pixels="colour" if by_colour else "objects" if numbers else "binary" if whole else "auto",
        labels=table.labels,
        colours=table.colours,
        label=label
        or str(export.options.get("label", ""))
        or (classes[0] if len(classes) == 1 else export.name),
        void=sorted(table.void | unlisted.difference(table.labels)),
        background=sorted(table.background),
        instances=None if export.objects == "components" else mask.instances,
        objects="instances" if kept_whole else "components",
        resize=resize,
    )


def _is_stated(export: Export, option: str, word: str) -> bool:
    """Whether an option says the one word that it may say. InputError where it says another."""
    stated = export.options.get(option)
    if stated not in (None, word):
        raise InputError(
            f"export {export.name}: option {option} is {word!r} or left out, not {stated!r}"
        )
    return stated == word


def _missing_masks(export: Export, pairs: Pairs) -> Iterator[Drop]:
    """Images that a list of the export says are annotated, and that have no mask."""
    reported = {names.stem(drop.annotation_key) for drop in pairs.lost}
    bare = sorted(image for image, masks in pairs.masks.items() if not masks)
    listed = _listed(export) if bare else set()
    for image in bare:
        stem = names.stem(image)
        if stem not in reported and listed & {stem, posixpath.basename(image)}:
            detail = f"{image}: a list of the export names it, but its mask is not there"
            yield export.drop(Reason.MISSING_MASK, detail, image=image, count=None)


def _listed(export: Export) -> set[str]:
    """Names that lists give masks to: lines of ImageSets/Segmentation/*.txt, and of lists IMAGE MASK."""
    listed: set[str] = set()
    for path in export.files.paths:
        if not path.lower().endswith((".txt", ".lst", ".csv")):
            continue
        try:
            if (export.files.root / path).stat().st_size > _MAX_LIST_BYTES:
                continue
            lines = [line.strip() for line in export.read_text(path).split("\n")]
        except (Refusal, OSError):
            continue
        if "imagesets/segmentation" in path.lower():
            listed.update(posixpath.basename(line) for line in lines if line)
        else:
            pairs = (_PAIR.fullmatch(line) for line in lines if len(line) < 2_000)
            listed.update(posixpath.basename(pair[1]) for pair in pairs if pair)
    return listed
