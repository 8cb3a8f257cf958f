"""What travels from the formats to ingest: an image as its export describes it, and what was dropped.

A format only parses. It yields image records whose shapes stand as the export wrote them, in the
annotated frame; ingest finds the image, checks every number and turns each shape into run-lengths.
"""

import hashlib
from enum import StrEnum
from typing import Any, Literal, NamedTuple

import msgspec

from curate.reasons import Reason, Refusal


class Box(NamedTuple):
    """A rectangle in whole px, half-open, origin top left."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Length in x, px."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Length in y, px."""
        return self.y1 - self.y0


class Flag(StrEnum):
    """A remark on an object that goes on."""

    TOUCHES_EDGE = "touches_edge"
    COARSE_POLYGON = "coarse_polygon"
    CROSSING_POLYGON = "crossing_polygon"
    PARTIAL = "partial"
    JPEG_MASK = "jpeg_mask"
    BLENDED = "blended"
    SCALED_MASK = "scaled_mask"
    IMAGE_BY_NAME = "image_by_name"
    EMBEDDED_IMAGE = "embedded_image"
    REPLACED_CHARACTERS = "replaced_characters"


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all records: frozen, and written to disk as MessagePack."""


class Polygons(Record, frozen=True, kw_only=True, tag="polygons"):
    """Rings of one object: their union, less the union of `holes`.

    A ring is a flat list x0, y0, x1, y1, … as the export holds it: unchecked, so any JSON value may
    stand in it. Unit: px of the annotated frame, or shares of its width and height if `normalised`.
    """

    rings: list[Any]
    holes: list[Any] = []
    normalised: bool = False


class RawRunLengths(Record, frozen=True, kw_only=True, tag="run_lengths"):
    """Column-major run-lengths over `height` × `width`, as a list or as COCO's compressed string; unchecked."""

    counts: Any
    height: Any
    width: Any


class Bitmap(Record, frozen=True, kw_only=True, tag="bitmap"):
    """An encoded picture (PNG, …) whose non-zero pixels, or opaque ones if it has alpha, are the mask.

    `x`, `y`: where its top left pixel stands in the annotated frame, px.
    """

    data: bytes
    x: int = 0
    y: int = 0


class Compound(Record, frozen=True, kw_only=True, tag="compound"):
    """One object of several shapes, of any kind: their union, less the union of `holes`."""

    pieces: list[Polygons | RawRunLengths | Bitmap]
    holes: list[Polygons | RawRunLengths | Bitmap] = []


Shape = Polygons | RawRunLengths | Bitmap | Compound


class Annotation(Record, frozen=True, kw_only=True):
    """One annotation of an image. `dropped` is the format's own verdict (crowd, deleted, no_mask, …)."""

    key: str
    label: str = ""
    shape: Shape | None = None
    dropped: Reason | None = None
    detail: str = ""
    flags: list[Flag] = []
    attributes: dict[str, str] = {}


class RegionMap(Record, frozen=True, kw_only=True):
    """A mask file whose pixel values name regions.

    `pixels`: how a value is read: `index` (grey value or palette index), `colour` (RGB as 0xRRGGBB;
    inexact colours go to the nearest listed one), `number` (RGB as 0xRRGGBB, exactly), `binary` (> 127, or
    opaque where some px are transparent), `objects` (every value but 0 and `void` is an object of class `label`)
    or `auto` (the picture decides, see regions.py).
    `labels`: value → label; a value in neither `labels` nor `void` nor `background` is `unknown_class`,
    unless `labels` is empty in an `auto` map: then values are their own labels.
    `colours`: colour → value of `labels`, `void` or `background`; without it a colour is its own value.
    `label`: of the object in a binary mask.
    `void`: px of no class. `background`: px of a class that is no object; they count as labelled.
    `instances`: path of a second index map whose values number the objects (VOC SegmentationObject).
    `objects`: `components` cuts each value into 8-connected regions, `instances` keeps a value whole.
    `resize`: a mask of another size, but of its image's proportions, is scaled.
    """

    path: str
    pixels: Literal["auto", "index", "colour", "number", "binary", "objects"]
    labels: dict[int, str] = {}
    colours: dict[int, int] = {}
    label: str = ""
    void: list[int] = []
    background: list[int] = []
    instances: str | None = None
    objects: Literal["instances", "components"] = "components"
    resize: bool = False


class ImageRecord(Record, frozen=True, kw_only=True):
    """An image and all that one document of the export says of it.

    `name`: the image's path or file name as the document gives it; ingest looks for it from the
    document's folder, then from the export's root and `folders`, then by its file name.
    `width`, `height`: the annotated size, None where the document does not say.
    `frame`: whether shapes stand in the displayed frame (EXIF orientation applied), in the stored one,
    or in the one whose size is the annotated size (`by_size`; displayed where both fit).
    `embedded`: the encoded picture, used only where no file is found.
    """

    name: str
    document: str
    annotations: list[Annotation] = []
    maps: list[RegionMap] = []
    width: int | None = None
    height: int | None = None
    frame: Literal["displayed", "stored", "by_size"] = "by_size"
    folders: list[str] = []
    video: str = ""
    embedded: bytes | None = None


class FoundImage(Record, frozen=True, kw_only=True, tag="found"):
    """An image record whose image was found: its path in the export, and the file that holds its bytes."""

    record: ImageRecord
    path: str
    file: str
    flags: list[Flag]


class FaultReport(Record, frozen=True, kw_only=True, tag="fault"):
    """An exception that no rule foresees, and the image that it cost.

    `summary`: its type and message in a line. `trace`: its traceback, for `<build>/faults/`.
    """

    export: str
    image_path: str
    summary: str
    trace: str


class Drop(Record, frozen=True, kw_only=True, tag="drop"):
    """What does not go on. `count`: annotations that this row stands for; None where nobody can know."""

    reason: Reason
    detail: str
    export: str = ""
    image_path: str = ""
    annotation_key: str = ""
    object_id: str = ""
    count: int | None = 1


def object_id(export: str, image_path: str, annotation_key: str) -> str:
    """First 32 hex digits of SHA-256 over export name, image path and annotation key.

    They are joined by NUL. The id survives re-runs, another order, and new data.
    """
    text = "\0".join((export, image_path, annotation_key))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def make_drop(
    refusal: Refusal,
    *,
    export: str,
    image_path: str = "",
    annotation_key: str = "",
    count: int | None = 1,
) -> Drop:
    """The drop that a refusal causes; it has an object_id if it names an annotation.

    `count`: annotations that are lost; None if nobody can know.
    """
    identity = ""
    if annotation_key:
        identity = object_id(export, image_path, annotation_key)
    return Drop(
        reason=refusal.reason,
        detail=refusal.detail,
        export=export,
        image_path=image_path,
        annotation_key=annotation_key,
        object_id=identity,
        count=count,
    )
