"""supervisely: projects of images as Supervisely exports them, with a JSON file for each image.

Tools: Supervisely
Versions: projects of images, API answers
Masks: polygons with holes, bitmaps, alpha masks
Gives: instances

Documents: every .json file with `objects` and `size` or `tags`, also inside `annotation`, as
Supervisely's API hands it out. Projects may hold several datasets, and datasets further ones;
a lone dataset without meta.json is read, too. Annotations of videos and point clouds are left
alone, and a note names them: in Supervisely, turn the video project into images. So are masks
that were rendered from the annotations.

Images: for `ann/NAME.jpg.json` it is `NAME.jpg` in `img` beside `ann`; for `ann/NAME.json`, as in
old projects, it is the one picture in `img` called NAME. Else the one picture of that name
anywhere is taken, if no other annotation is about it: a project that was exported without its
images has nothing but `missing_image`. Images in the archives of a folder `blob` are found so,
too. Shapes are in the frame that has the document's `size`: the displayed one, or the stored one.

Shapes: an object's `geometryType` says what it is; if it has none, the `shape` of its class
does. `polygon` and `multipolygon` with their holes, `bitmap` and `alpha_mask` have an area.
All others are `no_mask`: `rectangle` and `cuboid` are boxes, and `point`, `line` and `graph`
have no area. A bitmap is a PNG in zlib's envelope, or without one, whose top left px is at
`origin`. Its mask is what is opaque; of an alpha mask, all that is not fully transparent. A
bitmap that cannot be decoded is `bad_bitmap`. If all points of a polygon are whole numbers,
they name px, and the outline goes through the middle of these: so Supervisely itself reads
them. If one has a fraction, points are exact places, and px 0 reaches from 0 to 1.

Objects: each entry of `objects` is one, but entries of one class that are bound together (that
have the same `instance`) are one object in several pieces. The label is `classTitle`; if it is
missing, the class of meta.json that has the entry's `classId`. A class that is not in the
project's meta.json is `unknown_class`, if that file declares any.

Attributes: the tags of an object, and its `description`. A tag without a value is "true". Tags
of the whole image are no annotation.

Keys: `DOCUMENT#` and the object's id; where it has none, or the document has that id twice, a
digest of class and geometry; for objects that are bound together, of class and `instance`. The
same shape of one class twice is `duplicate_annotation`.

What is dropped: `no_mask`, `unknown_class`, `bad_polygon`, `bad_bitmap`, `missing_image`,
`over_limit` and `malformed_file`.
"""

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from curate.exports.export import Export
from curate.exports.paths import is_picture, stem
from curate.formats.shared.grouping import join_groups
from curate.formats.shared.json_documents import JsonDocument, Pieces, documents
from curate.formats.shared.json_values import value, whole
from curate.formats.shared.picture_names import pictures_by_stem
from curate.formats.shared.supervisely_classes import META_FILE, Classes, read_projects
from curate.formats.shared.supervisely_objects import object_id, read_object
from curate.reasons import Reason, Refusal
from curate.records import Annotation, ImageRecord, ReadItem

OPTIONS: tuple[str, ...] = ()

_NEEDS = "has the keys objects and size"
_ANNOTATIONS = "ann"
_IMAGES = "img"
_FOLDERS = [f"../{_IMAGES}", _IMAGES, "images", "../images"]
_SIDECARS = ("img_info", "meta")
_NO_IMAGE = "annotates a video or a point cloud; turn it into a project of images"


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each document."""
    projects = read_projects(export)
    pictures = pictures_by_stem(export)

    def is_ours(document: JsonDocument) -> bool:
        return _is_annotation(document.pieces) or _is_sidecar(export, document)

    for each in documents(export, "Supervisely", is_ours, _NEEDS):
        if not isinstance(each, JsonDocument):
            yield each
            continue
        if _is_sidecar(export, each):
            continue
        yield _item(export, each, projects.classes(each.path), pictures)


def _is_annotation(pieces: Pieces) -> bool:
    """Whether a document annotates an image, a video or a point cloud."""
    keys = _inner(pieces).keys()
    # Cityscapes' documents have `objects`, too, but say the size in another way.
    has_objects = "objects" in keys
    return has_objects and not keys.isdisjoint(("size", "tags", "frames", "figures"))


def _inner(pieces: Pieces) -> Pieces:
    """The annotation's own keys: Supervisely's API wraps it, with the image's name beside it."""
    if "objects" in pieces or "annotation" not in pieces:
        return pieces
    try:
        return msgspec.json.decode(pieces["annotation"], type=Pieces)
    except msgspec.ValidationError:
        return pieces


def _is_sidecar(export: Export, document: JsonDocument) -> bool:
    """Whether a document holds a project's classes, or what the server knew of an image."""
    folder, name = posixpath.split(document.path)
    if name == META_FILE and "classes" in document.pieces:
        return True
    if posixpath.basename(folder) not in _SIDECARS:
        return False
    dataset = posixpath.dirname(folder)
    return posixpath.join(dataset, _ANNOTATIONS, name) in export.files.known


def _item(
    export: Export,
    document: JsonDocument,
    classes: Classes,
    pictures: Mapping[str, list[str]],
) -> ReadItem:
    """The record of a document's image, or a drop or a note in its place."""
    annotation = JsonDocument(document.path, _inner(document.pieces))
    if not annotation.pieces.keys().isdisjoint(("frames", "figures")):
        return export.ignored(document.path, _NO_IMAGE)
    try:
        objects = [value(raw) for raw in annotation.entries("objects")]
    except Refusal as refusal:
        return export.drop(refusal, annotation_key=document.path, count=None)

    name = _image_name(document, pictures)
    annotations = _annotations(document.path, objects, classes)
    if _is_annotated_elsewhere(export, document.path, name):
        detail = f"image {name!r} is not in the export; that of this name has its own annotation"
        missing = Refusal(Reason.MISSING_IMAGE, detail)
        return export.drop(missing, image_path=name, count=len(annotations))

    size = value(annotation.pieces.get("size"))
    if not isinstance(size, dict):
        size = {}
    return ImageRecord(
        name=name,
        document=document.path,
        annotations=annotations,
        width=whole(size.get("width")),
        height=whole(size.get("height")),
        folders=_FOLDERS,
    )


def _annotations(path: str, objects: list[Any], classes: Classes) -> list[Annotation]:
    """The annotations of a document: objects on their own, then those that are bound together."""
    # Supervisely's own ids are unique; converters write the same one for all objects.
    ids = Counter(object_id(each) for each in objects)
    ids[None] = 0  # no id is not an id of its own
    drawn = []
    for number, each in enumerate(objects):
        has_own_id = ids[object_id(each)] == 1
        drawn.append(read_object(path, number, each, classes, has_own_id=has_own_id))
    return join_groups(drawn, path)


def _image_name(document: JsonDocument, pictures: Mapping[str, list[str]]) -> str:
    """The image's path from its document's folder."""
    stated = value(document.pieces.get("imageName"))
    if isinstance(stated, str) and stated:
        return _beside(document.path, stated)

    name = stem(document.path)
    image = _beside(document.path, name)
    if is_picture(name):
        return image
    # Until 2018, a document was called like its image without the suffix.
    without_suffix = _from_root(document.path, image)
    called = pictures.get(without_suffix, [])
    if len(called) == 1:
        return _beside(document.path, called[0])
    return image


def _beside(path: str, name: str) -> str:
    """The path of an image in the dataset of a document, from the document's folder."""
    folder = posixpath.dirname(path)
    if posixpath.basename(folder) == _ANNOTATIONS:
        return f"../{_IMAGES}/{name}"
    return name


def _from_root(path: str, name: str) -> str:
    """A path that stands in the document `path`, from the export's root."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _is_annotated_elsewhere(export: Export, path: str, name: str) -> bool:
    """Whether the only picture of an image's name is the one that another document annotates.

    Datasets of one project number their images alike: what is missing in one dataset must not be
    taken from another.
    """
    file_name = posixpath.basename(name)
    own_path = _from_root(path, name)
    same_name = export.files.by_file_name.get(file_name, [])
    if own_path in same_name or len(same_name) != 1:
        return False

    folder = posixpath.dirname(same_name[0])
    if posixpath.basename(folder) != _IMAGES:
        return False
    dataset = posixpath.dirname(folder)
    own_document = posixpath.join(dataset, _ANNOTATIONS, f"{file_name}.json")
    return own_document != path and own_document in export.files.known
