"""Images and their masks, paired by the names of files and folders; no picture is opened.

1. A file's folder says whether it is an image or a mask (`images`/`masks`, `JPEGImages`/`SegmentationClass`,
   `train`/`trainannot`, …: the innermost folder that says anything; a folder that holds both says nothing), or its
   name does, where another picture has the same name without the word (`1.png`, `1_mask.png`). Of two pictures of one
   name in one folder, neither known as a mask, the PNG is the mask of the JPEG. All other pictures are images.
2. A mask belongs to the image of its name, words such as `_mask`, `_label`, `_L`, `_gt` taken off; of several, to the
   one whose folders agree best. Two that agree equally well: ambiguous_image.
3. A mask named IMAGE_CLASS_NUMBER, IMAGE_CLASS or IMAGE_NUMBER is a part of that image's masks; so is each mask of a
   folder that belongs to a single image (`ID/images/ID.png`, `ID/masks/*.png`), where none of them bears its name.
   Beside a mask of the image's name (`1_mask.png`), only IMAGE_NUMBER (`1_mask_2.png`) is a further one.
4. Several masks of an image that differ by a folder (`masks/road/1.png`, `masks/car/1.png`) are of that folder's class;
   of a mask and its colour rendering (`1_label.png`, `1_color.png`) the format takes its own kind and leaves the other
   alone; otherwise the one of the image's own name stays, or the first, and the others are `duplicate_annotation`.
"""

import posixpath
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from curate.errors import InputError
from curate.exports import file_names as names
from curate.exports.export import Export
from curate.formats.shared.roles import picture_roles
from curate.reasons import Reason
from curate.records import Drop

_MANY = 1000  # images of one name


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


_Index = defaultdict[tuple[tuple[str, ...] | str | None, str | None], list[str]]


def pair_masks(export: Export, *, prefer_colours: bool) -> Pairs:
    """The export's images with their masks. InputError where there is no pair at all."""
    pictures = [
        path
        for path in (*export.files.paths, *sorted(export.files.refused))
        if names.is_picture(path)
    ]
    roles = picture_roles(pictures, export)
    pairs = Pairs({path: [] for path in sorted(pictures) if roles[path] == "image"})
    matches: defaultdict[str, list[_Match]] = defaultdict(list)
    for path, found in _matches(
        [path for path in pictures if roles[path] == "mask"], list(pairs.masks)
    ).items():
        if path in export.files.refused:
            detail = f"mask {path!r} is a link, a pipe or a device, or its path is too long"
            image = found[0].image if len(found) == 1 else path
            pairs.lost.append(
                export.drop(Reason.PATH_ESCAPE, detail, image=image, key=path, count=None)
            )
        elif len(found) == 1:
            matches[found[0].image].append(found[0])
        else:
            pairs.lost.append(_unmatched(export, path, [each.image for each in found]))
    if not matches and not pairs.lost:
        raise InputError(
            f"{export.files.root}: no image with a mask among {len(pictures)} pictures; masks bear their image's name, "
            "in a sister folder (images, masks) or beside it; options images and masks name other folders"
        )
    suffixes = _plain_suffixes(matches)
    objects: defaultdict[str, list[str]] = defaultdict(list)
    for path in (
        path for path in pictures if roles[path] == "objects" and path in export.files.known
    ):
        objects[_sister(path)].append(path)
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


def _matches(masks: list[str], images: list[str]) -> dict[str, list[_Match]]:
    """For each mask its image; several that agree equally well; or none."""
    index = _index(images)
    matches = {mask: _by_name(mask, index) for mask in masks}
    named = {posixpath.dirname(mask) for mask, found in matches.items() if found}
    for mask, found in matches.items():
        alone = index.get((_topics(mask), None), [])
        if not found and len(alone) == 1 and posixpath.dirname(mask) not in named:
            matches[mask] = [_Match(alone[0], mask, _agreement(alone[0], mask), "")]
    return matches


def _index(images: list[str]) -> _Index:
    """Images by base name and by what their folders are about, by either alone, and by base name and folder."""
    index: _Index = defaultdict(list)
    for image in images:
        topics = _topics(image)
        index[topics, None].append(image)
        for base in names.image_bases(names.stem(image)):
            for key in ((topics, base), (None, base), (posixpath.dirname(image), base)):
                index[key].append(image)
    return index


def _by_name(mask: str, index: _Index) -> list[_Match]:
    """The images whose name a mask bears, or begins with: those whose folders agree best."""
    topics, stem = _topics(mask), names.stem(mask)
    for base in names.mask_bases(stem):
        # "label.png" can only mean the "img.png" beside it
        keys = ((topics, base), (None, base)) if base else ((posixpath.dirname(mask), base),)
        images = next((index[key] for key in keys if key in index), [])
        if images:
            return _best(mask, images)
    for base, rest in names.part_of(stem):
        images = next(
            (
                index[key, names.fold(base)]
                for key in (topics, None)
                if (key, names.fold(base)) in index
            ),
            [],
        )
        if images:
            return _best(mask, images, rest)
    return []


def _best(mask: str, images: list[str], rest: str | None = None) -> list[_Match]:
    if len(images) > _MANY:  # of so many none stands out
        return [_Match(image, mask, (0, 0, 0), rest) for image in images[:4]]
    found = [_Match(image, mask, _agreement(image, mask), rest) for image in images]
    score = max(each.score for each in found)
    return [each for each in found if each.score == score]


def _agreement(image: str, mask: str) -> tuple[int, int, int]:
    """How well the folders of an image and a mask agree: shared ones, then ones of one side alone, then exact names."""
    ours, theirs = Counter(_topics(image)), Counter(_topics(mask))
    shared = (ours & theirs).total()
    return shared, -((ours | theirs).total() - shared), int(names.stem(image) == names.stem(mask))


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
    plain = [
        each
        for each in found
        if each.rest is None or names.class_and_number(each.rest)[0] in suffixes
    ]
    if not plain:
        return [_part(each) for each in sorted(found, key=lambda each: each.mask)], []
    best = max(each.score[:2] for each in plain)
    lost = [_unmatched(export, each.mask, []) for each in plain if each.score[:2] < best]
    near = [each for each in plain if each.score[:2] == best]
    own_kind = [each for each in near if _is_coloured(each.mask) == prefer_colours] or near
    others = [each for each in found if each not in plain]
    further = [
        each for each in others if each.rest and not names.class_and_number(each.rest)[0]
    ]  # 1_mask_2.png
    kept: dict[str, str] = {}
    own_kind.sort(
        key=lambda each: (each.rest is not None, each.mask)
    )  # 1_labelIds.png before 1_instanceIds.png
    for each in own_kind + [each for each in others if each not in further]:
        stays = kept.setdefault(_class_folder(each.mask) if each in near else "", each.mask)
        if stays != each.mask:
            detail = f"mask {each.mask}: the image has another, {stays}, which stays"
            lost.append(
                export.drop(
                    Reason.DUPLICATE_ANNOTATION, detail, image=each.image, key=each.mask, count=None
                )
            )
    chosen = [
        MaskFile(path, label if len(kept) > 1 else "") for label, path in sorted(kept.items())
    ]
    return chosen + sorted(
        (MaskFile(each.mask) for each in further), key=lambda each: each.path
    ), lost


def _part(match: _Match) -> MaskFile:
    name, number = names.class_and_number(match.rest or "")
    return MaskFile(match.mask, name, whole=bool(number) or not name)


def _with_instances(masks: list[MaskFile], objects: Mapping[str, list[str]]) -> list[MaskFile]:
    """Adds the map of objects beside a single class map (VOC: SegmentationClass/1.png, SegmentationObject/1.png)."""
    beside = objects.get(_sister(masks[0].path), []) if len(masks) == 1 else []
    return [replace(masks[0], instances=beside[0])] if len(beside) == 1 else masks


def _sister(path: str) -> str:
    """What files of one name in sister folders share: the path less the folders that say mask or objects."""
    *folders, name = path.split("/")
    return "/".join(
        [*(each for each in folders if names.folder_role(each) not in ("mask", "objects")), name]
    )


def _unmatched(export: Export, mask: str, images: list[str]) -> Drop:
    if images:
        detail = f"mask {mask} may belong to any of {', '.join(images[:4])}"
        return export.drop(Reason.AMBIGUOUS_IMAGE, detail, image=mask, key=mask, count=None)
    return export.drop(
        Reason.MISSING_IMAGE, f"mask {mask} has no image", image=mask, key=mask, count=None
    )


def _class_folder(path: str) -> str:
    """The innermost folder whose name may name a class, '' where there is none."""
    folders = (posixpath.basename(folder) for folder in names.ancestors(path))
    return next((folder for folder in folders if names.is_class_name(folder)), "")


def _topics(path: str) -> tuple[str, ...]:
    return _folder_topics(posixpath.dirname(path))


@cache
def _folder_topics(folder: str) -> tuple[str, ...]:
    folders = (posixpath.basename(each) for each in (folder, *names.ancestors(folder)))
    return tuple(topic for each in folders if (topic := names.topic(each)))


def _is_coloured(path: str) -> bool:
    return "color" in path.lower() or "colour" in path.lower()
