"""Which pictures of an export are images and which are masks, by the names of files and folders."""

import posixpath
from collections import defaultdict

from curate.errors import InputError
from curate.exports import file_names as names
from curate.exports.export import Export


def picture_roles(pictures: list[str], export: Export) -> dict[str, names.Role]:
    """The role of each picture, by path."""
    by_folder = _folder_roles(pictures, export)
    if not any(role in ("image", None) for role in by_folder.values()):
        by_folder = dict.fromkeys(
            pictures
        )  # all below a folder such as "segmentation": it says nothing
    roles: dict[str, names.Role] = {}
    bases = {
        base
        for path in pictures
        if by_folder[path] != "mask"
        for base in names.image_bases(names.stem(path))
    }
    masked = {names.stem(path) for path, role in by_folder.items() if role == "mask"}
    for path in pictures:
        role, stem = by_folder[path], names.stem(path)
        if role != "ignored" and names.is_preview(stem):
            role = "ignored"
        elif role in ("image", None):
            role = "mask" if bases & names.masked_bases(stem) else "image"
        roles[path] = role or "image"
    siblings: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in pictures:
        if roles[path] == "image" and names.stem(path) not in masked:
            siblings[posixpath.dirname(path), names.fold(names.stem(path))].append(path)
    for group in (sorted(each, key=names.mask_rank) for each in siblings.values()):
        if len(group) > 1 and names.mask_rank(group[-1]) > names.mask_rank(group[-2]):
            roles[group[-1]] = "mask"
    return roles


def _folder_roles(pictures: list[str], export: Export) -> dict[str, names.Role | None]:
    """By picture, the role that its innermost telling folder gives; options name folders before any word does."""
    stated = {_option_folder(export, "images"): "image", _option_folder(export, "masks"): "mask"}
    below: defaultdict[str, set[names.Role | None]] = defaultdict(set)
    roles: dict[str, names.Role | None] = {}
    for path in pictures:
        deeper: names.Role | None = None
        for folder in names.ancestors(path):
            below[folder].add(deeper)
            deeper = deeper or names.folder_role(posixpath.basename(folder))
    for path in pictures:
        role: names.Role | None = None
        for folder in names.ancestors(path):
            forced = stated.get(names.fold(folder)) or stated.get(
                names.fold(posixpath.basename(folder))
            )
            if forced:
                role = forced  # type: ignore[assignment]
                break
            if role is None and len(below[folder]) == 1:
                role = names.folder_role(posixpath.basename(folder))
        roles[path] = role
    return roles


def _option_folder(export: Export, option: str) -> str:
    folder = export.options.get(option, "\0")
    if not isinstance(folder, str):
        raise InputError(
            f"export {export.name}: option {option} is the name of a folder, not {folder!r}"
        )
    return names.fold(folder.strip("/"))
