"""Which pictures of an export are images and which are masks, by names alone.

The innermost folder whose name says anything decides (`images`, `masks`,
`SegmentationClass`); a folder that holds both kinds says nothing. Else a file's name
decides, if another picture has the same name without the word (`1.png`, `1_mask.png`). Of
two pictures of one name in one folder, neither known as a mask, the PNG is the mask of the
JPEG. All others are images.

Beside masks of observers (`1st_manual`, `manual1`: DRIVE, HRF) the folder `mask` shows only the
field of view, and is left alone; so are `masks` and `boundaries` beside `labels` with a folder for
each class: they show a field and its valid px (Agriculture-Vision). Beside `1_watershed_mask.png`,
which a watershed has grown, `1_mask.png` holds the marks it has grown from (PixelAnnotationTool).
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Mapping

from curate.errors import InputError
from curate.exports.export import Export
from curate.exports.file_names import (
    Role,
    folder_role,
    image_and_rest,
    image_bases,
    is_preview,
    masked_bases,
    rest_and_image,
)
from curate.exports.paths import ancestors, fold, mask_rank, stem

_PAINTED_OF_CIHP = ("Categories", "Instances", "Human")
_OF_FIELDS = ("boundaries", "masks")
_BESIDE_FIELDS = {"boundaries", "masks", "labels/*"}
_OF_OBSERVER = re.compile(r"(?:1st_|2nd_)?manual\d?", re.IGNORECASE)


def picture_roles(pictures: list[str], export: Export) -> dict[str, Role]:
    """The role of each picture by path. Options `images` and `masks` name folders outright.

    Raises:
        InputError: if one of these options is no name of a folder.
    """
    by_folder = _roles_by_folder(pictures, export)
    if all(role not in ("image", None) for role in by_folder.values()):
        # All are below a folder such as "segmentation", which then tells nothing apart.
        by_folder = dict.fromkeys(pictures)
    roles = _roles_by_name(by_folder)
    _tell_twins_apart(roles, by_folder)
    if "mask" not in roles.values():
        _tell_apart_by_pieces_of_names(roles)
    _leave_fields_of_view(roles)
    _leave_painted_people(roles)
    _leave_marks(roles)
    return roles


def _roles_by_folder(pictures: list[str], export: Export) -> dict[str, Role | None]:
    """The role that its innermost telling folder gives to each picture."""
    stated: dict[str, Role] = {
        _option_folder(export, "images"): "image",
        _option_folder(export, "masks"): "mask",
    }
    mixed = _mixed_folders(pictures)
    return {path: _role_by_folder(path, stated, mixed) for path in pictures}


def _role_by_folder(
    path: str, stated: Mapping[str, Role], mixed: set[str]
) -> Role | None:
    role: Role | None = None
    for folder in ancestors(path):
        name = posixpath.basename(folder)
        by_option = stated.get(fold(folder)) or stated.get(fold(name))
        if by_option is not None:  # of an outer folder, too: the user has the last word
            return by_option
        if role is None and folder not in mixed:
            role = folder_role(name)
    return role


def _mixed_folders(pictures: list[str]) -> set[str]:
    """Folders whose pictures have several roles by the folders below them."""
    below: defaultdict[str, set[Role | None]] = defaultdict(set)
    for path in pictures:
        role: Role | None = None
        for folder in ancestors(path):
            below[folder].add(role)
            role = role or folder_role(posixpath.basename(folder))
    return {folder for folder, roles in below.items() if len(roles) > 1}


def _roles_by_name(by_folder: Mapping[str, Role | None]) -> dict[str, Role]:
    """The roles of pictures: those of their folders, unless their names tell otherwise."""
    bases: set[str] = set()
    for path, role in by_folder.items():
        if role != "mask":
            bases.update(image_bases(stem(path)))

    roles: dict[str, Role] = {}
    for path, role in by_folder.items():
        name = stem(path)
        if is_preview(name):
            roles[path] = "ignored"
        elif name.endswith("_instance_id_RGB"):
            roles[path] = "objects"  # iSAID
        elif role is not None and role != "image":
            roles[path] = role
        elif bases & masked_bases(name):
            roles[path] = "mask"
        else:
            roles[path] = "image"
    return roles


def _tell_twins_apart(
    roles: dict[str, Role], by_folder: Mapping[str, Role | None]
) -> None:
    """Make the likelier mask one, of pictures of one name in one folder; changes `roles`."""
    masked = {stem(path) for path, role in by_folder.items() if role == "mask"}
    twins: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path, role in roles.items():
        name = stem(path)
        if role == "image" and name not in masked:
            key = posixpath.dirname(path), fold(name)
            twins[key].append(path)

    for group in twins.values():
        group.sort(key=mask_rank)
        if len(group) > 1 and mask_rank(group[-1]) > mask_rank(group[-2]):
            roles[group[-1]] = "mask"


def _tell_apart_by_pieces_of_names(roles: dict[str, Role]) -> None:
    """Find masks beside images where names only begin or end alike; changes `roles`.

    All PNGs of a folder are masks if each has the name of a JPEG there and a class (`1.jpg`,
    `1_road.png`, `car_1.png`). So are all pictures of a folder that are called masks, beside the
    only other one (`scan.png`, `liver_mask.png`).
    """
    in_folder: defaultdict[str, list[str]] = defaultdict(list)
    for path, role in roles.items():
        if role == "image":
            in_folder[posixpath.dirname(path)].append(path)

    for paths in in_folder.values():
        lowest = min(map(mask_rank, paths))
        stems = {stem(path) for path in paths if mask_rank(path) == lowest}
        others = [path for path in paths if mask_rank(path) > lowest]
        called = [path for path in paths if masked_bases(stem(path))]
        if len(paths) > len(called) == len(paths) - 1:
            others = called
        elif not all(_has_a_piece(path, stems) for path in others):
            continue
        for path in others:
            roles[path] = "mask"


def _has_a_piece(path: str, stems: set[str]) -> bool:
    """Whether a file's name is one of the stems and a word before or after it."""
    name = stem(path)
    images = [image for image, _ in image_and_rest(name)]
    images += [image for _, image in rest_and_image(name)]
    return not stems.isdisjoint(images)


def _leave_fields_of_view(roles: dict[str, Role]) -> None:
    """Ignore masks of what is in view, beside those of objects; changes `roles`."""
    places = {path: posixpath.split(posixpath.dirname(path)) for path in roles}
    folders_in: defaultdict[str, set[str]] = defaultdict(set)
    observed = set()
    for above, name in places.values():
        folders_in[above].add(fold(name))
        if posixpath.basename(above) == "labels":
            folders_in[posixpath.dirname(above)].add("labels/*")
        if _OF_OBSERVER.fullmatch(name):
            observed.add(above)

    for path, (above, name) in places.items():
        is_observed = above in observed and fold(name) in ("mask", "masks")
        is_field = fold(name) in _OF_FIELDS and folders_in[above] >= _BESIDE_FIELDS
        if is_observed or is_field:
            roles[path] = "ignored"


def _leave_painted_people(roles: dict[str, Role]) -> None:
    """Ignore what CIHP paints in colours beside `Category_ids`; changes `roles`."""
    places = {path: posixpath.split(posixpath.dirname(path)) for path in roles}
    parsed = {above for above, name in places.values() if name == "Category_ids"}
    for path, (above, name) in places.items():
        if above in parsed and name in _PAINTED_OF_CIHP:
            roles[path] = "ignored"


def _leave_marks(roles: dict[str, Role]) -> None:
    """Ignore marks from which a watershed has grown masks beside them; changes `roles`."""
    for path in list(roles):
        above, ending, suffix = path.rpartition("_watershed_mask.")
        marks = f"{above}_mask.{suffix}"
        if ending and marks in roles:
            roles[marks] = "ignored"


def _option_folder(export: Export, option: str) -> str:
    """The folder that an option names, folded; a name that no folder has if it names none."""
    folder = export.options.get(option, "\0")
    if not isinstance(folder, str):
        raise InputError(
            f"export {export.name}: option {option} is the name of a folder, not {folder!r}"
        )
    return fold(folder.strip("/"))
