"""What travels from the formats to ingest: images as exports describe them.

A format only parses. It yields image records with the shapes as the export wrote them, in the
annotated frame. Ingest finds the image, checks every number and makes run-lengths of each shape.
"""

from typing import Any, Literal, NamedTuple

import msgspec

from curate.drops import Drop, IgnoredFile
from curate.flags import Flag
from curate.mask_records import MaskFile, Painted, RegionMap, SegmentMap
from curate.reasons import Reason, Refusal


class Box(NamedTuple):
    """A rectangle in whole px, half-open, origin top left: the px x0 to x1 - 1, y0 to y1 - 1.

    >>> Box(120, 40, 380, 310).width
    260
    """

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


class Polygons(msgspec.Struct, frozen=True, kw_only=True, tag="polygons"):
    """Rings of one object: the union of `rings`, less the union of `holes`.

    A ring is a flat list x0, y0, x1, y1, … as the export holds it. It is unchecked: it may hold any
    JSON value. A format may give a list of numbers as their bytes (`curate.pixels.rings.packed`).
    Unit: px of the annotated frame, or shares of its width and height if `normalised`.
    """

    rings: list[Any]
    holes: list[Any] = []
    normalised: bool = False


class RawRunLengths(msgspec.Struct, frozen=True, kw_only=True, tag="run_lengths"):
    """Column-major run-lengths over height × width px, as the export holds them: unchecked.

    `counts`: a list, or COCO's compressed text.
    """

    counts: Any
    height: Any
    width: Any


class RowRunLengths(msgspec.Struct, frozen=True, kw_only=True, tag="row_run_lengths"):
    """Row-major run-lengths of a rectangle of the annotated frame, unchecked.

    `counts`: a list. `x`, `y`: the rectangle's top left px; `width`, `height`: its sides, px.
    """

    counts: Any
    x: Any
    y: Any
    width: Any
    height: Any


class PackedRunLengths(
    msgspec.Struct, frozen=True, kw_only=True, tag="packed_run_lengths"
):
    """Label Studio's bit-packed run-lengths over the whole frame, unchecked.

    `data`: see curate/pixels/packed_runs.py. `height`, `width`: the size for which the export says
    that it was drawn, px; None if it does not say.
    """

    data: bytes
    height: int | None = None
    width: int | None = None


class StartedRuns(msgspec.Struct, frozen=True, kw_only=True, tag="started_runs"):
    """Runs of px over the whole frame, each with its start: unchecked.

    `text`: starts and lengths in turn. `by_rows`: px are counted row by row, not column by column.
    `first`: the number of the first px, 0 or 1. `known`: whence we know it: tables of this kind
    are `usual`ly so, or other masks of its `table` show it; then its own px may tell otherwise.
    """

    text: str
    by_rows: bool = False
    first: int = 1
    known: Literal["usual", "by_table", "stated"] = "usual"
    table: str = ""


class Ellipse(msgspec.Struct, frozen=True, kw_only=True, tag="ellipse"):
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


class Bitmap(msgspec.Struct, frozen=True, kw_only=True, tag="bitmap"):
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


class Compound(msgspec.Struct, frozen=True, kw_only=True, tag="compound"):
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


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """A shape of no class that covers the annotations below it."""

    shape: Shape
    layer: int


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
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
    """The box that the export states beside the shape. It makes no object; a mask that does
    not fit it is flagged."""


class ImageRecord(msgspec.Struct, frozen=True, kw_only=True):
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
    frame: Literal["displayed", "stored", "by_size", "stretched"] = "by_size"
    """The frame of the shapes: `displayed` (EXIF orientation applied), `stored`, or the one of the
    annotated size (`by_size`). If both have it, the export's other images decide, see
    curate/stages/traits.py. `stretched`: displayed, but where the annotated size is the stored one,
    shapes are stretched to it."""
    folders: list[str] = []
    video: str = ""
    embedded: bytes | None = None
    """The encoded picture, used only if no file is found."""


class FoundImage(msgspec.Struct, frozen=True, kw_only=True, tag="found"):
    """An image record whose image was found."""

    record: ImageRecord
    path: str
    """The image's path in the export."""
    file: str
    """The path or URL that holds its bytes."""
    flags: list[Flag]


class RunOrder(msgspec.Struct, frozen=True, kw_only=True):
    """How px are counted in a table, as its masks tell."""

    by_rows: bool | None = None
    """Row by row, or column by column; None if no mask tells, or they differ."""
    first: int = 1
    """The number of the first px, 0 or 1."""


KnownFrame = Literal["unknown", "displayed", "stored"]
"""The frame of shapes: with the EXIF orientation applied, or as the picture is stored."""


class ExportTraits(msgspec.Struct, frozen=True, kw_only=True, tag="traits"):
    """What the pictures of an export have in common, as some of them tell."""

    frame: KnownFrame = "unknown"
    """The frame of shapes whose annotated size both frames of their picture have."""
    frames: dict[str, KnownFrame] = {}
    """The same by document, if documents differ in it."""
    overruled: list[str] = []
    """Documents whose outlines are in the other frame of turned pictures than their sizes say."""
    grey_bits: int = 0
    """The bits that 16-bit grey uses; 0 if no picture tells."""
    run_orders: dict[str, RunOrder] = {}
    """How px are counted in tables of started runs, by table, if the masks of a table tell."""
    may_be_percent: bool = False
    """Whether no outline goes beyond 100, as in percent of the image, and one nearly so far."""


ReadItem = ImageRecord | Drop | IgnoredFile
"""One of the things that a format's reader yields."""


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
