"""Which of its masks an image keeps, if there are several.

- Masks that differ by a folder (`masks/road/1.png`, `masks/car/1.png`) are each of that
  folder's class, also if it is but a number (`masks/1/1.png`, `masks/2/1.png`).
- Of a mask and its colour rendering (`1_label.png`, `1_color.png`) the format takes its own
  kind, and leaves the other alone.
- Beside a mask of the image's name (`1_mask.png`), IMAGE_NUMBER (`1_mask_2.png`) is a
  further one.
- Otherwise the one with the image's own name is kept, or the first, and the others are
  `duplicate_annotation`.
- Without a mask of the image's name, each mask named IMAGE_CLASS_NUMBER is one.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from curate.exports.file_names import class_and_number, is_class_name
from curate.exports.paths import ancestors
from curate.formats.shared.mask_matches import Match

_DIGITS = re.compile(r"\d+")
_OF_OBSERVERS = re.compile(r"manual|observer", re.IGNORECASE)


@dataclass(frozen=True)
class ChosenMask:
    """A mask that an image keeps, see `Choice`."""

    path: str
    label: str = ""
    """The class that its name or its folder gives, or ""."""
    whole: bool = False
    """Whether it holds one object."""
    instances: str | None = None
    """Path of the map that numbers its objects."""


@dataclass(frozen=True)
class Choice:
    """What an image keeps of the masks that have its name."""

    kept: list[ChosenMask]
    strangers: list[Match]
    """Masks of other folders: each belongs to an image that is not there."""
    doubles: list[tuple[Match, str]]
    """Further masks of the same pixels, each with the mask that is kept."""


def choose_masks(
    found: list[Match], suffixes: set[str], *, prefer_colours: bool
) -> Choice:
    """Choose among the masks of one image.

    `suffixes`: words after the image's name that are no class, see `plain_suffixes`.
    """
    own = [each for each in found if _has_own_name(each, suffixes)]
    others = [each for each in found if not _has_own_name(each, suffixes)]
    if not own:
        by_class = [_by_class(each) for each in _sorted(others)]
        return Choice(kept=by_class, strangers=[], doubles=[])

    # Of train/masks/1.png and val/masks/1.png, only one is the mask of train/images/1.jpg.
    best = max(each.agreement.of_folders for each in own)
    near = [each for each in own if each.agreement.of_folders == best]
    strangers = [each for each in own if each.agreement.of_folders < best]

    # 1_mask_2.png is a further mask of the image; 1_instanceIds.png is a rival of the first.
    further = [each for each in others if each.rest and not _class_of(each)]
    rivals = [each for each in others if each not in further]
    by_folder: dict[str, str] = {}
    doubles = []
    classes = _classes_by_folder(near)
    for each in [*_of_own_kind(near, prefer_colours), *rivals]:
        folder = classes.get(each.mask, "")
        first = by_folder.setdefault(folder, each.mask)
        if first != each.mask:
            doubles.append((each, first))

    kept = _with_labels(by_folder)
    kept += [ChosenMask(each.mask) for each in _sorted(further)]
    return Choice(kept, strangers, doubles)


def plain_suffixes(matches: Iterable[list[Match]]) -> set[str]:
    """The word that follows the image's name in every mask, if it is always the same.

    Such a word (`1_converted.png`, `2_converted.png`) is no class.
    """
    readings = set()
    for found in matches:
        for each in found:
            if each.rest:
                readings.add(class_and_number(each.rest))
    if len(readings) != 1:
        return set()
    word, number = readings.pop()
    if number:
        return set()
    return {word}


def class_folder(path: str) -> str:
    """The innermost folder whose name may be the name of a class, or ""."""
    for folder in ancestors(path):
        name = posixpath.basename(folder)
        if is_class_name(name):
            return name
    return ""


def _classes_by_folder(near: list[Match]) -> dict[str, str]:
    """The class of each mask by its folder; "" if its folder names none.

    Where folders of one folder have masks of one name and differ by a number (`masks/1/a.png`,
    `masks/2/a.png`), that tells classes apart. Of several observers it does not.
    """
    masks = [each.mask for each in near]
    classes = {mask: class_folder(mask) for mask in masks}
    if any(classes.values()):
        return classes

    # All masks have one path if numbers are taken out of the name of the folder.
    numbered = {}
    paths = set()
    for mask in masks:
        place, name = posixpath.split(mask)
        above, folder = posixpath.split(place)
        numbered[mask] = folder
        paths.add((above, _DIGITS.sub("", folder), name))
    are_told_apart = len(set(numbered.values())) == len(masks) > 1
    if not are_told_apart or len(paths) > 1 or _OF_OBSERVERS.search(masks[0]):
        return classes
    return numbered


def _has_own_name(match: Match, suffixes: set[str]) -> bool:
    """Whether a mask has the name of its image, and nothing behind it that means something."""
    return match.rest is None or _class_of(match) in suffixes


def _of_own_kind(near: list[Match], prefer_colours: bool) -> list[Match]:
    """The colour renderings or the others, as the format wants; the image's own name first."""
    own_kind = [each for each in near if _is_coloured(each.mask) == prefer_colours]
    return sorted(own_kind or near, key=lambda each: (each.rest is not None, each.mask))


def _with_labels(by_folder: dict[str, str]) -> list[ChosenMask]:
    """Masks by their folders; a single one is of no class in particular."""
    if len(by_folder) == 1:
        return [ChosenMask(mask) for mask in by_folder.values()]
    return [ChosenMask(mask, folder) for folder, mask in sorted(by_folder.items())]


def _by_class(match: Match) -> ChosenMask:
    """A mask named IMAGE_CLASS_NUMBER, IMAGE_CLASS or IMAGE_NUMBER."""
    name, number = class_and_number(match.rest or "")
    return ChosenMask(match.mask, name, whole=bool(number) or not name)


def _class_of(match: Match) -> str:
    name, _ = class_and_number(match.rest or "")
    return name


def _sorted(matches: list[Match]) -> list[Match]:
    return sorted(matches, key=lambda each: each.mask)


def _is_coloured(path: str) -> bool:
    """Whether a mask's path says that it is painted: `1_color.png`, `semantic_rgb/1.png`."""
    return re.search(r"colou?r|_rgb\b", path, re.IGNORECASE) is not None
