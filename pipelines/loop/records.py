"""What the server is asked and what it answers: the records of its API."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from curate.pixels.simple_polygons import MIN_AREA, TOLERANCE

Px = Annotated[float, Meta(ge=-1e6, le=1e6)]
"""A place in a picture, px."""

Corners = tuple[Px, Px, Px, Px]
"""x0, y0, x1, y1 of a drawn box, px, half-open."""

Form = Literal["run_lengths", "polygons", "geometry", "png"]
"""How a mask is written: COCO's run-lengths, COCO's polygons, GeoJSON's rings, a PNG."""


class Picture(msgspec.Struct, frozen=True):
    """A picture that the server knows."""

    id: Annotated[
        str, Meta(description="First 32 hex digits of the SHA-256 of its file.")
    ]
    name: str
    width: Annotated[int, Meta(description="px, as displayed")]
    height: Annotated[int, Meta(description="px, as displayed")]
    is_of_build: Annotated[bool, Meta(description="of the build's test split")] = False
    objects: Annotated[int, Meta(description="number of saved objects")] = 0


class PictureList(msgspec.Struct, frozen=True):
    """The pictures that are there to choose from."""

    pictures: list[Picture]


class MasksWanted(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Boxes to answer, on a picture that was sent before or is sent along."""

    boxes: Annotated[list[Corners], Meta(min_length=1)]
    picture: Annotated[str, Meta(description="its id")] = ""
    image: Annotated[
        bytes,
        Meta(description="or its file, as base64; larger ones: POST /api/pictures"),
    ] = b""
    form: Form = "run_lengths"
    tolerance: Annotated[
        float,
        Meta(
            ge=0, le=100, description="px that a polygon may be off the mask's outline"
        ),
    ] = TOLERANCE
    min_area: Annotated[
        float, Meta(ge=0, le=1e6, description="px; smaller islands are left out")
    ] = MIN_AREA


class CompressedMask(msgspec.Struct, frozen=True):
    """A mask as COCO writes it: height and width in px, and compressed run-lengths."""

    size: tuple[int, int]
    counts: str


class ModelState(msgspec.Struct, frozen=True):
    """Which model answers."""

    name: str
    digest: Annotated[str, Meta(description="of its checkpoint")]
    run: Annotated[
        int | None, Meta(description="number of its run; null: of no run of the build")
    ] = None


class BoxAnswer(msgspec.Struct, frozen=True):
    """The mask of a box. It has the one form that was asked for."""

    box: Corners
    bbox: Annotated[
        tuple[int, int, int, int], Meta(description="of the mask: x, y, width, height")
    ]
    area: Annotated[int, Meta(description="px of the mask")]
    expected_iou: Annotated[
        float | None,
        Meta(
            description="IoU that such an answer has on average; null: cannot be told"
        ),
    ]
    model: Annotated[
        str, Meta(description="digest of the checkpoint that has answered")
    ]
    segmentation: CompressedMask | list[list[float]] | UnsetType = UNSET
    geometry: Annotated[
        list[list[list[list[float]]]] | UnsetType,
        Meta(description="coordinates of a GeoJSON MultiPolygon, px"),
    ] = UNSET
    png: Annotated[
        bytes | UnsetType, Meta(description="1-bit, of the picture's size, as base64")
    ] = UNSET


class MaskAnswers(msgspec.Struct, frozen=True):
    """The answers to all boxes of a request, in its order."""

    picture: Picture
    model: str
    answers: list[BoxAnswer]


class SavedObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An object on a picture, as someone has left it."""

    box: Corners
    counts: Annotated[
        str,
        Meta(max_length=4_000_000, description="compressed run-lengths of the picture"),
    ]
    label: Annotated[str, Meta(max_length=1000)] = "object"
    expected_iou: float | None = None
    is_corrected: bool = False


class SavedObjects(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The objects of a picture."""

    objects: list[SavedObject] = []
    revision: Annotated[
        int, Meta(ge=0, description="what the objects were made from, or have become")
    ] = 0


class ServerState(msgspec.Struct, frozen=True):
    """What the server is."""

    model: str
    digest: Annotated[str, Meta(description="of the model's checkpoint")]
    run: Annotated[
        int | None, Meta(description="number of its run; null: of no run of the build")
    ]
    waiting_boxes: int
    cached_bytes: int


class Health(msgspec.Struct, frozen=True):
    """That the server answers, and by which model; it needs no token."""

    model: ModelState
    status: str = "ok"


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with a request."""

    error: str
