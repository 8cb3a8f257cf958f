"""What objects cover of each other, and how usual that is for their concepts."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa

from curate.pixels.masks import Mask
from curate.records import Box
from curate.shards.reader import Shards
from model.annotations.annotations import beside_others
from model.annotations.asking import Annotation
from model.annotations.covers import Covers

SIDE = 30


@dataclass(frozen=True)
class Drawn:
    """Shards of masks that fill their images."""

    table: pa.Table
    masks: list[Mask]

    def __len__(self) -> int:
        return len(self.masks)

    @property
    def crops(self) -> np.ndarray:
        return np.tile(np.array([0, 0, SIDE, SIDE], np.int32), (len(self), 1))

    def mask(self, row: int) -> Mask:
        return self.masks[row]


def square(left: int, side: int) -> Mask:
    """A square with its upper edge at 4 px."""
    mask = np.zeros((SIDE, SIDE), np.bool_)
    mask[4 : 4 + side, left : left + side] = True
    return mask


def covers(images: list[dict[str, Mask]]) -> Covers:
    """Of images with masks by concept: "dog 2 of q" is a second dog, of the export q."""
    rows = []
    masks = []
    for number, objects in enumerate(images):
        for concept, mask in objects.items():
            name, _, export = concept.partition(" of ")
            rows.append(
                {
                    "image_id": f"{number}",
                    "export": export,
                    "concept": name.split()[0],
                    "area": int(mask.sum()),
                }
            )
            masks.append(mask)
    return Covers(
        cast(Shards, Drawn(pa.Table.from_pylist(rows), masks)), range(len(rows))
    )


def swallowed(found: Covers, row: int) -> float:
    """The sign of a row's own mask."""
    mask = found.shards.mask(row)
    image = np.zeros((SIDE, SIDE, 3), np.uint8)
    own = Annotation("", image, mask, Box(0, 0, SIDE, SIDE), SIDE, SIDE)
    return beside_others(own, list(found.others(row))).swallowed


PLANT = {"plant": square(4, 20), "pot": square(4, 12)}
CARS = {"car 1": square(2, 10), "car 2": square(14, 10)}
MERGED = {"car 1": CARS["car 1"] | CARS["car 2"], "car 2": CARS["car 2"]}
TWICE = {"dog 1": square(4, 10), "dog 2": square(4, 10)}


def test_what_is_usual_for_two_concepts_is_no_sign() -> None:
    found = covers([PLANT] * 4 + [CARS] * 4 + [MERGED])
    assert swallowed(found, 0) == 1 - 3 / 4  # three other plants cover their pots
    assert swallowed(found, 8) == 0  # beside each other
    assert swallowed(found, 16) == 1  # no other car covers a car


def test_the_same_object_twice_makes_no_rule() -> None:
    found = covers([TWICE] * 4)
    assert swallowed(found, 0) == 1


def test_another_export_of_the_same_picture_says_nothing() -> None:
    found = covers([{"dog of p": square(4, 10), "dog of q": square(4, 10)}])
    assert swallowed(found, 0) == 0
    assert not found.near[1]


def test_what_a_mask_covers_is_read_whole() -> None:
    found = covers([PLANT])
    (pot,) = found.others(0)
    (plant,) = found.others(1)
    assert pot.is_whole
    assert plant.is_whole
    assert (pot.mask == PLANT["pot"]).all()
    assert pot.usually_covered == 0  # its own image does not count
