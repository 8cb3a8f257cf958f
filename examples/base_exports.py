"""Draws the pictures that the base model learns from: `python -m examples.base_exports OUT --scenes 6000 --seed 0`.

One COCO export per kind of view: OUT/VIEW/annotations.json and OUT/VIEW/images/. The same seed gives the same
files with any number of processes.
"""

import argparse
import json
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from curate.pixels import masks, run_lengths
from examples import scenes, views

_USUAL_FILL = 0.6  # share of their box that annotated objects cover in real data sets, about
_SPACING = 10_000_000  # seeds of scenes of two runs' seeds never meet


def write_exports(out: Path, count: int, seed: int, processes: int) -> dict[str, int]:
    """Draw `count` scenes below `out`; objects written by view."""
    for view in views.names():
        (out / view / "images").mkdir(parents=True, exist_ok=True)
    seeds = range(seed * _SPACING, seed * _SPACING + count)
    draw = partial(_write_scene, out)
    if processes == 1:
        drawn = [draw(each) for each in seeds]
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            processes, mp_context=context, initializer=cv2.setNumThreads, initargs=(1,)
        ) as pool:
            drawn = list(pool.map(draw, seeds, chunksize=16))
    return {
        view: _write_document(out / view, [rows for kind, rows in drawn if kind == view])
        for view in views.names()
    }


def _write_scene(out: Path, seed: int) -> tuple[str, dict[str, Any]]:
    """Draw one scene and write its picture; its view and its COCO rows."""
    scene = scenes.draw(seed)
    name = f"{seed:09d}.jpg"
    picture = np.ascontiguousarray(scene.image[..., ::-1])
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
    (out / scene.view / "images" / name).write_bytes(data.tobytes())
    height, width = scene.image.shape[:2]
    chance = np.random.default_rng([seed, 0xA5C])
    rows = [
        _row(each.mask, each.label)
        for each in scene.objects
        if chance.random() < _asked_share(each.mask)
    ]
    return scene.view, {
        "image": {"id": seed, "file_name": name, "height": height, "width": width},
        "annotations": rows,
    }


def _asked_share(mask: masks.Mask) -> float:
    """How often an object becomes a row: drawn ones fill less of their box than what people annotate."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    fill = mask.sum() / ((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1))
    return min(1.0, float(fill / _USUAL_FILL) ** 2)


def _row(mask: masks.Mask, label: str) -> dict[str, Any]:
    runs = masks.encode(mask)
    x0, y0, x1, y1 = masks.box(runs)
    return {
        "category": label,
        "segmentation": {"size": list(mask.shape), "counts": run_lengths.compress(runs)},
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        "area": masks.area(runs),
        "iscrowd": 0,
    }


def _write_document(folder: Path, drawn: Sequence[dict[str, Any]]) -> int:
    """annotations.json of one export; how many objects it holds."""
    labels = sorted({row["category"] for each in drawn for row in each["annotations"]})
    ids = {label: number for number, label in enumerate(labels, start=1)}
    annotations: list[dict[str, Any]] = []
    for each in drawn:
        for row in each["annotations"]:
            kept = {key: value for key, value in row.items() if key != "category"}
            numbers = {
                "id": len(annotations) + 1,
                "image_id": each["image"]["id"],
                "category_id": ids[row["category"]],
            }
            annotations.append(numbers | kept)
    document = {
        "info": {"description": "drawn by examples/base_exports.py", "contributor": "segcurate"},
        "images": [each["image"] for each in drawn],
        "categories": [{"id": number, "name": label} for label, number in ids.items()],
        "annotations": annotations,
    }
    (folder / "annotations.json").write_text(json.dumps(document), "utf-8")
    return len(annotations)


def main() -> None:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--scenes", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    written = write_exports(asked.out, asked.scenes, asked.seed, asked.processes)
    print(f"{asked.out}: {asked.scenes} scenes, {sum(written.values())} objects ({written})")


if __name__ == "__main__":
    main()
