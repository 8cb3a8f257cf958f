"""Masks as pictures whose colours are classes.

Layouts
    Images and masks are paired by the names of their files and folders, as in format labelmap:
        images/1.jpg                labels/1.png or labels/1_color.png                      sister folders
        Tile 1/images/1.jpg         Tile 1/masks/1.png                                      names repeat by folder
        1.jpg                       1_L.png, 1_mask.png                                     side by side

Classes
    A class table with colours is a text, CSV or JSON file whose name speaks of classes, labels or colours
    (label_colors.txt, class_dict.csv, classes.json, CVAT's labelmap.txt, …); the nearest one above the mask counts, or
    option `classes`. Its forms are those that format labelmap tells, with a colour for each class. Only colours
    count: a palette's order may differ by file.
    Without a table each colour is its own label, "#RRGGBB", as long as a mask has at most 256 of them.

Colours
    Exact first; else the nearest listed colour within 32 in each channel, flagged `jpeg_mask` in a mask with lossy
    compression, `blended` in others. What is further is `unknown_class`: one annotation for each region. Slivers of
    blended colours along the edge between two regions are no regions: they go in one row of count 0.
    Transparent px of no listed colour are void.

Objects
    8-connected regions of a class (`objects: instances` keeps each class of a mask whole). Classes named background
    are no objects and count as labelled; void, ignore, unlabelled are void. An image without a mask has no annotation.

Options
    images, masks: names or paths of the folders that hold them, where the rules find others
    classes: a class table: {name: "#RRGGBB" or [r, g, b]}, or a file of the export
    void, background: names or "#RRGGBB" colours of the table that are no objects
    mask_size: scale   masks of another size, but their image's proportions, are scaled (nearest px), not refused

What is dropped: `missing_image` (a mask without an image), `missing_mask` (an image that a list names, without a mask),
`ambiguous_image`, `duplicate_annotation` (a second mask of one image), `path_escape` (a mask that is a link),
`undecodable_mask`, `mask_size_mismatch`, `unknown_class` (each region), `over_limit` (more than 100,000 regions, or a
photograph where a mask is due), `malformed_file` (a class table that cannot be read).
"""

from collections.abc import Iterator

from curate.exports.export import Export
from curate.formats.shared import maps as _maps
from curate.records import Drop, ImageRecord

OPTIONS: tuple[str, ...] = _maps.OPTIONS


def read(export: Export) -> Iterator[ImageRecord | Drop]:
    """One record for each image with a mask, and drops. InputError where there is no pair of image and mask."""
    return _maps.read_maps(export, by_colour=True)
