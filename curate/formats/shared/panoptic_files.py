"""Where the maps and the images of a panoptic document are."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from curate.exports.files import Files
from curate.exports.finding import find_image
from curate.formats.shared.coco_images import image_folders
from curate.formats.shared.remote_files import find_file, path_of
from curate.mask_records import SegmentMap
from curate.reasons import Refusal

_MAP_FOLDERS = ("panoptic", "panoptic_masks", "panoptic_maps", "masks", "annotations")
_MORE_IMAGE_FOLDERS = ("leftImg8bit", "input_images")

# createPanopticImgs writes NAME_gtFine_leftImg8bit.png for NAME_leftImg8bit.png.
_WORDS_TO_LEAVE_OUT = ("_gtFine", "_gtCoarse")


@dataclass(frozen=True, slots=True)
class Places:
    """The files of an export, and where a document's maps and images may be among them."""

    files: Files
    document: str
    map_folders: list[str]
    """From the document's folder or from the root, as `image_folders`."""
    image_folders: list[str]

    def map_path(self, stated: Any, image: str) -> str:
        """The path of an image's map, if it is there; else what the document calls it."""
        if not isinstance(stated, str) or not stated:
            stem, _ = posixpath.splitext(image)
            stated = f"{stem}.png"
        found = find_file(self.files, stated, self.document, self.map_folders)
        if found is not None:
            return found

        # Of two files of that name, such as images/1.png and maps/1.png, one is the image.
        path = path_of(stated)
        same_name = self.files.by_file_name.get(posixpath.basename(path), [])
        others = [each for each in same_name if not self._is_in_image_folder(each)]
        if len(others) == 1:
            return others[0]
        return path

    def image_name(self, name: str, maps: Iterable[SegmentMap]) -> str:
        """An image's name; another one if only under that the export has it."""
        taken = {segment_map.path for segment_map in maps}
        try:
            path, _ = find_image(self.files, name, self.document, self.image_folders)
        except Refusal:
            path = ""
        if path and path not in taken:
            return name

        base = posixpath.basename(path_of(name))
        names = [base]
        names += [base.replace(word, "") for word in _WORDS_TO_LEAVE_OUT]
        for each in names:
            same_name = self.files.by_file_name.get(each, [])
            others = [other for other in same_name if other not in taken]
            if len(others) == 1:
                folder = posixpath.dirname(self.document)
                return posixpath.relpath(others[0], folder or ".")
        return name

    def _is_in_image_folder(self, path: str) -> bool:
        """Whether a folder above a file is one where images usually are."""
        usual = {posixpath.basename(folder) for folder in self.image_folders}
        steps = posixpath.dirname(path).split("/")
        return not usual.isdisjoint(steps)


def map_folders(document: str, stated: str) -> list[str]:
    """Where the maps of a document may be. `stated`: the folder that the option says, or ""."""
    stem, _ = posixpath.splitext(posixpath.basename(document))
    folders = [
        stem,
        *_MAP_FOLDERS,
        f"panoptic/{stem}",
        f"panoptic_masks/{stem}",
        f"../{stem}",
    ]
    if stated:
        folders.insert(0, stated)
    return folders


def folders_of_images(document: str) -> list[str]:
    """Where the images of a document may be.

    >>> folders_of_images("annotations/panoptic_val2017.json")[0]
    'images/val2017'
    """
    folder, name = posixpath.split(document)
    instances = name.replace("panoptic", "instances", 1)
    path = posixpath.join(folder, instances)
    return [*image_folders(path), *_MORE_IMAGE_FOLDERS]
