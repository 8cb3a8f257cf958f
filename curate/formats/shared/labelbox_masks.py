"""Masks of Labelbox's objects: addresses in the export, which people download under many names."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from curate.exports.file_names import folder_role
from curate.exports.files import Files
from curate.exports.paths import ancestors, is_picture, stem
from curate.formats.shared.addresses import path_of
from curate.formats.shared.json_values import as_object
from curate.formats.shared.labelbox_rows import DataRow
from curate.formats.shared.picture_names import pictures_by_name
from curate.formats.shared.written_colours import parse_colour
from curate.mask_records import MaskFile

_MASK_KEYS = ("instanceURI", "mask", "composite_mask")
# Characters; shorter parts of an address, such as "mask" and "1", name nothing.
_SHORTEST_ID = 8


@dataclass(frozen=True)
class MaskNames:
    """The pictures of an export, by which the masks are found."""

    files: Files

    def find(self, entry: Mapping[str, Any], image: str) -> MaskFile | None:
        """The file of an object's mask, by its address or by the object's id; None if none is.

        `image`: the file name of the object's image, which is no mask.
        """
        for address in mask_addresses(entry):
            path = self._by_address(address, image)
            if path:
                return MaskFile(path=path)

        path = self._only(_identity(entry), image)
        if path:
            return MaskFile(path=path)

        # Its own mask is preferred: in a composite one, objects may cover each other.
        composite = as_object(entry.get("composite_mask"))
        colour = parse_colour(composite.get("color_rgb"))
        shared_address = composite.get("url")
        if colour is not None and isinstance(shared_address, str):
            path = self._by_address(shared_address, image)
            if path:
                return MaskFile(path=path, colours=[colour])
        return None

    def beside(self, row: DataRow, image: str) -> MaskFile | None:
        """The picture with the name of a data row's image that must be the mask of its only object.

        It is in a folder that has the data set's name, or one that says mask; or it is the only
        one, and has another suffix than the image.
        """
        same_stem = self._by_stem.get(stem(image), [])
        paths = [path for path in same_stem if path != image]
        in_folder = []
        for path in paths:
            folders = [posixpath.basename(folder) for folder in ancestors(path)]
            roles = [folder_role(folder) for folder in folders]
            if row.dataset in folders or "mask" in roles:
                in_folder.append(path)
        if not in_folder:
            in_folder = [path for path in paths if posixpath.basename(path) != image]
        if len(in_folder) != 1:
            return None
        return MaskFile(path=in_folder[0])

    def _by_address(self, address: str, image: str) -> str:
        """The file that an address names, be it by its last part or by an id in it; or ""."""
        name = path_of(address)
        if is_picture(name):
            paths = self.files.by_file_name.get(name, [])
            others = [path for path in paths if posixpath.basename(path) != image]
            if len(others) == 1:
                return others[0]

        # Labelbox's own addresses end in "/ID/index/1/mask": the name is somewhere in them.
        place, _, _ = address.partition("?")
        parts = unquote(place).split("/")
        for part in reversed(parts):
            path = self._only(stem(part), image)
            if path:
                return path
        return ""

    def _only(self, name: str, image: str) -> str:
        """The one picture with a stem that may be an id, other than the image; or ""."""
        if len(name) < _SHORTEST_ID:
            return ""
        paths = self._by_stem.get(name, [])
        others = [path for path in paths if posixpath.basename(path) != image]
        if len(others) == 1:
            return others[0]
        return ""

    @cached_property
    def _by_stem(self) -> Mapping[str, list[str]]:
        return pictures_by_name(self.files.paths)


def mask_addresses(entry: Mapping[str, Any]) -> list[str]:
    """Where an object's own mask was to be had, in exports of any age."""
    mask = as_object(entry.get("mask"))
    stated = [entry.get("instanceURI"), mask.get("url")]
    return [each for each in stated if isinstance(each, str)]


def has_mask(entry: Mapping[str, Any]) -> bool:
    """Whether an object has a mask, wherever it may be."""
    return not entry.keys().isdisjoint(_MASK_KEYS)


def number_of_masks(entries: Iterable[Mapping[str, Any] | None]) -> int:
    """How many of the objects of a label have a mask."""
    return sum(entry is not None and has_mask(entry) for entry in entries)


def _identity(entry: Mapping[str, Any]) -> str:
    identity = entry.get("feature_id") or entry.get("featureId")
    if isinstance(identity, str):
        return identity
    return ""
