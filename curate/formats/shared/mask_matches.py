"""Which image a mask belongs to, by the names of both and of their folders.

A mask belongs to the image whose name it has, words such as `_mask`, `_label`, `_L` or `_gt`
taken off; of several such images, to the one whose folders agree best. A mask named
IMAGE_CLASS_NUMBER, IMAGE_CLASS or IMAGE_NUMBER belongs to that image. So does each mask of a
folder that belongs to a single image (`ID/images/ID.png`, `ID/masks/*.png`), if none of them
has an image's name; a word that such masks of several images share (`ID/liver_mask.png`) is a
class.

Where not one mask has an image's name, all of them may be named CLASS_IMAGE. Or their numbers may
differ by zeros before them (`img_1`, `mask_0001`). Then numbers pair them, if all masks and all
images find one another so.
"""

import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from curate.exports.file_names import (
    class_and_number,
    image_and_rest,
    image_bases,
    mask_bases,
    rest_and_image,
    topic,
)
from curate.exports.paths import ancestors, fold, stem

_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_MANY = 1000  # images of one name: more than this are not compared one by one

_Topics = tuple[str, ...]
_Key = tuple[_Topics | str | None, str | None]
"""Where (topics, or a folder, or anywhere), and a base name (or any)."""
_Index = defaultdict[_Key, list[str]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the folders and names of an image and a mask agree."""

    shared: int
    """Topics of folders that both have."""
    apart: int
    """Topics of folders that only one of them has."""
    same_stem: bool

    @property
    def of_folders(self) -> tuple[int, int]:
        """What the folders say; the greater, the better."""
        return self.shared, -self.apart

    @property
    def score(self) -> tuple[int, int, int]:
        """What folders and names say; the greater, the better."""
        return self.shared, -self.apart, int(self.same_stem)


@dataclass(frozen=True, slots=True)
class Match:
    """A mask and an image that it may belong to."""

    image: str
    mask: str
    agreement: Agreement
    rest: str | None = None
    """What follows the image's name in the mask's; "" if only the folder tells; None if the
    mask has the name of the image."""
    by_number: bool = False
    """Whether the names agree but for the zeros before their numbers."""


def match_masks(masks: list[str], images: Sequence[str]) -> dict[str, list[Match]]:
    """For each mask the images that fit it best: one, several that agree equally well, or none."""
    index = _index(images, fold)
    matches = {mask: _by_name(mask, index, fold) for mask in masks}
    if masks and not any(matches.values()):
        matches = _by_ending(masks, index) or _by_number(masks, images) or matches
    # A folder in which some masks have an image's name is not one image's own folder.
    folders_with_names = {
        posixpath.dirname(mask) for mask, found in matches.items() if found
    }
    by_folder = []
    for mask, found in matches.items():
        if found or posixpath.dirname(mask) in folders_with_names:
            continue
        alone = index.get((_topics(mask), None), [])
        if len(alone) == 1:
            agreement = _agreement(alone[0], mask)
            by_folder.append(Match(alone[0], mask, agreement, rest=""))
    for match in _with_classes(by_folder):
        matches[match.mask] = [match]
    return matches


def _with_classes(found: Sequence[Match]) -> Iterator[Match]:
    """Matches by folders; a word in the names of several images' masks is their class."""
    words = {each.mask: class_and_number(stem(each.mask))[0] for each in found}
    images_of: defaultdict[str, set[str]] = defaultdict(set)
    for each in found:
        images_of[words[each.mask]].add(each.image)

    for each in found:
        word = words[each.mask]
        if word and len(images_of[word]) > 1:
            each = replace(each, rest=stem(each.mask))
        yield each


def _by_ending(masks: list[str], index: _Index) -> dict[str, list[Match]]:
    """The image of each mask named CLASS_IMAGE; nothing unless all masks are."""
    matches = {}
    for mask in masks:
        found = _of_ending(mask, index)
        if len(found) != 1:
            return {}
        matches[mask] = found
    return matches


def _of_ending(mask: str, index: _Index) -> list[Match]:
    """The images with whose name a mask's ends: those whose folders agree best."""
    topics = _topics(mask)
    for rest, ending in rest_and_image(stem(mask)):
        for base in mask_bases(ending):
            images = _first_hit(index, [(topics, base), (None, base)])
            if base and images:
                return _best(mask, images, rest)
    return []


def _by_number(masks: list[str], images: Sequence[str]) -> dict[str, list[Match]]:
    """The image of each mask by its number; nothing unless each image has one, too."""
    index = _index(images, _without_zeros)
    matches = {}
    for mask in masks:
        found = _by_name(mask, index, _without_zeros)
        if len(found) != 1:
            return {}
        matches[mask] = [replace(found[0], by_number=True)]

    annotated = {found.image for [found] in matches.values()}
    if annotated != set(images):
        return {}
    return matches


def _without_zeros(name: str) -> str:
    """A name, folded, without the zeros before numbers.

    >>> _without_zeros("Frame_0070")
    'frame_70'
    """
    return _ZEROS.sub("", fold(name))


def _index(images: Iterable[str], fold_name: Callable[[str], str]) -> _Index:
    """Images by their topics; and by each base name together with topics, folder, or neither."""
    index: _Index = defaultdict(list)
    for image in images:
        topics = _topics(image)
        folder = posixpath.dirname(image)
        index[topics, None].append(image)
        for base in map(fold_name, image_bases(stem(image))):
            for where in (topics, None, folder):
                index[where, base].append(image)
    return index


def _by_name(mask: str, index: _Index, fold_name: Callable[[str], str]) -> list[Match]:
    """The images whose name a mask has, or begins with: those whose folders agree best."""
    topics = _topics(mask)
    name = stem(mask)
    for base in map(fold_name, mask_bases(name)):
        if base:
            images = _first_hit(index, [(topics, base), (None, base)])
        else:
            # "label.png" can only belong to the "img.png" beside it.
            images = _first_hit(index, [(posixpath.dirname(mask), base)])
        if images:
            return _best(mask, images, rest=None)

    for image_name, rest in image_and_rest(name):
        base = fold_name(image_name)
        images = _first_hit(index, [(topics, base), (None, base)])
        if images:
            return _best(mask, images, rest)
    return []


def _first_hit(index: _Index, keys: list[_Key]) -> list[str]:
    for key in keys:
        if key in index:
            return index[key]
    return []


def _best(mask: str, images: list[str], rest: str | None) -> list[Match]:
    """The matches of a mask with those images that agree best."""
    if len(images) > _MANY:
        # Of so many none can be the one; a few are enough for the message.
        nothing = Agreement(shared=0, apart=0, same_stem=False)
        return [Match(image, mask, nothing, rest) for image in images[:4]]

    found = []
    for image in images:
        agreement = _agreement(image, mask)
        found.append(Match(image, mask, agreement, rest))
    best = max(each.agreement.score for each in found)
    return [each for each in found if each.agreement.score == best]


def _agreement(image: str, mask: str) -> Agreement:
    of_image = Counter(_topics(image))
    of_mask = Counter(_topics(mask))
    shared = (of_image & of_mask).total()
    either = (of_image | of_mask).total()
    return Agreement(shared, either - shared, same_stem=stem(image) == stem(mask))


def _topics(path: str) -> _Topics:
    """What the folders above a file are about, the innermost first."""
    return _folder_topics(posixpath.dirname(path))


@cache  # an export has many files, and few folders
def _folder_topics(folder: str) -> _Topics:
    topics = []
    for each in (folder, *ancestors(folder)):
        about = topic(posixpath.basename(each))
        if about:
            topics.append(about)
    return tuple(topics)
