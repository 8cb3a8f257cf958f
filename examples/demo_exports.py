"""Writes the demo's exports: `python -m examples.demo_exports build/demo/exports`.

Five invented customers, seven exports, five formats, five domains, vocabularies that clash, classes of background,
copies and near copies of pictures within and across customers, and some broken records (demo_faults.py).
The same bytes on every run.
"""

import argparse
import multiprocessing
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from examples import demo_faults as faults
from examples.demo_pictures import Picture, cropped, draw_frames, reencoded
from examples.demo_writers import (
    Words,
    class_map,
    coco_document,
    labelme_document,
    write_images,
    write_json,
    write_png,
    yolo_lines,
)

LUMEN: Words = {
    "car": ("Auto", "PKW_01"),
    "truck": "LKW",
    "person": "Fußgänger",
    "bicycle": "Fahrrad",
    "sign": "Verkehrsschild",
    "wheel": "Rad",
    "tree": "Baum",
    "animal": "Hund",
    "sky": "Himmel",
    "road": "Straße",
    "pavement": "Gehweg",
}
ORBIT = {
    "void": 0,
    "road": 1,
    "pavement": 2,
    "sky": 3,
    "building": 4,
    "tree": 5,
    "car": 6,
    "truck": 7,
    "person": 8,
    "bicycle": 9,
    "sign": 10,
    "animal": 11,
}
ORBIT_WORDS = (
    "void",
    "flat/road",
    "flat/sidewalk",
    "nature/sky",
    "construction/building",
    "nature/tree",
    "vehicles/car",
    "vehicles/truck",
    "human/pedestrian",
    "vehicles/bicycle",
    "objects/traffic_sign",
    "animal",
)
SHOP: Words = {
    "bottle": "bottle",
    "cup": "Mug",
    "box": "CARTON_BOX",
    "bag": "hand-bag",
    "fruit": "fruits",
    "clock": "wall clock",
    "label": "bottle/label",
}
HOME: Words = {
    "chair": "furniture.chair",
    "sofa": ("furniture.sofa", "couch"),
    "table": "Table",
    "lamp": "lamp",
    "plant": "potted plant",
    "animal": "cat",
    "person": "person",
    "bag": "hand-bag",
    "box": "CARTON_BOX",
    "window": "window",
    "clock": "wall clock",
    "device": "tv/monitor",
    "wall": "wall",
    "floor": "floor",
}
VERDE: Words = {
    "plant": "planta",
    "leaf": ("hoja", "hojas"),
    "flower": "flor",
    "fruit": "fruta",
    "mushroom": "seta",
    "tree": "árbol",
    "flowerpot": "maceta",
    "animal": "animal",
    "sky": "cielo",
    "grass": "césped",
}
WERKBANK: dict[str, tuple[str, tuple[int, int, int]]] = {
    "bench": ("Hintergrund", (0, 0, 0)),
    "gear": ("Zahnrad", (230, 159, 0)),
    "bolt": ("Schraube_M8", (86, 180, 233)),
    "tool": ("Werkzeug", (0, 158, 115)),
    "scratch": ("Kratzer", (240, 228, 66)),
    "stain": ("Fleck", (0, 114, 178)),
    "box": ("Karton", (213, 94, 0)),
    "device": ("Dingsda", (204, 121, 167)),
}

_COUNTS = {
    "street": 46,
    "audit": 12,
    "drive": 12,
    "shop": 20,
    "home": 38,
    "garden": 38,
    "bench": 42,
}
_VIEWS = {
    "street": ("street", "kreuzung_{:03d}.jpg"),
    "audit": ("street", "pruefung_{:03d}.jpg"),
    "drive": ("street", "drive_{:02d}_{:04d}.jpg"),
    "shop": ("shop", "IMG_2{:03d}.jpg"),
    "home": ("home", "room-{:03d}.jpg"),
    "garden": ("garden", "foto {}.jpg"),
    "bench": ("workshop", "teil_{:04d}.jpg"),
}
"""Kind of picture → the view that it shows, and its file's name."""


def write_exports(out: Path, processes: int = 2, share: float = 1.0) -> None:
    """All exports below `out`, each in place of what an earlier run left; `share` of the pictures."""
    drawn = _drawn(share, processes)
    for name, write in _WRITERS.items():
        new = out / f"{name}.new"
        shutil.rmtree(new, ignore_errors=True)
        write(new, drawn)
        shutil.rmtree(out / name, ignore_errors=True)
        new.rename(out / name)


def _drawn(share: float, processes: int) -> dict[str, list[Picture]]:
    """Pictures by kind, in the order of their numbers."""
    jobs = [
        (kind, number)
        for kind, count in _COUNTS.items()
        for number in range(max(3, round(count * share)))
    ]
    if processes == 1:
        done = [_draw(*job) for job in jobs]
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            processes, mp_context=context, initializer=cv2.setNumThreads, initargs=(1,)
        ) as pool:
            done = list(pool.map(_draw, *zip(*jobs, strict=True), chunksize=4))
    drawn: dict[str, list[Picture]] = {kind: [] for kind in _COUNTS}
    for (kind, _), frames in zip(jobs, done, strict=True):
        drawn[kind] += frames
    return drawn


def _draw(kind: str, number: int) -> list[Picture]:
    view, name = _VIEWS[kind]
    if kind == "drive":
        names = [name.format(number, frame) for frame in range(3)]
        return list(draw_frames(view, 500 + number, names, 400, 520, 26))
    seed = number + 900 * (kind == "audit")
    return list(draw_frames(view, seed, [name.format(number)], 420, 560, 0))


def _lumen_street(folder: Path, drawn: dict[str, list[Picture]]) -> None:
    """COCO, polygons and some run-lengths; near copies; pictures that orbit has, too."""
    pictures = list(drawn["street"])
    pictures += [reencoded(each, f"export2_{each.name}") for each in pictures[3:9]]
    pictures += [cropped(each, f"cut_{each.name}") for each in pictures[-12:-8]]
    write_images(folder / "images", pictures)
    document = coco_document(pictures, LUMEN, "some", backgrounds=14)
    faults.spoil_polygons(document, folder / "images")
    write_json(folder / "annotations.json", document)


def _lumen_audit(folder: Path, drawn: dict[str, list[Picture]]) -> None:
    """An independent test set; one of its pictures lies in the training export, too."""
    pictures = [*drawn["audit"], reencoded(drawn["street"][-2], "pruefung_099.jpg", 0.95)]
    write_images(folder / "images", pictures)
    write_json(folder / "annotations.json", coco_document(pictures, LUMEN, "compressed"))


def _orbit_drive(folder: Path, drawn: dict[str, list[Picture]]) -> None:
    """Grey values of classes, each px has one; frames of drives; exact copies of lumen's pictures."""
    pictures = [*drawn["drive"], *drawn["street"][-6:-2]]
    write_images(folder / "images", pictures)
    names = [Path(each.name).with_suffix(".png").name for each in pictures]
    for picture, name in zip(pictures, names, strict=True):
        write_png(folder / "masks" / name, class_map(picture, ORBIT))
    (folder / "class_names.txt").write_text(
        "".join(f"{n} {name}\n" for n, name in enumerate(ORBIT_WORDS)), "utf-8"
    )
    faults.spoil_grey(folder / "masks", names[1:4], folder / "train.txt")


def _shelfsense_shop(folder: Path, drawn: dict[str, list[Picture]]) -> None:
    """YOLO segmentation."""
    pictures = [
        *drawn["shop"],
        *(
            reencoded(each, each.name.replace(".jpg", " (1).jpg"), 1.04)
            for each in drawn["shop"][:5]
        ),
    ]
    write_images(folder / "images" / "train", pictures)
    names = sorted(str(name) for name in SHOP.values())
    labels = folder / "labels" / "train"
    labels.mkdir(parents=True)
    for picture in pictures:
        path = labels / f"{Path(picture.name).stem}.txt"
        path.write_text("".join(f"{line}\n" for line in yolo_lines(picture, SHOP, names)), "utf-8")
    (folder / "data.yaml").write_text(
        "train: images/train\nnames:\n"
        + "".join(f"  {n}: {name}\n" for n, name in enumerate(names)),
        "utf-8",
    )
    faults.spoil_lines(labels / f"{Path(pictures[1].name).stem}.txt")


def _shelfsense_home(folder: Path, drawn: dict[str, list[Picture]]) -> None:
    """COCO, all masks as plain run-lengths; near copies."""
    pictures = [*drawn["home"], *(cropped(each, f"re_{each.name}") for each in drawn["home"][5:8])]
    write_images(folder / "images", pictures)
    document = coco_document(pictures, HOME, "plain", backgrounds=10)
    faults.spoil_runs(document)
    write_json(folder / "annotations.json", document)


def _verde_garden(folder: Path, drawn: dict[str, list[Picture]]) -> None:
    """labelme, a document beside each picture; only every fourth has its leaves marked."""
    pictures = [
        *drawn["garden"],
        *(reencoded(each, f"copia de {each.name}", 1.05) for each in drawn["garden"][10:15]),
    ]
    write_images(folder, pictures)
    for number, picture in enumerate(pictures):
        marked = {
            ours: theirs for ours, theirs in VERDE.items() if ours != "leaf" or number % 4 == 0
        }
        document = labelme_document(picture, marked)
        if number == 1:
            faults.spoil_shapes(document, folder)
        write_json(folder / f"{Path(picture.name).stem}.json", document)


def _werkbank_bench(folder: Path, drawn: dict[str, list[Picture]]) -> None:
    """Colours of classes."""
    pictures = drawn["bench"]
    write_images(folder / "images", pictures)
    values = {label: number for number, label in enumerate(WERKBANK)}
    colours = [colour for _, colour in WERKBANK.values()]
    table = np.array(colours, np.uint8)
    for picture in pictures:
        write_png(
            folder / "labels" / f"{Path(picture.name).stem}.png", table[class_map(picture, values)]
        )
    lines = ["name,r,g,b", *(f"{name},{r},{g},{b}" for name, (r, g, b) in WERKBANK.values())]
    (folder / "class_dict.csv").write_text("\n".join(lines) + "\n", "utf-8")
    first, second = (folder / "labels" / f"{Path(each.name).stem}.png" for each in pictures[1:3])
    faults.spoil_colours(first, second, table[class_map(pictures[1], values)])


_WRITERS: dict[str, Callable[[Path, dict[str, list[Picture]]], None]] = {
    "lumen-street": _lumen_street,
    "lumen-audit": _lumen_audit,
    "orbit-drive": _orbit_drive,
    "shelfsense-shop": _shelfsense_shop,
    "shelfsense-home": _shelfsense_home,
    "verde-garden": _verde_garden,
    "werkbank-bench": _werkbank_bench,
}


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
    asked = parser.parse_args()
    write_exports(asked.out, asked.processes)
    files = [path for path in asked.out.rglob("*") if path.is_file()]
    print(
        f"{asked.out}: {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    main()
