"""What the names of files and folders say in exports of pictures and masks.

A name is taken apart into words ("SegmentationClass" into "segmentation" and "class"), and
the words tell images from masks, and class names from words that name no class.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Literal

from curate.exports.paths import fold, is_picture
from curate.exports.paths import stem as stem_of

Role = Literal["image", "mask", "objects", "ignored"]
"""What a picture is: an image, a mask, a map of numbered objects, or a preview of a mask."""


def _words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MASK_WORDS = _words_of(
    "mask masks label labels lbl lbls annot annots annotation annotations annotated "
    "ann anns anno annos gt gts groundtruth truth truths seg segs segmentation "
    "segmentations segmented semantic semantics target targets matte mattes alpha alphas trimap "
    "trimaps parsing parsings silhouette silhouettes stuffthingmaps pixelmaps segmaps labelmaps "
    "bitmask bitmasks colormap colormaps colourmap colourmaps manual manuals observer"
)
_IMAGE_WORDS = _words_of(
    "image images img imgs jpegimages photo photos picture pictures pic pics rgb input "
    "inputs src source sources frame frames raw original originals orig"
)
_OBJECT_WORDS = _words_of("object objects instance instances")
_PREVIEW_WORDS = _words_of(
    "vis viz visual visualization visualizations visualisation overlay overlays preview previews"
)
_EDGE_WORDS = _words_of("edge edges contour contours boundary boundaries")
_GT_OBJECT = _words_of("gt object")  # whole objects in COD10K, beside GT_Edge
_SUPERVISELY_PREVIEW = _words_of("masks human")  # beside masks_machine
_FILLER_WORDS = _words_of(
    "ground class classes png jpeg jpg gray grey color colour colors colours fine coarse "
    "st nd rd "  # 1st_manual
    "ah vk"  # the observers of STARE
)
_OF_CIHP: dict[str, Role] = {
    "Category_ids": "mask",
    "Instance_ids": "objects",
    "Human_ids": "ignored",
}
_AXES: dict[str, Role] = {"x": "image", "y": "mask"}  # as in train_x and train_y
_SPLIT_WORDS = _words_of(
    "train val valid validation test testing training trainval dev all data dataset datasets"
)

# "defaultannot" of CVAT's CamVid is made of the name of any subset.
_GLUED_ANNOT = re.compile(r"(?<=[a-z])annot$")

# A word: capitals ("RGB"), a capitalised or lower-case word, digits, or other letters.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_SPLIT_PREFIX = re.compile(
    r"^(training|train|validation|valid|val|testing|test)(?=[a-z]{2})"
)

_GAP = r"[\s_.-]"
_MASK_AFFIX = (
    r"(?:cp[\s_-]masks?|simple[\s_-]segmentation|object[\s_-](?:identities|predictions)"
    r"|masks?|label+ed|labels?|lbl|l"
    r"|gt|gtfine|gtcoarse|ground[\s_-]?truth|seg|segmentation|segmented"
    r"|annot|ann|anno|annotations?|converted|instance_color_rgb|instance_id_rgb"
    r"|label(?:train)?ids|train[\s_-]?ids?|train[\s_-]?colou?r|matte|alpha|trimap|binary|bin"
    r"|watershed|colou?r(?:s|ed)?|class|classes|semantic|parsing|target|attributes?"
    r"|(?:1st|2nd)?[\s_-]?manual\d?|(?:1st|2nd)ho)"  # observers of DRIVE and CHASE_DB1
)
_MATLAB_START = re.compile(r"^label_\d+_", re.IGNORECASE)  # Label_7_IMAGE.png
_STARE_END = re.compile(r"\.(?:ah|vk)$", re.IGNORECASE)  # im0001.ah.ppm
_A2D2 = re.compile(r"(?<=^\d{14}_)label(?=_\w+_\d{9}$)")  # of TIME_camera_…
_CELL_TRACKING = re.compile(r"^man_seg(?=\d+$)")  # of t000.tif is man_seg000.tif
_SILVER_TRUTH = re.compile(r"^(\d+)_ST$")  # beside 01_GT, of the images in 01
_IMAGES_OF_MASKS = (
    (_MATLAB_START, ""),
    (_STARE_END, ""),
    (_CELL_TRACKING, "t"),
    (_A2D2, "camera"),
)
# 0000 is the first channel of nnU-Net, the only one of a picture in colours.
_IMAGE_AFFIX = (
    r"(?:image|img|im|rgb|sat|leftimg8bit|orig|original|photo|raw|src|input|0000"
    r"|training|test|frame)"
)
_PREVIEW_ENDING = re.compile(
    rf"{_GAP}(?:cp[_-]outlines|flows|{'|'.join(sorted(_PREVIEW_WORDS))})$"
    r"|^man_track\d+$",  # markers of cells, beside their masks
    re.IGNORECASE,
)
_NUMBER_ENDING = re.compile(rf"{_GAP}*\d+$")
_NUMBERED_CLASS = re.compile(rf"(?:class|cls|category){_GAP}*\d+", re.IGNORECASE)
_CLASS_AND_NUMBER = re.compile(rf"(.*?){_GAP}*(\d*)", re.DOTALL)


def folder_role(name: str) -> Role | None:
    """What a folder's name says of the pictures in it, or None if it says nothing.

    >>> folder_role("SegmentationClass")
    'mask'
    """
    if name in _OF_CIHP:
        return _OF_CIHP[name]
    words = set(_words(name))
    if words & _PREVIEW_WORDS or words >= _SUPERVISELY_PREVIEW:
        return "ignored"
    of_masks = words & _MASK_WORDS
    if of_masks and words & _EDGE_WORDS:
        return "ignored"
    if words & _OBJECT_WORDS and (of_masks or len(words) == 1) and words != _GT_OBJECT:
        return "objects"
    if of_masks:
        return "mask"
    if words & _IMAGE_WORDS:
        return "image"
    return _AXES.get(_axis(words))


def topic(folder: str) -> str:
    """What a folder is about: its name without words for pictures and masks.

    It is "" if nothing else is in the name. Folders with one topic belong together.

    >>> topic("train_images"), topic("train_masks"), topic("masks")
    ('train', 'train', '')
    """
    words = _words(folder)
    axis = _axis(words)
    if not (_MASK_WORDS | _IMAGE_WORDS | {axis}).intersection(words):
        return fold(folder)
    known = _MASK_WORDS | _IMAGE_WORDS | _OBJECT_WORDS | _FILLER_WORDS | {axis}
    return " ".join(word for word in words if word not in known)


def is_class_name(folder: str) -> bool:
    """Whether a folder's name may be the name of a class.

    It may if it holds more than numbers and words for pictures, masks and splits.

    >>> is_class_name("train_masks_2"), is_class_name("class_2")
    (False, True)
    """
    if is_numbered_class(folder):
        return True
    words = _words(folder)
    known = _MASK_WORDS | _IMAGE_WORDS | _OBJECT_WORDS | _FILLER_WORDS | _SPLIT_WORDS
    return not _axis(words) and any(
        not word.isdigit() and word not in known for word in words
    )


def is_numbered_class(name: str) -> bool:
    """Whether a name says that it is a class, and tells which by a number: class_2."""
    return _NUMBERED_CLASS.fullmatch(name) is not None


def image_bases(stem: str) -> list[str]:
    """Names under which a mask may refer to the image `stem`, folded.

    These are the stem itself, and the stem without words for pictures.

    >>> image_bases("img_7")
    ['img_7', '7']
    """
    return _bases(stem, _IMAGE_AFFIX)


def mask_bases(stem: str) -> list[str]:
    """Names of the image that the mask `stem` may belong to, folded.

    These are the stem itself, the stem without words for masks, and without the suffix of the
    image's own file.

    >>> mask_bases("7_mask"), mask_bases("7.jpg")
    (['7_mask', '7'], ['7.jpg', '7'])
    """
    bases = _bases(stem, _MASK_AFFIX)
    for marks, image in _IMAGES_OF_MASKS:
        image_stem = marks.sub(image, stem)
        if image_stem != stem:
            bases.append(fold(image_stem))
    bases += [stem_of(base) for base in bases if is_picture(base)]
    return list(dict.fromkeys(bases))


def masked_bases(stem: str) -> set[str]:
    """Names of the image that a stem may belong to, only if a word in it says mask.

    A number may follow that word.

    >>> masked_bases("7_mask_2"), masked_bases("7")
    ({'7'}, set())
    """
    bases = set()
    for each in (stem, _NUMBER_ENDING.sub("", stem)):
        bases.update(mask_bases(each)[1:])
    return bases


def is_preview(stem: str) -> bool:
    """Whether a file's name says that it shows a mask laid over an image, or marks alone."""
    return _PREVIEW_ENDING.search(stem) is not None


def image_and_rest(stem: str) -> list[tuple[str, str]]:
    """All ways to read a mask's stem as IMAGE_REST, the longest image first.

    >>> image_and_rest("7_red_1")
    [('7_red', '1'), ('7', 'red_1')]
    """
    gaps = [gap.span() for gap in re.finditer(rf"{_GAP}+", stem)]
    found = [
        (stem[:start], stem[end:])
        for start, end in gaps
        if start > 0 and end < len(stem)
    ]
    found.reverse()
    return found


def rest_and_image(stem: str) -> list[tuple[str, str]]:
    """All ways to read a mask's stem as REST_IMAGE, the longest image first.

    >>> rest_and_image("red_disc_7")
    [('red', 'disc_7'), ('red_disc', '7')]
    """
    return list(reversed(image_and_rest(stem)))


def class_and_number(rest: str) -> tuple[str, str]:
    """Read what follows an image's name in a mask's as CLASS and NUMBER; either may be "".

    Words for masks are taken off.

    >>> class_and_number("red_disc_12"), class_and_number("mask_2"), class_and_number("class2")
    (('red_disc', '12'), ('', '2'), ('class2', ''))
    """
    if is_numbered_class(rest):
        return rest, ""
    name, number = rest, ""
    match = _CLASS_AND_NUMBER.fullmatch(rest)
    if match:
        name, number = match.groups()
    if not any(each.isalpha() for each in name):
        name = ""  # IMAGE_PEOPLE_NUMBER of MHP
    return min(mask_bases(name), key=len), number


def _bases(stem: str, affix: str) -> list[str]:
    """The stem, without all `affix` at its end, and at its start; folded, each once."""
    end = rf"(?:(?:^|{_GAP}+)(?:{affix}|\({affix}\)))+$"
    # l_eye is the left one
    start = rf"^(?!l_)(?:{affix}{_GAP}+)*{affix}(?:{_GAP}+|(?=\d))"
    without_end = re.sub(end, "", stem, flags=re.IGNORECASE)
    without_start = re.sub(start, "", stem, flags=re.IGNORECASE)
    bases = [fold(base) for base in (stem, without_end, without_start)]
    return list(dict.fromkeys(bases))


def _axis(words: Collection[str]) -> str:
    """The x or y that is all of a folder's name, but for splits; "" if there is more in it."""
    others = {word for word in words if word not in _SPLIT_WORDS}
    if len(others) == 1 and not others.isdisjoint(_AXES):
        return others.pop()
    return ""


def _words(name: str) -> list[str]:
    """The words of a name, in lower case: "trainImages_2" gives train, images, 2."""
    words = []
    name = _SILVER_TRUTH.sub(r"\1_GT", name)
    for found in _WORD.findall(unicodedata.normalize("NFC", name)):
        # "trainannot" is one word for CamVid, and two for us.
        apart = _GLUED_ANNOT.sub(" annot", found.lower())
        words += _SPLIT_PREFIX.sub(r"\1 ", apart).split()
    return words
