"""Writes the demo's exports: the same bytes on every run.

Five invented customers, seven exports, five formats, five domains, vocabularies that clash, classes
of background, copies and near copies of pictures within and across customers, and some broken
records (faults.py).
"""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from examples.demo import faults
from examples.demo.pictures import Picture, cropped, paint_frames, reencoded
from examples.demo.vocabularies import VOCABULARIES, all_words
from examples.demo.writers import (
    class_map,
    coco_document,
    labelme_document,
    write_images,
    write_lines,
    write_png,
    yolo_lines,
)
from examples.scenes.coco import write_json
from examples.scenes.parallel import in_processes

Pictures = Mapping[str, list[Picture]]
"""The pictures of each kind, in the order of their numbers."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of pictures: the view that they show, their number, and how their files are named.

    `frames`: how many frames each scene has; the camera moves from one to the next.
    """

    view: str
    count: int
    name: str
    first_seed: int = 0
    frames: int = 1
    height: int = 420
    width: int = 560


_KINDS = {
    "street": Kind("street", 46, "kreuzung_{0:03d}.jpg"),
    "audit": Kind("street", 12, "pruefung_{0:03d}.jpg", first_seed=900),
    "drive": Kind(
        "street",
        12,
        "drive_{0:02d}_{1:04d}.jpg",
        first_seed=500,
        frames=3,
        height=400,
        width=520,
    ),
    "shop": Kind("shop", 20, "IMG_2{0:03d}.jpg"),
    "home": Kind("home", 38, "room-{0:03d}.jpg"),
    "garden": Kind("garden", 38, "foto {0}.jpg"),
    "bench": Kind("workshop", 42, "teil_{0:04d}.jpg"),
}
_STEP = 26  # px that the camera moves between two frames


def write_exports(out: Path, processes: int = 2, share: float = 1.0) -> None:
    """Write all exports below `out`, each in place of what an earlier run left.

    `share`: how many of the pictures are painted, 0 to 1.
    """
    jobs = []
    for name, kind in _KINDS.items():
        scenes = max(3, round(kind.count * share))
        jobs += [(name, number) for number in range(scenes)]
    pictures: dict[str, list[Picture]] = {name: [] for name in _KINDS}
    painted = in_processes(_paint, jobs, processes, chunk=4)
    for (name, _), frames in zip(jobs, painted, strict=True):
        pictures[name] += frames

    for name, write in _WRITERS.items():
        # A run that is stopped leaves the old export or the new one.
        new = out / f"{name}.new"
        shutil.rmtree(new, ignore_errors=True)
        write(new, pictures)
        shutil.rmtree(out / name, ignore_errors=True)
        new.rename(out / name)


def _paint(job: tuple[str, int]) -> list[Picture]:
    """The frames of a scene, given by its kind and its number."""
    name, number = job
    kind = _KINDS[name]
    names = [kind.name.format(number, frame) for frame in range(kind.frames)]
    frames = paint_frames(
        kind.view,
        kind.first_seed + number,
        names,
        kind.height,
        kind.width,
        _STEP,
    )
    return list(frames)


def _lumen_street(folder: Path, pictures: Pictures) -> None:
    """COCO, polygons and some run-lengths; near copies; pictures that orbit has, too."""
    street = pictures["street"]
    brighter = [reencoded(each, f"export2_{each.name}") for each in street[3:9]]
    own = street + brighter
    own += [cropped(each, f"cut_{each.name}") for each in own[-12:-8]]
    write_images(folder / "images", own)
    document = coco_document(own, VOCABULARIES.lumen, "mixed", backgrounds=14)
    faults.spoil_polygons(document, folder / "images")
    write_json(folder / "annotations.json", document)


def _lumen_audit(folder: Path, pictures: Pictures) -> None:
    """An independent test set; one of its pictures is in the training export, too."""
    copy = reencoded(pictures["street"][-2], "pruefung_099.jpg", 0.95)
    own = [*pictures["audit"], copy]
    write_images(folder / "images", own)
    document = coco_document(own, VOCABULARIES.lumen, "compressed")
    write_json(folder / "annotations.json", document)


def _orbit_drive(folder: Path, pictures: Pictures) -> None:
    """Grey values of classes, one at each px; frames of drives; copies of lumen's pictures."""
    copies = pictures["street"][-6:-2]
    own = pictures["drive"] + copies
    write_images(folder / "images", own)
    masks = [f"{picture.stem}.png" for picture in own]
    values = _numbered(VOCABULARIES.orbit)
    for picture, mask in zip(own, masks, strict=True):
        write_png(folder / "masks" / mask, class_map(picture, values))
    names = VOCABULARIES.orbit.values()
    classes = [f"{number} {name}" for number, name in enumerate(names)]
    write_lines(folder / "class_names.txt", classes)
    faults.spoil_grey(folder / "masks", masks[1:4], folder / "train.txt")


def _shelfsense_shop(folder: Path, pictures: Pictures) -> None:
    """YOLO segmentation; near copies."""
    shop = pictures["shop"]
    copies = [reencoded(each, f"{each.stem} (1).jpg", 1.04) for each in shop[:5]]
    own = shop + copies
    write_images(folder / "images" / "train", own)
    names = all_words(VOCABULARIES.shop)
    labels = folder / "labels" / "train"
    for picture in own:
        lines = yolo_lines(picture, VOCABULARIES.shop, names)
        write_lines(labels / f"{picture.stem}.txt", lines)
    classes = [f"  {number}: {name}" for number, name in enumerate(names)]
    write_lines(folder / "data.yaml", ["train: images/train", "names:", *classes])
    faults.spoil_lines(labels / f"{own[1].stem}.txt")


def _shelfsense_home(folder: Path, pictures: Pictures) -> None:
    """COCO, all masks as plain run-lengths; near copies."""
    home = pictures["home"]
    copies = [cropped(each, f"re_{each.name}") for each in home[5:8]]
    own = home + copies
    write_images(folder / "images", own)
    document = coco_document(own, VOCABULARIES.home, "plain", backgrounds=10)
    faults.spoil_runs(document)
    write_json(folder / "annotations.json", document)


def _verde_garden(folder: Path, pictures: Pictures) -> None:
    """labelme, a document beside each picture; only every fourth has its leaves marked."""
    garden = pictures["garden"]
    copies = [reencoded(each, f"copia de {each.name}", 1.05) for each in garden[10:15]]
    own = garden + copies
    write_images(folder, own)
    words = VOCABULARIES.verde
    # Annotators seldom have the patience for leaves.
    without_leaves = dict(words)
    del without_leaves["leaf"]
    for number, picture in enumerate(own):
        marked = words if number % 4 == 0 else without_leaves
        document = labelme_document(picture, marked)
        if number == 1:
            faults.spoil_shapes(document, folder)
        write_json(folder / f"{picture.stem}.json", document)


def _werkbank_bench(folder: Path, pictures: Pictures) -> None:
    """Colours of classes."""
    own = pictures["bench"]
    write_images(folder / "images", own)
    paints = VOCABULARIES.werkbank
    values = _numbered(paints)
    colours = np.array([paint.colour for paint in paints.values()], np.uint8)
    masks = [folder / "labels" / f"{picture.stem}.png" for picture in own]
    for picture, mask in zip(own, masks, strict=True):
        write_png(mask, colours[class_map(picture, values)])
    rows = ["name,r,g,b"]
    for paint in paints.values():
        red, green, blue = paint.colour
        rows.append(f"{paint.word},{red},{green},{blue}")
    write_lines(folder / "class_dict.csv", rows)
    # A mask of the demo itself, with a region in a colour of no class.
    spoiled = colours[class_map(own[1], values)]
    faults.spoil_colours(masks[1], masks[2], spoiled)


def _numbered(labels: Iterable[str]) -> dict[str, int]:
    """The place of each label in the list."""
    return {label: number for number, label in enumerate(labels)}


_WRITERS: dict[str, Callable[[Path, Pictures], None]] = {
    "lumen-street": _lumen_street,
    "lumen-audit": _lumen_audit,
    "orbit-drive": _orbit_drive,
    "shelfsense-shop": _shelfsense_shop,
    "shelfsense-home": _shelfsense_home,
    "verde-garden": _verde_garden,
    "werkbank-bench": _werkbank_bench,
}
