"""Copies of pictures are marked as their originals, and frames move over one scene."""

import numpy as np

from examples.demo.pictures import cropped, paint_frames, reencoded
from examples.scenes.camera import decode


def test_copies_are_marked_as_their_originals() -> None:
    (picture,) = paint_frames("home", 3, ["a.jpg"], 240, 320)
    brighter = reencoded(picture, "b.jpg")
    smaller = cropped(picture, "c.jpg")
    assert brighter.data != picture.data
    assert brighter.objects is picture.objects
    assert (smaller.height, smaller.width) == (238, 317)
    assert decode(smaller.data).shape == (238, 317, 3)
    assert all(each.runs.pixels == 238 * 317 for each in smaller.objects)


def test_frames_move_over_one_scene() -> None:
    first, second = paint_frames("street", 2, ["a.jpg", "b.jpg"], 200, 280, step=20)
    left = decode(first.data).astype(int)
    right = decode(second.data).astype(int)
    assert np.abs(left[:, 20:] - right[:, :-20]).mean() < 6
