"""Masks as pictures whose colours are classes.

Tools: CVAT and Datumaro (Segmentation mask, CamVid, VOC), Labelbox, RCAR, CamVid, any that paints
    classes
Versions: any
Masks: colours in pictures (PNG, JPEG, BMP, TIFF, WebP)
Gives: regions; `objects: instances` for one object per class

Documents and images: images and masks are paired by the names of their files and folders, as in
format labelmap. For example:

    images/1.jpg          labels/1.png, labels/1_color.png   sister folders
    Tile 1/images/1.jpg   Tile 1/masks/1.png                 names repeat by folder
    1.jpg                 1_L.png, 1_mask.png                side by side

Classes: a class table with colours is a text, CSV, JSON or YAML file whose name speaks of
classes, labels or colours (`label_colors.txt`, `class_dict.csv`, `classes.json`, CVAT's
`labelmap.txt`, …). The nearest one above the mask counts, or option `classes`; of several in one
folder, the one that lists most of what a few masks hold. Its forms are those of format labelmap,
with a colour for each class. Only colours count: a palette's order
may differ from file to file. Without a table each colour is its own label, `#RRGGBB`, as
long as a mask has at most 256 of them.

Colours: a colour is looked for in the table as it is, else the nearest listed colour
within 32 in each channel is taken. Its objects are then flagged `jpeg_mask` if the mask's
compression is lossy, else `blended`. What is further from any colour, and black that is
not listed (unless the mask is lossy), is `unknown_class`, one annotation for each region.
Slivers of blended colours along the edge between two regions are no regions; they are one
row of count 0. Transparent px of no listed colour are void. If masks show colours of the table
with red and blue swapped alone (OpenCV's order), all of it is read so, and a note says it.

Objects: each 8-connected region of a class is one; with `objects: instances` all px of a
class in a mask are one. Classes named background are no objects and count as labelled; void,
ignore and unlabelled are void. An image without a mask has no annotation.

Keys: `MASK#LABEL@X,Y`, with the topmost px of the region; `MASK#LABEL` for all px
of a class.

Options:

- `images`, `masks`: names or paths of the folders that hold them, if the rules find others.
- `classes`: a class table, `{name: "#RRGGBB" or [r, g, b]}`, or a file of the export.
- `void`, `background`: names or `#RRGGBB` colours of the table that are no objects.
- `mask_size: scale`: a mask of another size, but of its image's proportions, is scaled
  (nearest px) in place of being refused.

What is dropped: `missing_image` (a mask without an image), `missing_mask` (an image that a
list names, without a mask), `ambiguous_image`, `duplicate_annotation` (a second mask of one
image), `path_escape` (a mask that is a link out of the export), `undecodable_mask`,
`mask_size_mismatch`, `unknown_class` (each region), `over_limit` (more than 100,000 regions,
or a photograph in place of a mask) and `malformed_file` (a class table that cannot be read).
"""

from collections.abc import Iterator

from curate.exports.export import Export
from curate.formats.shared import maps
from curate.records import ReadItem

OPTIONS = maps.OPTIONS


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image that has a mask."""
    return maps.read_maps(export, by_colour=True)
