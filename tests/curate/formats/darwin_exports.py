"""Small Darwin documents, for the tests of that format."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

Path2 = list[dict[str, float]]


def box(x0: float, y0: float, x1: float, y1: float) -> Path2:
    """A path around a rectangle."""
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return [{"x": x, "y": y} for x, y in corners]


SQUARE = box(10, 10, 30, 30)

LAYER = {
    "dense_rle": [0, 64, 1, 10, 2, 54, 0, 64 * 46],
    "mask_annotation_ids_mapping": {"m": 1},
}
"""A raster layer of 64 × 48 px: the mask m is 10 px of its second row."""


def paths(mask: Mask) -> list[Path2]:
    """The paths of a mask's outlines along its px edges."""
    found = []
    for ring in to_polygons(mask).rings:
        points = np.reshape(ring, (-1, 2)).tolist()
        found.append([{"x": x, "y": y} for x, y in points])
    return found


def polygon(*drawn: Path2, name: Any = "cat", **more: Any) -> dict[str, Any]:
    """A polygon of Darwin JSON 2.0."""
    outline = {"paths": list(drawn or [SQUARE])}
    bounds = {"x": 1, "y": 1, "w": 2, "h": 2}
    return {
        "name": name,
        "polygon": outline,
        "bounding_box": bounds,
        "slot_names": ["0"],
    } | more


def slot(picture: Picture, **more: Any) -> dict[str, Any]:
    name = PurePosixPath(picture.path).name
    return {
        "slot_name": "0",
        "type": "image",
        "width": picture.width,
        "height": picture.height,
        "source_files": [{"file_name": name, "url": "https://darwin.example/1"}],
    } | more


def item(picture: Picture, **more: Any) -> dict[str, Any]:
    path = PurePosixPath(picture.path)
    folder = "/" + "/".join(path.parent.parts)
    return {"name": path.name, "path": folder, "slots": [slot(picture)]} | more


def save(root: Path, name: str, document: dict[str, Any]) -> Path:
    """Write a document where darwin-py puts it."""
    file = root / "releases" / "latest" / "annotations" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document))
    return file


def export(root: Path, *annotations: Any, **more: Any) -> Path:
    """A document of Darwin JSON 2.0 of one picture of 64 x 48 px."""
    picture = Picture("a.png", 48, 64)
    picture.save(root / "images")
    document = {
        "version": "2.0",
        "item": item(picture, **more),
        "annotations": list(annotations),
    }
    save(root, "a.json", document)
    return root


def outline(path: Path2) -> dict[str, Any]:
    """What a frame states of an outline."""
    return {"polygon": {"paths": [path]}}


def track(**more: Any) -> dict[str, Any]:
    """A square that moves 8 px to the right from frame 2 to frame 6."""
    later = box(18, 10, 38, 30)
    frames = {
        "2": {"keyframe": True} | outline(SQUARE),
        "6": {"keyframe": True} | outline(later),
    }
    common = {"name": "cat", "id": "t", "slot_names": ["0"], "ranges": [[2, 8]]}
    return common | {"frames": frames, "interpolated": True} | more


def video(
    root: Path, *annotations: Any, frames: int = 10, folder: str = "film"
) -> Path:
    """A document of a video of 64 x 48 px, and pictures of its frames."""
    for number in range(frames):
        Picture(f"{folder}/{number:07d}.png", 48, 64).save(root / "images")
    film = slot(Picture("film.mp4", 48, 64), type="video", frame_count=frames)
    about = {"name": "film.mp4", "path": "/", "slots": [film]}
    save(
        root,
        "film.json",
        {"version": "2.0", "item": about, "annotations": list(annotations)},
    )
    return root


def read(root: Path) -> ReadBack:
    return read_back(root, "darwin")
