"""Masks as pictures whose grey values or palette indexes are classes, or whose white is the object.

Layouts
    Images and masks are paired by the names of their files and folders, for example
        JPEGImages/1.jpg            SegmentationClass/1.png  [SegmentationObject/1.png]     Pascal VOC, CVAT, labelme
        train/1.png                 trainannot/1.png                                        CamVid
        images/train/1.jpg          masks/train/1_mask.png                                  sister folders
        DUTS-TR-Image/1.jpg         DUTS-TR-Mask/1.png
        1.jpg                       1.png, 1_mask.png or 1_L.png                            side by side
        MT_Crack/Imgs/1.jpg         MT_Crack/Imgs/1.png                                     class by folder
        images/1.jpg                masks/road/1.png, masks/car/1.png                       class by folder
        images/1.jpg                annotations/1_square_0.png, 1_square_1.png              one PNG per instance
        ID/images/ID.png            ID/masks/*.png                                          one PNG per instance
    The innermost folder that says anything tells images from masks; else the name does. A mask belongs to the image of
    its name, words such as mask, label, L, gt taken off; of several, to the one whose folders agree best; failing that,
    to the image whose name it begins with (IMAGE_CLASS_NUMBER) or that its folder is about (ID/…).
    Lists of files (ImageSets/Segmentation/*.txt, train.txt) are read only to see which masks are missing.

Classes
    A class table is a text, CSV or JSON file whose name speaks of classes, labels, categories or colours
    (class_names.txt, labelmap.txt, _classes.csv, …); the nearest one above the mask counts, or option `classes`.
    Lines: a name, its value being the number of the line from 0 (from -1 where the first is __ignore__); or a name with
    a value, R G B or #RRGGBB, or both, before or after it; or columns under a header; or CVAT's
    label:color_rgb:parts:actions. JSON: a list of names or of objects (name, id, color), or {name: value or colour}.
    With a table of two classes or more, each value is a class; where the table has colours and the
    picture uses them, the colours are. A value that is not listed is `unknown_class`, but 0 and 255 are then void.
    With one class or none, a mask whose values lie at both ends (0 and 1, 0 and 255, soft edges between) is binary:
    > 127, or what is opaque, is an object. Its label is the class that its name or folder gives, or option `label`,
    or the table's one class, or the export's name.
    Without a table any other value is its own label ("7"), but 255 is void.

Objects
    A file of one instance is one object; with SegmentationObject each of its numbers is one. Else each
    8-connected region of a class is one (`objects: instances` keeps each class of a mask whole).
    With option `values: objects` each value or colour but 0 is one object (Penn-Fudan, label images of cells).
    Classes named background are no objects and count as labelled; void, ignore, unlabelled are void.
    An image without a mask has no annotation; a black mask says that nothing is there.

Options
    images, masks: names or paths of the folders that hold them, where the rules find others
    classes: a class table: [names], {name: value or "#RRGGBB"}, or a file of the export
    label: class of binary masks; goes before the table's and the export's name
    values: objects    the values number objects of one class (option `label`), they are no classes
    void, background: values, names or "#RRGGBB" colours of the table that are no objects
    mask_size: scale   masks of another size, but their image's proportions, are scaled (nearest px), not refused

What is dropped: `missing_image` (a mask without an image), `missing_mask` (an image that a list names, without a mask),
`ambiguous_image`, `duplicate_annotation` (a second mask of one image), `path_escape` (a mask that is a link),
`undecodable_mask`, `mask_size_mismatch`, `unknown_class` (each region), `empty_mask` (a black file of one instance),
`over_limit` (more than 100,000 regions), `malformed_file` (a class table that cannot be read).
"""

from collections.abc import Iterator

from curate.errors import InputError
from curate.exports.export import Export
from curate.formats.shared import maps as _maps
from curate.records import Drop, ImageRecord

OPTIONS: tuple[str, ...] = (*_maps.OPTIONS, "label", "values")


def read(export: Export) -> Iterator[ImageRecord | Drop]:
    """One record for each image with a mask, and drops. InputError where there is no pair of image and mask."""
    label = export.options.get("label", "")
    if not isinstance(label, str):
        raise InputError(
            f"export {export.name}: option label is the name of a class, not {label!r}"
        )
    return _maps.read_maps(export, by_colour=False)
