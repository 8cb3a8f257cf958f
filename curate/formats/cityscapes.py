"""Cityscapes: maps of instances or classes, or polygons, beside images named leftImg8bit.

Tools: Cityscapes and datasets in its layout (ACDC, Foggy Cityscapes, mmsegmentation);
    cityscapesScripts
Versions: gtFine, gtCoarse and the like
Masks: maps of instances, maps of classes, polygons
Gives: instances; regions from maps of classes

Documents: an annotation is named `IMAGE_gtFine_KIND`, and its image `IMAGE_leftImg8bit`. A
document of polygons may have any name: it is one if it has `imgHeight` and `objects`.

Images: the folders (`gtFine/train/aachen`, `leftImg8bit/train/aachen`) may be any: of several
images of one name, the one whose folders end alike is taken. `gtCoarse` and any other word that
begins with gt is read like gtFine, and `IMAGE_rgb_anon` (ACDC), `IMAGE_rgb`, `IMAGE_image` and
`IMAGE` like `IMAGE_leftImg8bit`. Without these, each of `IMAGE_leftImg8bit_foggy_beta_0.02` and
the like is annotated.

Objects: of an image with several files, the first of these kinds is read, gtFine before gtCoarse;
the others are left alone. Option `annotations` says another kind.

- `instanceIds.png`: px of 1000 × class + number are one object. Px of a class without a number are
  one object, too, in one piece or in several; but if objects of the class are told apart (person,
  car, …), they are a `crowd`.
- `polygons.json`: each polygon is one object. Later polygons lie over earlier ones: only what is
  seen of a polygon is its mask, and one that is not seen at all is `empty_mask`. Labels stay as
  they are. Polygons with `deleted` are dropped as `deleted`, and those whose label ends in `group`
  as `crowd`.
- `labelIds.png`: classes alone; each 8-connected region is one object.
- `instanceTrainIds.png`, `labelTrainIds.png`: the same with train ids.

Classes: those of cityscapesScripts. What has no class (unlabeled, ego vehicle, rectification
border, out of roi) and the classes that evaluation ignores (static, dynamic, ground, parking, rail
track, guard rail, bridge, tunnel, polegroup, caravan, trailer, license plate) are void: they are no
objects and are not counted, but as polygons they cover what is below them. A number that is not
listed is `unknown_class`.

Other classes: CVAT and Datumaro write any classes in this layout, and list them in
`label_colors.txt`, numbered from 0 by their lines; but if no class is black, 0 is background and
the list begins at 1. If that list is not Cityscapes' own, it says what the numbers of maps mean,
in place of the classes above; px of a class without a number are one object. Datumaro gives no
object a number: `objects: components` in the settings cuts its classes into connected regions.

Keys: `PATH#NUMBER` in maps of instances, `PATH#LABEL@X,Y` in maps of classes, and
`PATH#` and a digest of label and polygon.

Options:

- `annotations`: `auto` (the default), `instances`, `polygons` or `labels`.
- `mask_size: scale`: a map of another size, but of its image's proportions, is scaled (nearest px)
  in place of being refused.

What is dropped besides: `missing_image` (an annotation without an image), `no_mask` (an object
without a polygon), `bad_polygon`, `undecodable_mask`, `mask_size_mismatch` and `malformed_file`.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from curate.errors import NotOfFormat
from curate.exports.export import Export
from curate.formats.shared.cityscapes_classes import (
    IDS,
    TRAIN_IDS,
    CityscapesTable,
)
from curate.formats.shared.cityscapes_files import (
    AnnotationFile,
    Images,
    Kind,
    annotation_file,
    is_rendering,
)
from curate.formats.shared.cityscapes_polygons import (
    is_void,
    polygon,
    read_object,
)
from curate.formats.shared.cityscapes_tables import stated_classes
from curate.formats.shared.coco_entries import is_set
from curate.formats.shared.json_documents import JsonDocument, documents
from curate.formats.shared.json_values import (
    value,
    whole,
)
from curate.formats.shared.options import stated_choice
from curate.mask_records import RegionMap, SegmentMap
from curate.reasons import Refusal
from curate.records import Cover, ImageRecord, ReadItem

OPTIONS = ("annotations", "mask_size")

_NEEDS = "has the keys imgHeight and objects, or it is a map named IMAGE_gtFine_instanceIds.png"
_KINDS: dict[str, tuple[Kind, ...]] = {
    "auto": (),
    "instances": ("instanceids", "instancetrainids"),
    "polygons": ("polygons",),
    "labels": ("labelids", "labeltrainids"),
}
_TABLES: dict[Kind, CityscapesTable] = {
    "instanceids": IDS,
    "labelids": IDS,
    "instancetrainids": TRAIN_IDS,
    "labeltrainids": TRAIN_IDS,
}
_PER_CLASS = 1000


def read(export: Export) -> Iterator[ReadItem]:
    """One record for each image that has an annotation."""
    kinds = _KINDS[stated_choice(export, "annotations", tuple(_KINDS))]
    resize = stated_choice(export, "mask_size", ("refuse", "scale")) == "scale"

    classes = stated_classes(export)
    yield from classes.broken
    images = Images(export.files)
    best = _Choice(images, kinds)
    has_map = False
    for path in export.files.paths:
        annotation = annotation_file(path)
        if annotation is not None:
            best.add(annotation)
            has_map = has_map or annotation.kind != "polygons"
        elif is_rendering(path):
            yield export.ignored(path, "a rendering of an annotation in colours")

    try:
        yield from _polygon_records(export, best)
    except NotOfFormat:
        if not has_map:
            raise
    for image, annotation in best.by_image.items():
        if annotation.kind != "polygons":
            table = classes.table(annotation.path, _TABLES[annotation.kind])
            yield _map_record(export, image, annotation, table, resize)
    for path in sorted(best.others):
        yield export.ignored(path, "another annotation of its image is read")


@dataclass(slots=True)
class _Choice:
    """The annotation file that each image keeps."""

    images: Images
    kinds: tuple[Kind, ...]
    """The kinds that the options ask for; all if they ask for none."""
    by_image: dict[str, AnnotationFile] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    """Paths of the files that no image keeps."""

    def add(self, annotation: AnnotationFile) -> None:
        """Note an annotation, and keep it for each of its images that has no better one."""
        for image in self.images_of(annotation):
            kept = self.by_image.setdefault(image, annotation)
            if kept is annotation:
                continue
            worse = annotation
            if self._rank(annotation) < self._rank(kept):
                self.by_image[image] = annotation
                worse = kept
            self.others.add(worse.path)

    def images_of(self, annotation: AnnotationFile) -> list[str]:
        """The images of an annotation, or the name that a missing one would have."""
        found = self.images.of(annotation)
        if found:
            return found
        folder = posixpath.dirname(annotation.path)
        return [posixpath.join(folder, f"{annotation.image}_leftImg8bit.png")]

    def _rank(self, annotation: AnnotationFile) -> tuple[Any, ...]:
        """The smaller, the better."""
        is_unwanted = bool(self.kinds) and annotation.kind not in self.kinds
        return is_unwanted, *annotation.rank, annotation.path


def _polygon_records(export: Export, best: _Choice) -> Iterator[ReadItem]:
    """The records of all documents of polygons that an image keeps."""
    for document in documents(export, "Cityscapes", _is_polygons, _NEEDS):
        if not isinstance(document, JsonDocument):
            yield document
            continue
        annotation = annotation_file(document.path)
        if annotation is None:
            # Only its content says what it is, so it was not noted before.
            stem, _ = posixpath.splitext(posixpath.basename(document.path))
            annotation = AnnotationFile(
                document.path, stem, "polygons", is_coarse=False
            )
            best.add(annotation)
        for image in best.images_of(annotation):
            if best.by_image.get(image) == annotation:
                yield from _polygon_record(export, image, document)


def _is_polygons(document: JsonDocument) -> bool:
    keys = document.pieces.keys()
    return "objects" in keys and not keys.isdisjoint(("imgHeight", "imgWidth"))


def _map_record(
    export: Export,
    image: str,
    annotation: AnnotationFile,
    table: CityscapesTable,
    resize: bool,
) -> ImageRecord:
    """The record of an image with a map of instances or of classes."""
    if annotation.kind in _KINDS["instances"]:
        segment_map = SegmentMap(
            path=annotation.path,
            pixels="index",
            void=table.void,
            labels=table.labels,
            crowds=table.crowds,
            per_class=_PER_CLASS,
            resize=resize,
        )
        return ImageRecord(name=image, document="", segment_maps=[segment_map])

    objects: Literal["instances", "components"] = "components"
    if export.objects == "instances":
        objects = "instances"
    region_map = RegionMap(
        path=annotation.path,
        pixels="index",
        labels=table.labels,
        void=table.void,
        resize=resize,
        objects=objects,
    )
    return ImageRecord(name=image, document="", maps=[region_map])


def _polygon_record(
    export: Export, image: str, document: JsonDocument
) -> Iterator[ReadItem]:
    """The record of an image with polygons; a drop if their document cannot be read."""
    try:
        objects = document.entries("objects")
    except Refusal as refusal:
        yield export.drop(refusal, annotation_key=document.path, count=None)
        return

    annotations = []
    covers = []
    for layer, raw in enumerate(objects):
        entry = value(raw)
        if not is_void(entry):
            annotations.append(read_object(document.path, layer, entry))
        elif not is_set(entry.get("deleted")):
            covers.append(Cover(shape=polygon(entry), layer=layer))

    yield ImageRecord(
        name=image,
        document="",
        annotations=annotations,
        covers=covers,
        width=whole(value(document.pieces.get("imgWidth"))),
        height=whole(value(document.pieces.get("imgHeight"))),
    )
