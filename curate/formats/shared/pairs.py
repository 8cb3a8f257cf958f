"""Images and their masks, paired by the names of files and folders; no picture is opened.

Which pictures are masks is decided in picture_roles.py, which image a mask belongs to in
mask_matches.py, and which masks an image keeps in mask_choice.py.
"""

import posixpath
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain

from curate.drops import Drop
from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.exports.file_names import Role, folder_role, is_numbered_class
from curate.exports.paths import ancestors, is_array, is_picture
from curate.formats.shared.mask_choice import (
    Choice,
    ChosenMask,
    choose_masks,
    class_folder,
    plain_suffixes,
)
from curate.formats.shared.mask_matches import Match, match_masks
from curate.formats.shared.picture_roles import picture_roles
from curate.reasons import Reason, Refusal


@dataclass
class Pairs:
    """The images of an export with their masks."""

    masks: dict[str, list[ChosenMask]]
    """By image; empty for an image that has none."""
    lost: list[Drop] = field(default_factory=list)
    """Masks that cannot be read, or that no image keeps."""
    by_number: bool = False
    """Whether they were paired by their numbers, which have other zeros before them."""


def pair_masks(export: Export, *, prefer_colours: bool) -> Pairs:
    """The export's images with their masks.

    `prefer_colours`: of a mask of class numbers and its colour rendering, take the latter.

    Raises:
        NotOfFormat: if no image has a mask.
    """
    # A mask that is a link still tells that its image is annotated, and is counted as lost.
    files = [*export.files.paths, *sorted(export.files.refused)]
    pictures = [path for path in files if is_picture(path)]
    roles = picture_roles(pictures, export)
    if not _of_role(roles, "mask"):
        # Where no picture is a mask, arrays of NumPy's may be.
        pictures = [path for path in files if is_picture(path) or is_array(path)]
        roles = picture_roles(pictures, export)
    images = sorted(_of_role(roles, "image"))
    pairs = Pairs({image: [] for image in images})

    by_mask = match_masks(_of_role(roles, "mask"), images)
    found_masks = chain.from_iterable(by_mask.values())
    pairs.by_number = any(match.by_number for match in found_masks)
    matches, pairs.lost = _sort_by_image(export, by_mask)
    if not matches and not pairs.lost:
        raise NotOfFormat(
            f"export {export.name}: no image with a mask among {len(pictures)} pictures; "
            "masks have their image's name, in a sister folder (images, masks) or beside it; "
            "options images and masks name other folders"
        )

    suffixes = plain_suffixes(matches.values())
    objects = _by_sister(export, _of_role(roles, "objects"))
    for image, found in matches.items():
        choice = choose_masks(found, suffixes, prefer_colours=prefer_colours)
        pairs.masks[image] = _with_instances(choice.kept, objects)
        pairs.lost += _not_kept(export, choice)
    pairs.masks = _with_folder_labels(pairs.masks)
    return pairs


def folder_classes(masks: Mapping[str, Sequence[ChosenMask]]) -> dict[str, str]:
    """The class of each mask by its folder; empty if folders do not name classes.

    They do if two or more folders differ by more than numbers, and hold two images each on
    average.
    """
    by_path: dict[str, str] = {}
    annotated = 0
    for found in masks.values():
        for mask in found:
            by_path[mask.path] = class_folder(mask.path)
        if found:
            annotated += 1

    # train and val, or 1 and 2, are no classes; nor are folders of one image each.
    folders = set(by_path.values())
    classes = {_class_name(folder) for folder in folders} - {""}
    if len(classes) < 2 or annotated < 2 * len(folders):
        return {}
    return by_path


def _with_folder_labels(
    masks: Mapping[str, Sequence[ChosenMask]],
) -> dict[str, list[ChosenMask]]:
    """The masks; a folder that names the class of one image's mask names that of all in it."""
    labels = {mask.label for found in masks.values() for mask in found} - {""}

    return {
        image: [_with_folder_label(mask, labels) for mask in found]
        for image, found in masks.items()
    }


def _with_folder_label(mask: ChosenMask, labels: Set[str]) -> ChosenMask:
    """A mask; without a label, it has that of the nearest folder above it that names one."""
    if mask.label or not labels:
        return mask
    for folder in ancestors(mask.path):
        name = posixpath.basename(folder)
        if name in labels:
            return replace(mask, label=name)
    return mask


def _of_role(roles: Mapping[str, Role], wanted: Role) -> list[str]:
    return [path for path, role in roles.items() if role == wanted]


def _sort_by_image(
    export: Export, by_mask: Mapping[str, list[Match]]
) -> tuple[dict[str, list[Match]], list[Drop]]:
    """The matches of each image; and drops of masks that cannot be read, or have no image."""
    by_image: defaultdict[str, list[Match]] = defaultdict(list)
    lost = []
    for mask, found in by_mask.items():
        if mask in export.files.refused:
            lost.append(_refused(export, mask, found))
        elif len(found) == 1:
            by_image[found[0].image].append(found[0])
        elif found:
            lost.append(_ambiguous(export, mask, found))
        else:
            lost.append(_without_image(export, mask))
    return by_image, lost


def _refused(export: Export, mask: str, found: list[Match]) -> Drop:
    image = mask
    if len(found) == 1:
        image = found[0].image
    why = export.files.refused[mask]
    refusal = Refusal(why.reason, f"mask {mask!r} {why.detail}")
    return export.drop(refusal, image_path=image, annotation_key=mask, count=None)


def _ambiguous(export: Export, mask: str, found: list[Match]) -> Drop:
    images = ", ".join(each.image for each in found[:4])
    refusal = Refusal(
        Reason.AMBIGUOUS_IMAGE, f"mask {mask} may belong to any of {images}"
    )
    return export.drop(refusal, image_path=mask, annotation_key=mask, count=None)


def _without_image(export: Export, mask: str) -> Drop:
    refusal = Refusal(Reason.MISSING_IMAGE, f"mask {mask} has no image")
    return export.drop(refusal, image_path=mask, annotation_key=mask, count=None)


def _not_kept(export: Export, choice: Choice) -> list[Drop]:
    """Drops of the masks that an image does not keep."""
    drops = [_without_image(export, match.mask) for match in choice.strangers]
    for match, kept in choice.doubles:
        detail = f"mask {match.mask}: the image has another, {kept}, which is kept"
        refusal = Refusal(Reason.DUPLICATE_ANNOTATION, detail)
        drop = export.drop(
            refusal, image_path=match.image, annotation_key=match.mask, count=None
        )
        drops.append(drop)
    return drops


def _with_instances(
    masks: list[ChosenMask], objects: Mapping[str, list[str]]
) -> list[ChosenMask]:
    """Add the map of objects beside a single map of classes.

    In Pascal VOC, SegmentationObject/1.png is beside SegmentationClass/1.png.
    """
    if len(masks) != 1:
        return masks
    beside = objects.get(_sister(masks[0].path), [])
    if len(beside) != 1:
        return masks
    return [replace(masks[0], instances=beside[0])]


def _by_sister(export: Export, objects: list[str]) -> Mapping[str, list[str]]:
    """Maps of objects by what they share with the masks in a sister folder."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in objects:
        if path in export.files.known:
            found[_sister(path)].append(path)
    return found


def _sister(path: str) -> str:
    """A path without the folders that say mask or objects: files in sister folders share it."""
    *folders, name = path.split("/")
    name = name.replace("_instance_id_RGB", "_instance_color_RGB")  # iSAID
    kept = [
        folder for folder in folders if folder_role(folder) not in ("mask", "objects")
    ]
    return "/".join([*kept, name])


def _class_name(folder: str) -> str:
    """What tells a folder from others of another class: not its number, but in class_2."""
    if is_numbered_class(folder):
        return folder
    return "".join(each for each in folder if not each.isdigit())
