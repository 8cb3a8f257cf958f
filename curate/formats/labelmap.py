"""Masks as pictures whose values are classes, or whose white is the object.

Tools: VOC, CVAT, labelme2voc, Roboflow, MVTec, cellpose, StarDist, Supervisely (masks), MATLAB
Versions: any
Masks: values in pictures; black and white pictures
Gives: regions; instances from SegmentationObject, `values: objects`, or a file for each

Documents and images: images and masks are paired by the names of their files and folders. For
example:

    JPEGImages/1.jpg       SegmentationClass/1.png            Pascal VOC, CVAT, labelme;
                           [SegmentationObject/1.png]         optionally with objects
    train/1.png            trainannot/1.png                   CamVid
    images/train/1.jpg     masks/train/1_mask.png             sister folders
    DUTS-TR-Image/1.jpg    DUTS-TR-Mask/1.png
    train_x/1.png          train_y/1.png
    images/21_training.tif 1st_manual/21_manual1.gif          DRIVE, CHASE_DB1, HRF
    1.jpg                  1.png, 1_mask.png or 1_L.png       side by side
    MT_Crack/Imgs/1.jpg    MT_Crack/Imgs/1.png                class by folder
    images/1.jpg           masks/road/1.png, masks/car/1.png  class by folder (1 and 2, too)
    images/1.jpg           annotations/1_square_0.png,        one file for each object
                           annotations/1_square_1.png
    1.jpg                  1_road.png, 1_car.png              one file for each class, also in
                           or road_1.png, car_1.png           a folder of masks
    ID/images/ID.png       ID/masks/*.png                     one file for each object
    ID/scan.png            ID/liver_mask.png, ID/gall_mask.png  one file for each class
    images/1.jpg           masks/1_5f3a9c1e.png               one file for each object (V7)
    01/t000.tif            01_GT/SEG/man_seg000.tif           Cell Tracking Challenge
    JPEGImages/V/00000.jpg Annotations/V/00000.png            DAVIS, YouTube-VOS
    Images/1.jpg           Category_ids/1.png,                CIHP
                           [Instance_ids/1.png]
    images/P1.png          P1_instance_color_RGB.png          iSAID (colormap)
                           [P1_instance_id_RGB.png]

The innermost folder whose name says anything tells images from masks; else the file's name does. A
mask belongs to the image of its name, words such as mask, label, L and gt taken off; of several
such images, to the one whose folders agree best. If no name fits, it belongs to the image whose
name it begins with (IMAGE_CLASS_NUMBER), or that its folder is about (ID/…). Where no mask has an
image's name, all may be called CLASS_IMAGE; or all of both have one another's number with other
zeros before it (`img_1`, `mask_0001`), and numbers pair them (flag `image_by_name`). Lists of files
(`ImageSets/Segmentation/*.txt`, `train.txt`) only tell which masks are missing. Beside `1st_manual`
or `manual1` the folder `mask` shows only the field of view, and is left alone; of several observers
the first counts. So are folders of edges (`GT_Edge`) and of previews (`overlays`).

Classes: a class table is a text, CSV, JSON or YAML file whose name speaks of classes, labels,
categories or colours (`class_names.txt`, `labelmap.txt`, `_classes.csv`, …), nnU-Net's
`dataset.json`, Datumaro's `dataset_meta.json` or Mapillary's `config_v2.0.json`; a data.yaml
numbers the classes of YOLO, not those of masks. The nearest one above the mask counts, or option
`classes`; of several in one folder, the one that lists most of what a few masks hold, and a note
names the others.
It has one of these forms:

- Lines with a name. Its value is the number of the line, from 0; from -1 if the first line
  is `__ignore__`; from 1 if no line is background or void, and masks hold the value after the
  last one.
- Lines with a name and a value, R G B or `#RRGGBB`, or both, before the name or after it.
- Columns under a header.
- CVAT's `label:color_rgb:parts:actions`. Datumaro may leave out all colours, here and in
  `label_colors.txt`: they are Pascal VOC's.
- TensorFlow's `item { id: 1 name: 'car' }`.
- JSON or YAML: a list of names or of objects (name, id, color), or `{name: value or colour}`,
  also under `classes`, `labels`, `categories` or `names`.

Colours may also be written as `#RGB`, `RRGGBB`, `0xRRGGBB`, `rgb(R, G, B)`, `[R, G, B]`,
`{"r": R, "g": G, "b": B}`, or as three shares of 1.

With a table of two classes or more, each value is a class. If the table has colours and the
mask uses them, the colours are. A value that is not listed is `unknown_class`; but 0 and 255
are void if they are not listed.

With one class or none, a mask whose values are at both ends (0 and 1, or 0 and 255 with soft edges
between) is binary: what is above 127, or opaque, is an object, unless the table lists the higher
value as background. Its label is the class that its name or folder gives, or option `label`, or the
table's one class, or the export's name. Low numbers beside 255 with nothing between (11, 13 and
255) are classes and void. Without a table any other value is its own label (`7`), but 255 is void.
Where a few masks that are looked at show class numbers beyond 1, a mask of 0 and 1 alone is not
binary, either, and one of 0 and 255 is not where 255 is void beside such numbers. A trimap of
black, grey and white without a table, and a file of several masks (TIFF pages, GIF), are
`undecodable_mask`; so are all masks if their palettes have the same colours in various orders and
no table lists colours, or a single one whose palette is in another order: the format colormap reads
these. Numbers that were blended where regions meet (a mask scaled by averages) are no regions
there; they are one row of count 0, and what they belong to is flagged `blended`.

Objects: a file for one object is one object; a table of masks (V7's
`instance_mask_annotations.csv`, Open Images) gives its class. With SegmentationObject each of its
numbers is one. Else each 8-connected region of a class is one; with `objects: instances` all px of
a class in a mask are one. With option `values: objects` each value or colour but 0 is one object
(Penn-Fudan, label images of cells); so it is in the frames of DAVIS and YouTube-VOS
(`Annotations/VIDEO/00000.png`, each video a group), in `1_cp_masks.png` of cellpose, in
`1_Object Identities.png` of ilastik and in `man_seg000.tif` of the Cell Tracking Challenge. Arrays
of NumPy's (`.npy`, or the one of a `.npz`) are masks where no picture is one; those that hold
Python objects (a pickle, as cellpose's `_seg.npy`) are never opened. Whole numbers may be 32-bit
floats (Fiji). Classes named background are no objects and count as labelled; void, ignore and
unlabelled are void. An image without a mask has no annotation; a black mask says that nothing is
there.

Keys: `MASK#LABEL@X,Y`, with the topmost px of the region; `MASK#LABEL` for all px
of a class, or the number of the object.

Options:

- `images`, `masks`: names or paths of the folders that hold them, if the rules find others.
- `classes`: a class table, `[names]` or `{name: value or "#RRGGBB"}`, or a file of the
  export.
- `label`: the class of binary masks, in place of the table's and of the export's name.
- `values: objects`: values number objects of one class (option `label`), they are no
  classes.
- `void`, `background`: values, names or `#RRGGBB` colours of the table that are no objects.
- `mask_size: scale`: a mask of another size, but of its image's proportions, is scaled
  (nearest px) in place of being refused.

What is dropped: `missing_image` (a mask without an image), `missing_mask` (an image that a
list names, without a mask), `ambiguous_image`, `duplicate_annotation` (a second mask of one
image), `path_escape` (a mask that is a link out of the export), `undecodable_mask`,
`mask_size_mismatch`, `unknown_class` (each region), `empty_mask` (a black file for one
object), `over_limit` (more than 100,000 regions) and `malformed_file` (a class table that
cannot be read).
"""

from collections.abc import Iterator

from curate.errors import InputError
from curate.exports.export import Export
from curate.formats.shared import maps
from curate.records import ReadItem

OPTIONS = (*maps.OPTIONS, "label", "values")


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image that has a mask."""
    label = export.options.get("label", "")
    if not isinstance(label, str):
        raise InputError(
            f"export {export.name}: option label is the name of a class, not {label!r}"
        )
    return maps.read_maps(export, by_colour=False)
