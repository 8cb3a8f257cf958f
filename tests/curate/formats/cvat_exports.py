"""Small CVAT exports, for the tests of that format."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from curate.pixels.masks import Mask
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import ReadBack, read_back

META = """<version>1.1</version><meta><task><id>1</id><name>t</name><mode>annotation</mode>
<labels><label><name>cat</name><attributes></attributes></label></labels></task></meta>"""


def element(tag: str, inner: str = "", **attributes: Any) -> str:
    stated = " ".join(
        f'{name}="{escape(str(value))}"' for name, value in attributes.items()
    )
    return f"<{tag} {stated}>{inner}</{tag}>\n"


def save_document(path: Path, *children: str, meta: str = META) -> None:
    start = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{start}{meta}\n{''.join(children)}</annotations>\n", "utf-8")


def rle(mask: Mask) -> dict[str, Any]:
    """The attributes of CVAT's mask: run-lengths row by row, in the mask's own rectangle."""
    y, x = np.nonzero(mask)
    left, top = int(x.min()), int(y.min())
    inside = mask[top : y.max() + 1, left : x.max() + 1]
    flat = inside.ravel()
    borders = np.flatnonzero(np.diff(flat, prepend=False))
    runs = np.diff(borders, prepend=0, append=flat.size)
    height, width = inside.shape
    runs_text = ", ".join(map(str, runs.tolist()))
    return {
        "rle": runs_text,
        "left": left,
        "top": top,
        "width": width,
        "height": height,
    }


SQUARE = "10.00,10.00;30.00,10.00;30.00,30.00;10.00,30.00"
INNER = "15.00,15.00;20.00,15.00;20.00,20.00;15.00,20.00"
OTHER = "40.00,10.00;50.00,10.00;50.00,20.00;40.00,20.00"


def polygon(points: str = SQUARE, label: str = "cat", **more: Any) -> str:
    return element("polygon", label=label, occluded=0, points=points, **more)


def export(root: Path, *shapes: str) -> Path:
    """An export of one picture of 64 x 48 px."""
    Picture("a.png", 48, 64).save(root / "images")
    image = element("image", "".join(shapes), id=0, name="a.png", width=64, height=48)
    save_document(root / "annotations.xml", image)
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "cvat", options)


def found(back: ReadBack) -> list[tuple[str, str, int]]:
    return sorted((row["image_path"], row["label"], row["area"]) for row in back.rows)


VIDEO = """<version>1.1</version><meta><task><id>5</id><size>20</size><mode>interpolation</mode>
<start_frame>0</start_frame><stop_frame>19</stop_frame><frame_filter></frame_filter>
<original_size><width>64</width><height>48</height></original_size><source>a.mp4</source>
</task></meta>"""


def tracked(
    frame: int, points: str = SQUARE, keyframe: int = 1, outside: int = 0
) -> str:
    stated = {"keyframe": keyframe, "outside": outside, "occluded": 0, "points": points}
    return element("polygon", frame=frame, **stated, z_order=0)


def track(*shapes: str, label: str = "cat", **more: Any) -> str:
    return element("track", "".join(shapes), id=0, label=label, source="manual", **more)


def video(
    root: Path, *tracks: str, frames: Sequence[int] = range(5), meta: str = VIDEO
) -> Path:
    for frame in frames:
        Picture(f"frame_{frame:06d}.png", 48, 64).save(root / "images")
    save_document(root / "annotations.xml", *tracks, meta=meta)
    return root


def task(number: int, mode: str, subset: str = "Train", size: int = 5) -> str:
    stated = f"<id>{number}</id><mode>{mode}</mode><subset>{subset}</subset><size>{size}</size>"
    return f"<task>{stated}<start_frame>0</start_frame><stop_frame>{size - 1}</stop_frame></task>"
