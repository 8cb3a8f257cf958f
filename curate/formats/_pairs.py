"""Images and their masks, paired by the names of files and folders; no picture is opened.

1. A file's folder says whether it is an image or a mask (`images`/`masks`, `JPEGImages`/`SegmentationClass`,
   `train`/`trainannot`, …: the innermost folder that says anything; a folder that holds both says nothing), or its
   name does, where another picture has the same name without the word (`1.png`, `1_mask.png`). Of two pictures of one
   name in one folder, neither known as a mask, the PNG is the mask of the JPEG. All other pictures are images.
2. A mask belongs to the image of its name, words such as `_mask`, `_label`, `_L`, `_gt` taken off; of several, to the
   one whose folders agree best. Two that agree equally well: ambiguous_image.
3. A mask named IMAGE_CLASS_NUMBER, IMAGE_CLASS or IMAGE_NUMBER is a part of that image's masks; so is each mask of a
   folder that belongs to a single image (`ID/images/ID.png`, `ID/masks/*.png`), whatever its name.
4. Several masks of an image that differ by a folder (`masks/road/1.png`, `masks/car/1.png`) are of that folder's class;
   otherwise the first stays, and the others are `duplicate_annotation`.
"""

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from curate.documents import InputError
from curate.export import Export
from curate.formats import _names as names
from curate.reasons import Reason
from curate.records import Drop

# How likely a file is a mask, where only its kind can tell: lossless, and common for masks.
_MASK_RANK = {".png": 3, ".gif": 3, ".bmp": 2, ".pgm": 2, ".tif": 1, ".tiff": 1}
_PICTURES = {*_MASK_RANK, ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".jp2", ".ppm", ".avif"}


@dataclass(frozen=True)
class MaskFile:
    """A mask of an image. `label`: the class that its name or folder gives, if any; `whole`: it holds one object."""

    path: str
    label: str = ""
    whole: bool = False
    instances: str | None = None


@dataclass
class Pairs:
    """Masks by image (all images, those without a mask too), and masks that are lost."""

    masks: dict[str, list[MaskFile]]
    lost: list[Drop] = field(default_factory=list)


@dataclass(frozen=True)
class _Match:
    image: str
    mask: str
    score: tuple[int, int, int]
    rest: str | None = None
    """What follows the image's name in the mask's; '' where only the folder tells; None for a mask of its name."""


def pair_masks(export: Export, *, prefer_colours: bool) -> Pairs:
    """The export's images with their masks. InputError where there is no pair at all."""
    pictures = [path for path in (*export.files.paths, *sorted(export.files.refused)) if _suffix(path) in _PICTURES]
    roles = _roles(pictures, export)
    images = [path for path in pictures if roles[path] == "image"]
    by_base = _by_base(images)
    pairs = Pairs({image: [] for image in sorted(images)})
    matches: defaultdict[str, list[_Match]] = defaultdict(list)
    for path in (path for path in pictures if roles[path] == "mask"):
        found = _match(path, by_base)
        if path in export.files.refused:
            detail = f"mask {path!r} is a link, a pipe or a device, or its path is too long"
            pairs.lost.append(export.drop(Reason.PATH_ESCAPE, detail, image=path, key=path, count=None))
        elif len(found) == 1:
            matches[found[0].image].append(found[0])
        else:
            pairs.lost.append(_unmatched(export, path, [each.image for each in found]))
    if not matches:
        raise InputError(
            f"{export.files.root}: no image with a mask among {len(pictures)} pictures; masks bear their image's name, "
            "in a sister folder (images, masks) or beside it; options images and masks name other folders"
        )
    suffixes = _plain_suffixes(matches)
    objects = {path for path in pictures if roles[path] == "objects" and path in export.files.known}
    for image, found in matches.items():
        chosen, lost = _choose(export, found, suffixes, prefer_colours)
        pairs.masks[image] = _with_instances(chosen, objects)
        pairs.lost += lost
    return pairs


def folder_classes(masks: Mapping[str, Sequence[MaskFile]]) -> dict[str, str]:
    """Class by mask path, where folders name classes; empty where they do not.

    They do where two or more folders differ by more than numbers and hold two images each on average.
    """
    by_path = {mask.path: _class_folder(mask.path) for found in masks.values() for mask in found}
    classes = {"".join(c for c in name if not c.isdigit()) for name in by_path.values()} - {""}
    images = sum(1 for found in masks.values() if found)
    return by_path if len(classes) > 1 and images >= 2 * len(set(by_path.values())) else {}


def _roles(pictures: list[str], export: Export) -> dict[str, names.Role]:
    by_folder = _folder_roles(pictures, export)
    if not any(role in ("image", None) for role in by_folder.values()):
        by_folder = dict.fromkeys(pictures)  # all below a folder such as "segmentation": it says nothing
    roles: dict[str, names.Role] = {}
    bases = {base for path in pictures if by_folder[path] != "mask" for base in names.image_bases(_stem(path))}
    masked = {_stem(path) for path, role in by_folder.items() if role == "mask"}
    for path in pictures:
        role, stem = by_folder[path], _stem(path)
        if role != "ignored" and names.is_preview(stem):
            role = "ignored"
        elif role in ("image", None):
            role = "mask" if bases.intersection(names.mask_bases(stem)[1:]) else "image"
        roles[path] = role or "image"
    siblings: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for path in pictures:
        if roles[path] == "image" and _stem(path) not in masked:
            siblings[posixpath.dirname(path), names.fold(_stem(path))].append(path)
    for group in (sorted(each, key=_mask_rank) for each in siblings.values()):
        if len(group) > 1 and _mask_rank(group[-1]) > _mask_rank(group[-2]):
            roles[group[-1]] = "mask"
    return roles


def _folder_roles(pictures: list[str], export: Export) -> dict[str, names.Role | None]:
    """By picture, the role that its innermost telling folder gives; options name folders before any word does."""
    stated = {_option_folder(export, "images"): "image", _option_folder(export, "masks"): "mask"}
    below: defaultdict[str, set[names.Role | None]] = defaultdict(set)
    roles: dict[str, names.Role | None] = {}
    for path in pictures:
        deeper: names.Role | None = None
        for folder in _ancestors(path):
            below[folder].add(deeper)
            deeper = deeper or names.folder_role(posixpath.basename(folder))
    for path in pictures:
        role: names.Role | None = None
        for folder in _ancestors(path):
            forced = stated.get(names.fold(folder)) or stated.get(names.fold(posixpath.basename(folder)))
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
        raise InputError(f"export {export.name}: option {option} is the name of a folder, not {folder!r}")
    return names.fold(folder.strip("/"))


def _by_base(images: list[str]) -> Mapping[str, list[str]]:
    index: defaultdict[str, list[str]] = defaultdict(list)
    for path in images:
        for base in names.image_bases(_stem(path)):
            index[base].append(path)
        index["\0" + "/".join(_topics(path))].append(path)  # by folder, for masks that bear no image's name
    return index


def _match(mask: str, by_base: Mapping[str, list[str]]) -> list[_Match]:
    """The image of a mask; several that agree equally well; or none."""
    stem = _stem(mask)
    for base in names.mask_bases(stem):
        beside = posixpath.dirname(mask)  # "label.png" can only mean the "img.png" beside it
        images = [image for image in by_base.get(base, []) if base or posixpath.dirname(image) == beside]
        if images:
            return _best([_Match(image, mask, _agreement(image, mask)) for image in images])
    for base, rest in names.part_of(stem):
        if names.fold(base) in by_base:
            found = by_base[names.fold(base)]
            return _best([_Match(image, mask, _agreement(image, mask), rest) for image in found])
    alone = by_base.get("\0" + "/".join(_topics(mask)), [])
    return [_Match(alone[0], mask, _agreement(alone[0], mask), "")] if len(alone) == 1 else []


def _best(found: list[_Match]) -> list[_Match]:
    score = max(each.score for each in found)
    return [each for each in found if each.score == score]


def _agreement(image: str, mask: str) -> tuple[int, int, int]:
    """How well the folders of an image and a mask agree: shared ones, then ones of one side alone, then exact names."""
    ours, theirs = Counter(_topics(image)), Counter(_topics(mask))
    shared = (ours & theirs).total()
    return shared, -((ours | theirs).total() - shared), int(_stem(image) == _stem(mask))


def _plain_suffixes(matches: Mapping[str, list[_Match]]) -> set[str]:
    """The one word that follows the image's name in all masks, if there is just one: it is no class."""
    rests = {each.rest for found in matches.values() for each in found if each.rest}
    classes = {names.class_and_number(rest) for rest in rests}
    is_suffix = len(classes) == 1 and not next(iter(classes))[1]
    return {name for name, _ in classes} if is_suffix else set()


def _choose(
    export: Export, found: list[_Match], suffixes: set[str], prefer_colours: bool
) -> tuple[list[MaskFile], list[Drop]]:
    """The masks of one image: those of its name, or the parts where there are none."""
    plain = [each for each in found if each.rest is None or names.class_and_number(each.rest)[0] in suffixes]
    if not plain:
        return [_part(each) for each in sorted(found, key=lambda each: each.mask)], []
    best = max(each.score[:2] for each in plain)
    kept: dict[str, str] = {}
    lost = [_unmatched(export, each.mask, []) for each in plain if each.score[:2] < best]
    near = [each for each in plain if each.score[:2] == best]
    near.sort(key=lambda each: (_is_coloured(each.mask) != prefer_colours, each.mask))
    for each in near + [each for each in found if each not in plain]:
        stays = kept.setdefault(_class_folder(each.mask) if each in near else "", each.mask)
        if stays != each.mask:
            detail = f"mask {each.mask}: the image has another, {stays}, which stays"
            lost.append(export.drop(Reason.DUPLICATE_ANNOTATION, detail, image=each.image, key=each.mask, count=None))
    return [MaskFile(path, label if len(kept) > 1 else "") for label, path in sorted(kept.items())], lost


def _part(match: _Match) -> MaskFile:
    name, number = names.class_and_number(match.rest or "")
    return MaskFile(match.mask, name, whole=bool(number) or not name)


def _with_instances(masks: list[MaskFile], objects: set[str]) -> list[MaskFile]:
    """Adds the map of objects beside a single class map (VOC: SegmentationClass/1.png, SegmentationObject/1.png)."""
    if len(masks) != 1 or not objects:
        return masks
    path = masks[0].path
    parent, name = posixpath.dirname(posixpath.dirname(path)), posixpath.basename(path)
    beside = [each for each in objects if posixpath.basename(each) == name and each.startswith(parent)]
    near = [each for each in beside if posixpath.dirname(posixpath.dirname(each)) == parent]
    return [MaskFile(path, instances=near[0])] if len(near) == 1 else masks


def _unmatched(export: Export, mask: str, images: list[str]) -> Drop:
    if images:
        detail = f"mask {mask} may belong to any of {', '.join(images[:4])}"
        return export.drop(Reason.AMBIGUOUS_IMAGE, detail, image=mask, key=mask, count=None)
    return export.drop(Reason.MISSING_IMAGE, f"mask {mask} has no image", image=mask, key=mask, count=None)


def _class_folder(path: str) -> str:
    """The innermost folder whose name may name a class, '' where there is none."""
    folders = (posixpath.basename(folder) for folder in _ancestors(path))
    return next((folder for folder in folders if names.is_class_name(folder)), "")


def _topics(path: str) -> list[str]:
    return [topic for folder in _ancestors(path) if (topic := names.topic(posixpath.basename(folder)))]


def _ancestors(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path


def _is_coloured(path: str) -> bool:
    return "color" in path.lower() or "colour" in path.lower()


def _mask_rank(path: str) -> int:
    return _MASK_RANK.get(_suffix(path), 0)


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1].lower()
