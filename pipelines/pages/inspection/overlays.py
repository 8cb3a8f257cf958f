"""Photos of an export with the masks and labels of their objects drawn on them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from upath import UPath

from curate.exports import child
from curate.limits import Limits
from curate.pixels import images, masks, run_lengths
from curate.pixels.images import Pixels
from curate.pixels.overlays import Colour, outline, resize_mask, tint
from curate.reasons import Fault, Refusal
from curate.records import Box
from pipelines.inspection.inspecting import Inspected
from pipelines.pages.page import picture_uri

_MOST_PICTURES = 12
_MOST_TAGS = 6  # labels that are written on a picture: those of its largest objects
_FARTHEST_LEFT = 80.0  # per cent of the picture, for the start of a label
_FARTHEST_TOP = 94.0
_MOST_OBJECTS = 2000  # that are painted on a picture
_SIDE = 640  # px of a picture's longer side
_QUALITY = 70
_CANNOT_OPEN = (OSError, Refusal, Fault, child.ChildDied)

COLOURS: tuple[Colour, ...] = (
    (240, 80, 160),
    (60, 190, 240),
    (250, 200, 40),
    (120, 220, 90),
    (170, 120, 250),
    (255, 130, 60),
    (60, 210, 180),
    (230, 230, 230),
    (90, 130, 255),
    (200, 160, 110),
)
"""The colours of the commonest classes, in turn."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A label on a picture. `left`, `top`: per cent of its width and height."""

    label: str
    colour: str
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Overlay:
    """A photo with its objects. `labels`: objects by label; `colours`: of each label."""

    uri: str
    path: str
    width: int
    height: int
    objects: int
    tags: list[Tag]
    labels: Mapping[str, int]
    colours: Mapping[str, str]


def paint_overlays(found: Inspected, limits: Limits) -> list[Overlay]:
    """Some photos that show each class at least once, if few are enough for that.

    A photo that cannot be opened any more is left out.
    """
    contents = found.inspection.contents
    if found.read is None or contents is None:
        return []
    colours = {
        label: COLOURS[number % len(COLOURS)]
        for number, label in enumerate(contents.labels)
    }
    segments = found.read.segments
    overlays = []
    for path in choose_images(segments):
        rows = segments.filter(pc.equal(segments["image_path"], path)).to_pylist()
        try:
            overlays.append(_paint(path, rows, colours, limits))
        except _CANNOT_OPEN:
            continue
    return overlays


def choose_images(segments: pa.Table, most: int = _MOST_PICTURES) -> list[str]:
    """The images to show: each next one has the most classes that none before it has.

    Of several with equally many, it is the one that was read first: images come in no order of
    their own.
    """
    labels: dict[str, set[str]] = {}
    pairs = zip(
        segments["image_path"].to_pylist(), segments["label"].to_pylist(), strict=True
    )
    for path, label in pairs:
        labels.setdefault(path, set()).add(label)

    chosen: list[str] = []
    shown: set[str] = set()
    while labels and len(chosen) < most:
        best = max(labels, key=lambda path: len(labels[path] - shown))
        shown |= labels.pop(best)
        chosen.append(best)
    return chosen


def css_colour(colour: Colour) -> str:
    """A colour as style sheets write it.

    >>> css_colour((240, 80, 160))
    '#f050a0'
    """
    return "#" + "".join(f"{part:02x}" for part in colour)


def _paint(
    path: str,
    rows: Sequence[Mapping[str, Any]],
    colours: Mapping[str, Colour],
    limits: Limits,
) -> Overlay:
    """One photo with its objects, the largest below the others."""
    data = UPath(rows[0]["image_file"]).read_bytes()
    small = child.call(images.thumbnail, limits, data, limits.image_pixels, _SIDE)
    picture = images.decode_crop(small).copy()
    ordered = sorted(rows, key=lambda row: -int(row["area"]))
    for row in ordered[:_MOST_OBJECTS]:
        _paint_object(picture, row, colours[row["label"]])

    labels = Counter(str(row["label"]) for row in rows)
    return Overlay(
        uri=picture_uri(picture, _QUALITY),
        path=path,
        width=picture.shape[1],
        height=picture.shape[0],
        objects=len(rows),
        tags=[_tag(row, colours) for row in ordered[:_MOST_TAGS]],
        labels=dict(labels.most_common()),
        colours={label: css_colour(colours[label]) for label in labels},
    )


def _paint_object(picture: Pixels, row: Mapping[str, Any], colour: Colour) -> None:
    """Tint an object's px of a smaller picture, and paint its outline."""
    height = int(row["image_height"])
    width = int(row["image_width"])
    runs = run_lengths.parse(row["counts"], height, width)
    box = Box(row["box_x0"], row["box_y0"], row["box_x1"], row["box_y1"])

    # The box in the smaller picture: 1 px at least.
    small_height, small_width, _ = picture.shape
    vertical = small_height / height
    horizontal = small_width / width
    left = int(box.x0 * horizontal)
    top = int(box.y0 * vertical)
    right = max(left + 1, round(box.x1 * horizontal))
    bottom = max(top + 1, round(box.y1 * vertical))
    right = min(right, small_width)
    bottom = min(bottom, small_height)

    mask = masks.decode_window(runs, box)
    small = resize_mask(mask, bottom - top, right - left)
    place = picture[top:bottom, left:right]
    tint(place, small, colour, 0.35)
    # OpenCV paints into arrays that are one block of memory.
    drawn = place.copy()
    outline(drawn, small, colour, 2)
    place[:] = drawn


def _tag(row: Mapping[str, Any], colours: Mapping[str, Colour]) -> Tag:
    """The label of an object, at the top left of its box."""
    label = str(row["label"])
    colour = css_colour(colours[label])
    left = 100 * row["box_x0"] / row["image_width"]
    top = 100 * row["box_y0"] / row["image_height"]

    # Farther to the right, or farther down, the word would leave the picture.
    left = min(left, _FARTHEST_LEFT)
    top = min(top, _FARTHEST_TOP)
    return Tag(label, colour, left, top)
