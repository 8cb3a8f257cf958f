"""Writes pictures with transparent grounds before painted grounds and photographs.

    python -m examples.scenes.cutouts CUT_OUTS OUT --photographs FOLDER

A set of emoji, icons or product shots has more kinds of things than this folder can paint. The
result is a COCO export, OUT/cutouts; the same on each run, with any number of processes.
"""

import argparse
import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from examples.scenes.camera import Photo, capture, decode, illuminate
from examples.scenes.canvas import Canvas
from examples.scenes.cutout_things import (
    Look,
    dressed,
    place_cut_out,
    put,
    read_cut_out,
)
from examples.scenes.exports import Written, write_document, write_scene
from examples.scenes.parallel import in_processes
from examples.scenes.sampling import count, happens, log_uniform, one_of
from examples.scenes.scene import Scene, edges, visible
from examples.scenes.scenery import behind, new_canvas, start
from examples.scenes.textures import Pixels, blurred

_VIEW = "cutouts"
_SIDES = (240, 800)  # px: the shortest and the longest side of a picture
_SIZES = (40, 380)  # px: a cut-out of 256 px is not enlarged by much

# Names of emoji are code points. Skin tones, the letters of flags and keycaps are left out: they
# are many, and all alike.
_ALIKE = re.compile("1f3f[b-f]|1f1[ef][0-9a-f]|20e3")


@dataclass(frozen=True, slots=True)
class _Sources:
    """The files to take from: cut-outs, and photographs for some of the grounds."""

    cut_outs: tuple[Path, ...]
    photographs: tuple[Path, ...]


def write_cut_outs(
    cut_outs: Path,
    photographs: Path | None,
    out: Path,
    pictures: int,
    processes: int,
) -> int:
    """Write OUT/cutouts, a COCO export of so many pictures; the number of its objects.

    `cut_outs`: a folder of WebP and PNG files with transparency. `photographs`: a folder of JPEG
    files. Errors: ValueError if there are no cut-outs, or one has no transparency.
    """
    sources = _Sources(_cut_outs(cut_outs), _photographs(photographs))
    if not sources.cut_outs:
        raise ValueError(f"{cut_outs}: no WebP or PNG file below it")
    (out / _VIEW / "images").mkdir(parents=True, exist_ok=True)
    written = in_processes(
        partial(_paint_and_write, sources, out),
        range(pictures),
        processes,
        chunk=16,
    )
    return write_document(out / _VIEW, written)


def _cut_outs(folder: Path) -> tuple[Path, ...]:
    """The cut-outs of a folder, of which some that are alike are left out."""
    found: list[Path] = []
    for pattern in ("*.webp", "*.png"):
        found += folder.rglob(pattern)
    return tuple(path for path in sorted(found) if not _ALIKE.search(path.stem))


def _photographs(folder: Path | None) -> tuple[Path, ...]:
    """All JPEG files below a folder; none if no folder is given."""
    if folder is None:
        return ()
    return tuple(sorted(folder.rglob("*.jpg")))


def _paint_and_write(sources: _Sources, out: Path, seed: int) -> Written:
    """Paint one scene and write its picture."""
    return write_scene(out, _paint(sources, seed), seed)


def _paint(sources: _Sources, seed: int) -> Scene:
    """The scene of a seed: some cut-outs before a ground."""
    rng = np.random.default_rng([seed, 0xC07])
    height = int(log_uniform(rng, *_SIDES))
    width = int(log_uniform(rng, *_SIDES))
    canvas = _ground(sources, rng, height, width)
    strangeness = rng.uniform(0, 1)
    closeness = rng.uniform(0, 0.7)
    look = Look(strangeness, closeness)

    largest = 0.9 * max(height, width)
    for path in _some_cut_outs(sources, rng):
        size = min(log_uniform(rng, *_SIZES), largest)
        at = (width * rng.uniform(-0.02, 1.02), height * rng.uniform(0, 1))
        cut_out = place_cut_out(rng, read_cut_out(path), size, at, canvas.size)
        if cut_out is not None:
            colour = behind(canvas, at, size)
            put(rng, canvas, dressed(rng, cut_out, look, colour))

    image = illuminate(rng, canvas.image, strength=1.0)
    picture = capture(rng, image)
    return Scene(picture, visible(canvas, edges(picture)), _VIEW)


def _some_cut_outs(sources: _Sources, rng: Generator) -> list[Path]:
    """The files of one picture; three in ten pictures show one thing many times."""
    if happens(rng, 0.3):
        one = one_of(rng, sources.cut_outs)
        return [one] * count(rng, 2, 9)
    return [one_of(rng, sources.cut_outs) for _ in range(count(rng, 1, 9))]


def _ground(sources: _Sources, rng: Generator, height: int, width: int) -> Canvas:
    """A part of a photograph, or what other scenes have behind their things."""
    if sources.photographs and happens(rng, 0.6):
        path = one_of(rng, sources.photographs)
        photo = decode(path.read_bytes())
        return new_canvas(rng, _part_of(photo, rng, height, width))
    painter = start(rng, height, width)
    painter.clutter(count(rng, 0, 14), sizes=(15, 200))
    painter.defocus(0.35)
    return painter.canvas


def _part_of(photo: Photo, rng: Generator, height: int, width: int) -> Pixels:
    """A part of a photograph at the size (height, width), now and then out of focus."""
    rows, columns = photo.shape[:2]
    largest = min(rows / height, columns / width)
    scale = rng.uniform(0.35, 1.0) * largest
    part_rows = max(1, int(height * scale))
    part_columns = max(1, int(width * scale))
    top = count(rng, 0, rows - part_rows + 1)
    left = count(rng, 0, columns - part_columns + 1)
    part = photo[top : top + part_rows, left : left + part_columns]
    resized = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
    image = resized.astype(np.float32)
    if happens(rng, 0.3):
        image = blurred(image, rng.uniform(0.8, 4.0))
    return image


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("cut_outs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--pictures", type=int, default=1700)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    objects = write_cut_outs(
        asked.cut_outs,
        asked.photographs,
        asked.out,
        asked.pictures,
        asked.processes,
    )
    print(f"{asked.out / _VIEW}: {asked.pictures} pictures, {objects} objects")


if __name__ == "__main__":
    main()
