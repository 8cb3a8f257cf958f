"""Pictures with a transparent ground as things: read, placed, coloured anew, put on a canvas."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from curate.records import Box
from examples.scenes.canvas import Canvas, Entry, lay
from examples.scenes.coverage import Alpha, Cover, clipped_box, pixels_of
from examples.scenes.painting import darken
from examples.scenes.sampling import count, happens, log_normal, log_uniform, one_of
from examples.scenes.textures import LUMINANCE, Pixels, blurred, grey, plain, render

LABEL = "cut-out"

Rgba = NDArray[np.float32]
"""(h, w, 4) float32: red, green and blue, 0 to 255, times the opacity; and that, 0 to 1."""

_GRAINS = ("cloud", "crowd", "smoke", "wood", "marble", "specks")
_MUCH_SMALLER = 0.6  # below this scale, px would be left out
_NARROWEST = 4  # px


@dataclass(frozen=True, slots=True)
class CutOut:
    """A thing at its place in a picture: the px that it covers, and their colours, (h, w, 3)."""

    cover: Cover
    colours: Pixels


@dataclass(frozen=True, slots=True)
class Look:
    """How things of one picture differ from their files.

    `strangeness`: how much their channels are mixed. `closeness`: how near their tone is to that of
    what is behind. Both 0 to 1.
    """

    strangeness: float
    closeness: float


def read_cut_out(path: Path) -> Rgba:
    """The picture of a file. ValueError if it is no picture with transparency."""
    data = np.frombuffer(path.read_bytes(), np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4:
        raise ValueError(f"{path}: not a picture with transparency")

    # OpenCV's channels are blue, green, red, opacity.
    channels = pixels.astype(np.float32)
    alpha = channels[..., 3:] / np.float32(255)
    colours = channels[..., 2::-1] * alpha
    return np.concatenate([colours, alpha], axis=2)


def place_cut_out(
    rng: Generator,
    pixels: Rgba,
    size: float,
    at: tuple[float, float],
    picture: tuple[int, int],
) -> CutOut | None:
    """The cut-out with its middle at a point, x and y; None if hardly any of it is in the picture.

    It is about `size` px long, turned, at times mirrored, and a little askew. `picture`:
    height and width.
    """
    height, width = pixels.shape[:2]
    longer = max(height, width)
    scale = size / longer
    if scale < _MUCH_SMALLER:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.4 / scale), np.float32)

    # It covers no px farther away than `reach`, and a little for smooth edges.
    matrix = scale * _askew(rng)
    largest_stretch = np.abs(matrix).sum(axis=1).max()
    reach = largest_stretch * longer / 2 + 2
    x, y = at
    box = clipped_box(
        x0=x - reach,
        y0=y - reach,
        x1=x + reach,
        y1=y + reach,
        size=picture,
    )
    if min(box.width, box.height) < _NARROWEST:
        return None

    # Its middle comes to the point.
    middle = np.array([width - 1, height - 1]) / 2
    target = np.array([x - box.x0, y - box.y0])
    offset = target - matrix @ middle
    moved = cv2.warpAffine(
        pixels,
        np.column_stack([matrix, offset]),
        (box.width, box.height),
        flags=cv2.INTER_LINEAR,
    )

    # The colours were times the opacity; where there is none, they do not matter.
    alpha = np.clip(moved[..., 3], 0, 1).astype(np.float32)
    divisor = np.maximum(alpha, 1e-3)
    colours = moved[..., :3] / divisor[..., None]
    return CutOut(
        cover=Cover(box, alpha),
        colours=colours.astype(np.float32),
    )


def _askew(rng: Generator) -> NDArray[np.float64]:
    """(2, 2): a turn, a mirror, a stretch and a shear."""
    turn = rng.normal(0, 0.35)
    cos = np.cos(turn)
    sin = np.sin(turn)
    stretch = log_normal(rng, 0, 0.12)
    shear = rng.normal(0, 0.12)
    mirror = rng.choice([-1.0, 1.0])
    turning = np.array(
        [
            [cos, -sin],
            [sin, cos],
        ]
    )
    bending = np.array(
        [
            [mirror * stretch, shear],
            [0.0, 1 / stretch],
        ]
    )
    askew: NDArray[np.float64] = turning @ bending
    return askew


def dressed(
    rng: Generator, cut_out: CutOut, look: Look, behind: NDArray[np.float64]
) -> CutOut:
    """The cut-out in other colours, and at times with a grain: few real things are of plastic.

    `behind`: (3,) the mean colour of what it will hide.
    """
    colours = _recoloured(rng, cut_out.colours, look.strangeness)
    inside = cut_out.cover.mask
    if inside.any():
        mean = colours[inside].mean(axis=0)
        towards = look.closeness * rng.random()
        tone = mean + towards * (behind - mean)
        contrast = log_normal(rng, -0.15, 0.3)
        from_mean = colours - mean
        colours = tone + contrast * from_mean
    if happens(rng, 0.6):
        colours = colours * _grain(rng, cut_out.cover.box)
    return CutOut(cut_out.cover, colours.astype(np.float32))


def _recoloured(
    rng: Generator, colours: Pixels, strangeness: float
) -> NDArray[np.floating]:
    """The colours, mostly duller, with their channels mixed."""
    luminance = colours @ LUMINANCE
    greys = luminance[..., None]
    saturation = rng.uniform(0.1, 1.1)
    duller = greys + saturation * (colours - greys)

    mixing = np.eye(3) + strangeness * rng.normal(0, 0.5, (3, 3))
    totals = np.abs(mixing).sum(axis=1, keepdims=True)
    mixing /= np.maximum(totals, 0.5)
    mixed: NDArray[np.floating] = duller @ mixing.T
    return mixed


def _grain(rng: Generator, box: Box) -> Pixels:
    """(h, w, 3), about 1: how bright a rough surface is at each px."""
    contrast = rng.uniform(6, 57)
    scale = log_uniform(rng, 0.3, 2.0)
    name = one_of(rng, _GRAINS)
    stuff = plain(grey(128), name, contrast, scale)
    tones = render(rng, stuff, box.height, box.width)
    return tones / np.float32(128)


def put(rng: Generator, canvas: Canvas, cut_out: CutOut) -> None:
    """Blend it in, at times over its shadow, and enter it among what can be asked for."""
    cover = cut_out.cover
    if happens(rng, 0.5):
        dark = _shadow(rng, cover.alpha)
        darken(canvas.image[pixels_of(cover.box)], dark)

    number = canvas.next_id
    canvas.next_id += 1
    lay(canvas, number, cover, cut_out.colours)
    area = float(cover.mask.sum())
    canvas.entries.append(Entry(LABEL, (number,), cover.box, area))


def _shadow(rng: Generator, alpha: Alpha) -> Alpha:
    """(h, w), 0 to 1: how dark it is beside a thing that lies or stands close to what is behind."""
    furthest = max(alpha.shape) // 12
    down = count(rng, 1, 2 + furthest)
    right = count(rng, -down, down + 1)
    moved = np.roll(alpha, (down, right), axis=(0, 1))
    soft = blurred(moved, 1 + down / 2)
    strength = rng.uniform(0.2, 0.6)
    return soft * np.float32(strength)
