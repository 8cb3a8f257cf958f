"""Painting things onto a picture, back to front, and knowing at every pixel whose it is."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.outlines import Ring, rotate
from examples.textures import Material, Pixels, render

Window = tuple[int, int, int, int]


@dataclass(frozen=True)
class Piece:
    """A part of a thing in one material: the union of groups of rings, each filled even-odd.

    `label`: the part's name, "" where it is no part of its own. `inside`: an earlier piece it is clipped to
    and belongs to.
    """

    material: str
    groups: list[list[Ring]]
    label: str = ""
    inside: int | None = None


@dataclass(frozen=True)
class Thing:
    """Pieces in the order of painting; the thing is their union. `standing`: it casts its shadow on the ground."""

    label: str
    pieces: list[Piece]
    standing: bool = False


@dataclass(frozen=True)
class Entry:
    """Something on the canvas that an annotator could ask for: the pixels owned by any of `ids`.

    `drawn`: its px before others hid it. `part_of`: index of the whole among the entries.
    """

    label: str
    ids: tuple[int, ...]
    window: Window
    drawn: float
    part_of: int | None = None


@dataclass
class Canvas:
    """The picture so far; `owner` is the id of the piece at each px, 0 where it is background.

    `light`: direction towards the light, its third component up. `ambient`: 0 to 1, light from all sides.
    `softness`: deviation of the edges' blur, px.
    """

    image: Pixels
    light: tuple[float, float, float]
    ambient: float
    softness: float
    owner: NDArray[np.int32] = field(init=False)
    entries: list[Entry] = field(default_factory=list)
    next_id: int = 1

    def __post_init__(self) -> None:
        self.owner = np.zeros(self.image.shape[:2], np.int32)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.owner.shape
        return height, width


def place(
    thing: Thing,
    centre: tuple[float, float],
    size: float,
    angle: float = 0.0,
    flip: bool = False,
    wobble: Callable[[Ring], Ring] | None = None,
) -> Thing:
    """The thing in px of the picture: its longer side `size`, about `centre`; `wobble` bends it first (units ±1)."""
    points = np.concatenate(
        [ring for piece in thing.pieces for group in piece.groups for ring in group]
    )
    low, high = points.min(0), points.max(0)
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9)

    def move(ring: Ring) -> Ring:
        unit = (ring - middle) / half
        if flip:
            unit = unit * (-1.0, 1.0)
        if wobble:
            unit = wobble(unit)
        return rotate(unit, angle) * (size / 2) + centre

    return replace(
        thing,
        pieces=[
            replace(each, groups=[[move(r) for r in g] for g in each.groups])
            for each in thing.pieces
        ],
    )


def turned(thing: Thing, angle: float) -> Thing:
    """The thing turned by `angle` radians, within ±1."""
    return place(thing, (0.0, 0.0), 2.0, angle)


def bender(rng: np.random.Generator, strength: float) -> Callable[[Ring], Ring]:
    """A smooth random bend with a little perspective, for rings within ±1."""
    amount, phase = rng.normal(0, 0.07 * strength, (2, 2)), rng.uniform(0, 6.3, (2, 2))
    tilt = rng.normal(0, 0.10 * strength, 2)
    stretch = np.exp(rng.normal(0, 0.14 * strength, 2))

    def bend(ring: Ring) -> Ring:
        x, y = ring.T
        dx = amount[0, 0] * np.sin(2.2 * y + phase[0, 0]) + amount[0, 1] * np.sin(
            4.1 * x + phase[0, 1]
        )
        dy = amount[1, 0] * np.sin(2.2 * x + phase[1, 0]) + amount[1, 1] * np.sin(
            4.1 * y + phase[1, 1]
        )
        depth = np.clip(1 + ring @ tilt, 0.5, 2.0)[:, None]
        moved: Ring = (ring + np.stack([dx, dy], 1)) * stretch / depth
        return moved

    return bend


def paint(
    canvas: Canvas,
    rng: np.random.Generator,
    thing: Thing,
    dress: Callable[[str], Material],
    shadow: float = 0.0,
    hidden: bool = False,
) -> int | None:
    """Paint a placed thing; entries for it and its named parts, unless `hidden` (an occluder nobody asks for).

    `shadow`: 0 to 1, how dark it shades what is there already. Returns the index of its entry.
    """
    whole = [group for piece in thing.pieces for group in piece.groups]
    window = _window(whole, canvas.size, 3)
    if window is None:
        return None
    x0, y0, x1, y1 = window
    extent = float(
        np.ptp(np.concatenate([ring for group in whole for ring in group]), axis=0).max()
    )
    fine = 4 if extent < 120 else 2
    if shadow > 0:
        _cast(canvas, rng, thing, whole, extent, shadow)
    cover = coverage(whole, window, fine)
    first = canvas.next_id
    covers: dict[int, tuple[Window, NDArray[np.float32]]] = {}
    for number, piece in enumerate(thing.pieces):
        found = _paint_piece(canvas, rng, piece, dress(piece.material), covers, fine)
        if found is not None:
            covers[number] = found
    if hidden:
        canvas.owner[y0:y1, x0:x1][canvas.owner[y0:y1, x0:x1] >= first] = 0
        return None
    ids = tuple(range(first, first + len(thing.pieces)))
    canvas.entries.append(Entry(thing.label, ids, window, float((cover >= 0.5).sum())))
    return _enter_parts(canvas, thing, first, covers)


def _enter_parts(
    canvas: Canvas, thing: Thing, first: int, covers: dict[int, tuple[Window, NDArray[np.float32]]]
) -> int:
    """Entries for the named parts of the thing entered last; the index of that thing."""
    index = len(canvas.entries) - 1
    for number, (piece_window, alpha) in covers.items():
        piece = thing.pieces[number]
        if piece.label:
            ids = (
                first + number,
                *(first + n for n, other in enumerate(thing.pieces) if other.inside == number),
            )
            canvas.entries.append(
                Entry(piece.label, ids, piece_window, float((alpha >= 0.5).sum()), index)
            )
    return index


def coverage(groups: list[list[Ring]], window: Window, fine: int) -> NDArray[np.float32]:
    """(h, w) float32, the share of each px of the window that the union of the groups covers."""
    x0, y0, x1, y1 = window
    canvas = np.zeros(((y1 - y0) * fine, (x1 - x0) * fine), np.uint8)
    for group in groups:
        rings = [
            np.clip(((ring - (x0, y0)) * fine - 0.5) * 16, -(2**20), 2**20).round().astype(np.int32)
            for ring in group
        ]
        cv2.fillPoly(canvas, rings, 255, cv2.LINE_8, 4)
    return (
        cv2.resize(canvas, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA).astype(np.float32)
        / 255
    )


def _window(groups: list[list[Ring]], size: tuple[int, int], margin: int) -> Window | None:
    points = np.concatenate([ring for group in groups for ring in group])
    x0, y0 = (np.floor(points.min(0)).astype(int) - margin).clip(0)
    x1, y1 = np.minimum(np.ceil(points.max(0)).astype(int) + margin, size[::-1])
    return (int(x0), int(y0), int(x1), int(y1)) if x1 - x0 >= 3 and y1 - y0 >= 3 else None


def _paint_piece(
    canvas: Canvas,
    rng: np.random.Generator,
    piece: Piece,
    material: Material,
    covers: dict[int, tuple[Window, NDArray[np.float32]]],
    fine: int,
) -> tuple[Window, NDArray[np.float32]] | None:
    number, canvas.next_id = canvas.next_id, canvas.next_id + 1
    window = _window(piece.groups, canvas.size, 3)
    if window is None or (piece.inside is not None and piece.inside not in covers):
        return None
    x0, y0, x1, y1 = window
    alpha = coverage(piece.groups, window, fine)
    if piece.inside is not None:
        alpha = alpha * _lookup(*covers[piece.inside], window)
    inked = cv2.GaussianBlur(alpha, (0, 0), canvas.softness) if canvas.softness > 0.2 else alpha
    pixels = render(rng, material, y1 - y0, x1 - x0)
    if material.relief > 0:
        pixels = lit(pixels, alpha, canvas, material)
    target = canvas.image[y0:y1, x0:x1]
    target += (inked * material.opacity)[..., None] * (pixels - target)
    canvas.owner[y0:y1, x0:x1][alpha >= 0.5] = number
    return window, alpha


def _lookup(window: Window, alpha: NDArray[np.float32], wanted: Window) -> NDArray[np.float32]:
    """`alpha` of a window, read in another; 0 where they do not meet."""
    x0, y0, x1, y1 = wanted
    result = np.zeros((y1 - y0, x1 - x0), np.float32)
    left, top, right, bottom = (
        max(x0, window[0]),
        max(y0, window[1]),
        min(x1, window[2]),
        min(y1, window[3]),
    )
    if right > left and bottom > top:
        source = alpha[top - window[1] : bottom - window[1], left - window[0] : right - window[0]]
        result[top - y0 : bottom - y0, left - x0 : right - x0] = source
    return result


def lit(pixels: Pixels, alpha: NDArray[np.float32], canvas: Canvas, material: Material) -> Pixels:
    """The pixels as a body swelling from its outline would show them under the canvas's light."""
    solid = np.pad((alpha >= 0.5).astype(np.uint8), 1)
    depth = cv2.distanceTransform(solid, cv2.DIST_L2, 3)[1:-1, 1:-1]
    top = max(float(depth.max()), 1.0)
    reach = np.minimum(depth / top, 1.0)
    height = np.sqrt(np.maximum(reach * (2.0 - reach), 0)) * (top * material.relief)
    side = 2 * int(top * 0.12) + 1
    if side > 1:
        height = cv2.blur(height, (side, side))
    gx, gy = (
        cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125),
        cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125),
    )
    lx, ly, lz = canvas.light
    length = np.sqrt(1.0 + gx * gx + gy * gy)
    lambert = np.maximum(lz - gx * lx - gy * ly, 0) / (length * lz)
    shaded = pixels * (canvas.ambient + (1 - canvas.ambient) * np.minimum(lambert, 1.8))[..., None]
    if material.gloss > 0:
        norm = float(np.sqrt(lx * lx + ly * ly + (lz + 1) ** 2))
        facing = np.maximum((lz + 1 - gx * lx - gy * ly) / (length * norm), 0)
        shaded += (material.gloss * 190 * facing**40)[..., None]
    return shaded


def _cast(
    canvas: Canvas,
    rng: np.random.Generator,
    thing: Thing,
    groups: list[list[Ring]],
    extent: float,
    strength: float,
) -> None:
    """Darken the canvas where the thing keeps the light away."""
    lx, ly, lz = canvas.light
    if thing.standing:
        foot = max(float(ring[:, 1].max()) for group in groups for ring in group)
        lean, flat = -lx / max(lz, 0.3), 0.28 if ly < 0 else -0.22

        def fall(ring: Ring) -> Ring:
            rise = foot - ring[:, 1]
            return np.stack([ring[:, 0] + lean * rise, foot + flat * rise], 1)
    else:
        reach = extent * rng.uniform(0.02, 0.12) / max(lz, 0.3)

        def fall(ring: Ring) -> Ring:
            return ring - np.array([lx, ly]) * reach

    sigma = max(0.6, extent * 0.015)
    moved = [[fall(ring) for ring in group] for group in groups]
    window = _window(moved, canvas.size, int(3 * sigma) + 2)
    if window is None:
        return
    x0, y0, x1, y1 = window
    dark = cv2.GaussianBlur(coverage(moved, window, 1), (0, 0), sigma) * strength
    canvas.image[y0:y1, x0:x1] *= (1 - dark)[..., None]
