"""What travels from the formats to ingest: images as exports describe them, and drops.

A format only parses. It yields image records with the shapes as the export wrote them, in the
annotated frame. Ingest finds the image, checks every number and makes run-lengths of each shape.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec

from curate.flags import Flag
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


StatedBox = tuple[float, float, float, float]
"""x, y, width and height as an export states them, px of the annotated frame: unchecked."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all records: frozen, and written to disk as MessagePack."""


class Polygons(Record, frozen=True, kw_only=True, tag="polygons"):
    """Rings of one object: the union of `rings`, less the union of `holes`.

    A ring is a flat list x0, y0, x1, y1, … as the export holds it. It is unchecked: it may hold any
    JSON value. A format may give a list of numbers as their bytes (`curate.pixels.rings.packed`).
    Unit: px of the annotated frame, or shares of its width and height if `normalised`.
    """

    rings: list[Any]
    holes: list[Any] = []
    normalised: bool = False


class RawRunLengths(Record, frozen=True, kw_only=True, tag="run_lengths"):
    """Column-major run-lengths over height × width px, as the export holds them: unchecked.

    `counts`: a list, or COCO's compressed text.
    """

    counts: Any
    height: Any
    width: Any


class RowRunLengths(Record, frozen=True, kw_only=True, tag="row_run_lengths"):
    """Row-major run-lengths of a rectangle of the annotated frame, unchecked.

    `counts`: a list. `x`, `y`: the rectangle's top left px; `width`, `height`: its sides, px.
    """

    counts: Any
    x: Any
    y: Any
    width: Any
    height: Any


class PackedRunLengths(Record, frozen=True, kw_only=True, tag="packed_run_lengths"):
    """Label Studio's bit-packed run-lengths over the whole frame, unchecked.

    `data`: see curate/pixels/packed_runs.py. `height`, `width`: the size for which the export says
    that it was drawn, px; None if it does not say.
    """

    data: bytes
    height: int | None = None
    width: int | None = None


class StartedRuns(Record, frozen=True, kw_only=True, tag="started_runs"):
    """Runs of px over the whole frame, each with its start: unchecked.

    `text`: starts, counted from 1, and lengths in turn. `by_rows`: px are counted row by row, not
    column by column; unless `sure`, the picture's size may tell otherwise.
    """

    text: str
    by_rows: bool = False
    sure: bool = False


class Ellipse(Record, frozen=True, kw_only=True, tag="ellipse"):
    """An ellipse in shares of the annotated frame, unchecked.

    `cx`, `rx`: its centre and half axis in x, as shares of the frame's width; `cy`, `ry`: in y, as
    shares of its height. `angle`: by how much it is turned on the px grid around its centre, in
    degrees, clockwise.
    """

    cx: float
    cy: float
    rx: float
    ry: float
    angle: float = 0.0


class Bitmap(Record, frozen=True, kw_only=True, tag="bitmap"):
    """An encoded picture, such as a PNG, whose non-zero pixels are the mask.

    If it has transparency, its opaque pixels are the mask. `x`, `y`: the place of its top left
    pixel in the annotated frame, px. `whole`: it is a mask of the whole frame, and white on black
    if it has no transparency; if it has another size of the frame's proportions, it is scaled.
    `colour`: the mask is the px of this colour, 0xRRGGBB, of a picture of the whole frame.
    """

    data: bytes
    x: int = 0
    y: int = 0
    whole: bool = False
    colour: int | None = None


class Compound(Record, frozen=True, kw_only=True, tag="compound"):
    """One object of several shapes: the union of `pieces`, less the union of `holes`."""

    pieces: list[Polygons | RawRunLengths | RowRunLengths | Bitmap]
    holes: list[Polygons | RawRunLengths | RowRunLengths | Bitmap] = []


Shape = (
    Polygons
    | Ellipse
    | RawRunLengths
    | RowRunLengths
    | PackedRunLengths
    | StartedRuns
    | Bitmap
    | Compound
)
"""The geometry of an annotation, as its export wrote it."""


class MaskFile(Record, frozen=True, kw_only=True, tag="mask_file"):
    """A picture of the whole frame in a file of the export: the mask of one object.

    `path`: below the export's root. `colours`: the mask is the px of these colours, 0xRRGGBB, if
    the file holds several masks.
    """

    path: str
    colours: list[int] = []


class Painted(Record, frozen=True, kw_only=True, tag="painted"):
    """All px of one value in a mask file, which is one of the image's `segment_maps`."""

    path: str
    value: int
    required: bool = True
    """Whether it is a loss if no px has the value; if not, the export only lists what there
    may be."""


class Cover(Record, frozen=True, kw_only=True):
    """A shape of no class that covers the annotations below it."""

    shape: Shape
    layer: int


class Annotation(Record, frozen=True, kw_only=True):
    """One annotation of an image."""

    key: str
    """Names the annotation within its image; it survives another order of the document."""
    label: str = ""
    shape: Shape | MaskFile | Painted | None = None
    layer: int | None = None
    """If shapes of the image are drawn over one another: its place among them, 0 at the
    bottom. Only px that no shape of a higher layer covers are its mask."""
    dropped: Reason | None = None
    """The format's own verdict, such as crowd or deleted; None if the annotation is sound."""
    detail: str = ""
    """Why it is dropped, for people."""
    flags: list[Flag] = []
    attributes: dict[str, str] = {}
    box: StatedBox | None = None
    """The box that the export states beside the shape. Nothing is made of it, but a mask
    that it does not fit is flagged."""


class RegionMap(Record, frozen=True, kw_only=True):
    """A mask file whose pixel values name regions."""

    path: str
    pixels: Literal["auto", "index", "colour", "number", "binary", "objects"]
    """How a pixel is read.

    - `index`: its grey value or palette index
    - `colour`: RGB as 0xRRGGBB; an inexact colour is the nearest listed one
    - `number`: RGB as 0xRRGGBB, exactly
    - `binary`: above 127, or opaque if some pixels are transparent
    - `objects`: each value but 0 and `void` is one object of class `label`
    - `auto`: the picture decides, see curate/pixels/regions.py
    """
    labels: dict[int, str] = {}
    """Label by value. A value in neither `labels`, `void` nor `background` is `unknown_class`; but
    in an `auto` map without labels the values are their own labels."""
    colours: dict[int, int] = {}
    """Value by colour; without it a colour is its own value."""
    label: str = ""
    """Label of the object in a binary mask."""
    void: list[int] = []
    """Values of pixels that have no class."""
    background: list[int] = []
    """Values of a class that is no object; its pixels count as labelled."""
    instances: str | None = None
    """Path of a second index map whose values number the objects (VOC SegmentationObject)."""
    objects: Literal["instances", "components"] = "components"
    """`components` cuts each value into 8-connected regions, `instances` keeps a value whole."""
    resize: bool = False
    """Whether a mask of another size, but of its image's proportions, is scaled."""


class SegmentMap(Record, frozen=True, kw_only=True):
    """A mask file whose px of one value are one annotation, in one piece or in several."""

    path: str
    pixels: Literal["index", "id"]
    """How a pixel is read: its grey value or palette index, or as R + 256 G + 65,536 B."""
    known: list[int] = []
    """Values of annotations of the image."""
    others: bool = True
    """Whether other values are looked up in what follows; if not, they are passed over."""
    void: list[int]
    """Classes of px that have no class."""
    labels: dict[int, str] = {}
    """Label by class; each value of such a class is an object. A class that is neither here
    nor in `void` is `unknown_class`."""
    crowds: list[int] = []
    """Classes whose value without a number is a crowd."""
    per_class: int | None = None
    """Values from here on are class × per_class + number; without it a value is a class."""
    resize: bool = False
    """Whether a mask of another size, but of its image's proportions, is scaled."""


class ImageRecord(Record, frozen=True, kw_only=True):
    """An image, and all that one document of the export says of it."""

    name: str
    """The image's path or file name as the document gives it. Ingest looks for it from the
    document's folder, then from the export's root and from `folders`, then by its file name."""
    document: str
    annotations: list[Annotation] = []
    maps: list[RegionMap] = []
    segment_maps: list[SegmentMap] = []
    covers: list[Cover] = []
    scene: Literal["auto", "full", "partial"] = "auto"
    """Whether each px of the image has a class, if the export says so."""
    width: int | None = None
    """Width of the annotated frame, px; None if the document does not say."""
    height: int | None = None
    """Height of the annotated frame, px; None if the document does not say."""
    frame: Literal["displayed", "stored", "by_size"] = "by_size"
    """The frame of the shapes: `displayed` (EXIF orientation applied), `stored`, or the one of the
    annotated size (`by_size`). If both have it, the export's other images decide, see
    curate/stages/traits.py."""
    folders: list[str] = []
    video: str = ""
    embedded: bytes | None = None
    """The encoded picture, used only if no file is found."""


class FoundImage(Record, frozen=True, kw_only=True, tag="found"):
    """An image record whose image was found."""

    record: ImageRecord
    path: str
    """The image's path in the export."""
    file: str
    """The path or URL that holds its bytes."""
    flags: list[Flag]


KnownFrame = Literal["unknown", "displayed", "stored"]
"""Of shapes: EXIF orientation applied, or as the picture is stored."""


class ExportTraits(Record, frozen=True, kw_only=True, tag="traits"):
    """What the pictures of an export have in common, as some of them tell."""

    frame: KnownFrame = "unknown"
    """The frame of shapes whose annotated size both frames of their picture have."""
    frames: dict[str, KnownFrame] = {}
    """The same by document, if documents differ in it."""
    grey_bits: int = 0
    """The bits that 16-bit grey uses; 0 if no picture tells."""


class IgnoredFile(Record, frozen=True, kw_only=True, tag="ignored"):
    """A file of an export that its format left alone, for the user to be told of."""

    export: str
    path: str
    why: str
    """In a few words, such as "no COCO document"."""


class FaultReport(Record, frozen=True, kw_only=True, tag="fault"):
    """An exception that no rule foresees, and the image that it cost."""

    export: str
    image_path: str
    summary: str
    """The exception's type and message, in a line."""
    trace: str
    """Its traceback, for `<build>/faults/`."""


class Drop(Record, frozen=True, kw_only=True, tag="drop"):
    """What does not go on; `make_drop` makes it."""

    reason: Reason
    detail: str
    export: str = ""
    image_path: str = ""
    annotation_key: str = ""
    object_id: str = ""
    count: int | None = 1
    """Annotations that this drop stands for; None if nobody can know."""


ReadItem = ImageRecord | Drop | IgnoredFile
"""One of the things that a format's reader yields."""


def object_id(export: str, image_path: str, annotation_key: str) -> str:
    """First 32 hex digits of SHA-256 over export name, image path and annotation key.

    They are joined by NUL. The id survives re-runs, another order, and new data.
    """
    text = "\0".join((export, image_path, annotation_key))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def object_ids(
    export: str, image_path: str, annotation_keys: Iterable[str]
) -> list[str]:
    """The `object_id` of many annotations of an image."""
    of_image = hashlib.sha256(
        f"{export}\0{image_path}\0".encode("utf-8", "surrogatepass")
    )
    found = []
    for key in annotation_keys:
        digest = of_image.copy()
        digest.update(key.encode("utf-8", "surrogatepass"))
        found.append(digest.hexdigest()[:32])
    return found


def refused_annotation(
    refusal: Refusal,
    *,
    key: str,
    label: str = "",
    attributes: dict[str, str] | None = None,
) -> Annotation:
    """The annotation of which a format could make no shape; ingest drops it for the refusal."""
    return Annotation(
        key=key,
        label=label,
        dropped=refusal.reason,
        detail=refusal.detail,
        attributes=attributes or {},
    )


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
