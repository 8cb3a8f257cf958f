"""What the canvas knows of what was painted on it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from examples.scenes.outlines import disc
from examples.scenes.scenery import start
from examples.scenes.things import Thing


def test_holes_show_what_is_behind() -> None:
    rng = np.random.default_rng(4)
    painter = start(rng, 200, 200)
    canvas = painter.canvas
    ring = Thing("ring")
    ring.add("a", [disc(1), disc(0.5)])
    before = canvas.image[100, 100].copy()
    painter.put(ring, 120, (100, 100), bend=0, shadow=0)
    assert has_holes(canvas.owner > 0)
    assert np.array_equal(canvas.image[100, 100], before)


def test_parts_belong_to_their_thing_and_hidden_things_are_background() -> None:
    rng = np.random.default_rng(4)
    painter = start(rng, 200, 200)
    canvas = painter.canvas
    thing = Thing("gear")
    body = thing.add("a", disc(1))
    thing.add("b", disc(0.5), label="dial", inside=body)
    painter.put(thing, 60, (50, 50), bend=0)
    owned = np.count_nonzero(canvas.owner)
    painter.put(thing, 60, (150, 150), bend=0, hidden=True)
    assert np.count_nonzero(canvas.owner) == owned
    assert [entry.label for entry in canvas.entries] == ["gear", "dial"]
    assert [entry.part_of for entry in canvas.entries] == [None, 0]
    whole, part = (entry.area for entry in canvas.entries)
    assert 3.5 < whole / part < 4.5


def has_holes(mask: NDArray[np.bool_]) -> bool:
    background = np.pad(~mask, 1, constant_values=True)
    regions, _ = cv2.connectedComponents(background.astype(np.uint8), connectivity=4)
    return regions > 2
