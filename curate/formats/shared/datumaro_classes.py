"""Datumaro's lists of classes without colours, and the colours that its masks then have.

Each line of `label_colors.txt` (CamVid, Cityscapes) is `R G B NAME`; without colours the blank
before the name is left. Such a list in KITTI's layout is not meant: there the first class has the
number of the background, 0.
"""

import posixpath
from collections.abc import Iterable

from curate.formats.shared.class_data import ClassRow

_LIST = "label_colors.txt"
_BACKGROUND = "background"
_KITTI_IMAGES = "image_2"


def lists_no_colours(path: str, text: str, paths: Iterable[str]) -> bool:
    """Whether a text file is such a list, by its name and by the blank in each line.

    `paths`: of all files of its export.
    """
    if posixpath.basename(path).lower() != _LIST:
        return False
    lines = _lines(text)
    if not lines or not all(line.startswith(" ") for line in lines):
        return False
    return not any(_KITTI_IMAGES in each.split("/") for each in paths)


def rows_without_colours(text: str) -> list[ClassRow]:
    """The classes of such a list, each in the colour that Datumaro gives it.

    Background comes first, whether it is listed or not. Source: Datumaro,
    make_camvid_categories and make_cityscapes_categories.
    """
    rows = [ClassRow(_BACKGROUND, 0, voc_colour(0))]
    for line in _lines(text):
        name = line.strip()
        if name != _BACKGROUND:
            number = len(rows)
            rows.append(ClassRow(name, number, voc_colour(number)))
    return rows


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def voc_colour(number: int) -> int:
    """The colour of a class in Pascal VOC, 0xRRGGBB. Source: VOCdevkit, VOClabelcolormap.

    Bits 0, 3, 6 … of the number are the highest bits of red, from the top; 1, 4, 7 … those of
    green, and 2, 5, 8 … those of blue.

    >>> [f"{voc_colour(number):06x}" for number in range(5)]
    ['000000', '800000', '008000', '808000', '000080']
    """
    red, green, blue = 0, 0, 0
    left = number
    for place in range(7, -1, -1):
        red |= (left & 1) << place
        green |= (left >> 1 & 1) << place
        blue |= (left >> 2 & 1) << place
        left >>= 3
    return (red << 16) | (green << 8) | blue
