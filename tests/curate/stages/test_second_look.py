"""The second look: pictures of low contrast are no near duplicates by a hash of nothing."""

from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.pixels.probing import Probe, probe
from curate.stages.near_duplicates import near_duplicates
from curate.stages.near_hashes import candidates

WIDTH, HEIGHT = 480, 360
BITS = 4
Picture = NDArray[np.float64]


def fog(rng: np.random.Generator) -> Picture:
    """A grey that gets brighter to the top, and a faint thing in it."""
    picture = np.linspace(215, 190, HEIGHT)[:, None] + np.zeros((HEIGHT, WIDTH))
    x, y = rng.integers((60, 60), (WIDTH - 60, HEIGHT - 60)).tolist()
    thing = np.zeros((HEIGHT, WIDTH))
    cv2.ellipse(thing, (x, y), (50, 30), 0, 0, 360, 1.0, -1)
    return picture - 14 * cv2.GaussianBlur(thing, (0, 0), 9)


def white_scan(rng: np.random.Generator) -> Picture:
    """Paper with some lines of thin writing."""
    picture = np.full((HEIGHT, WIDTH), 250.0)
    for y in range(30, HEIGHT - 20, 24):
        x = 20
        while x < WIDTH - 60 and rng.random() < 0.9:
            length = int(rng.integers(8, 50))
            cv2.line(picture, (x, y), (x + length, y), 60, 1)
            x += length + int(rng.integers(6, 40))
    return picture


def night(rng: np.random.Generator) -> Picture:
    """Black, with a few lamps."""
    picture = np.full((HEIGHT, WIDTH), 6.0)
    for _ in range(5):
        x, y = rng.integers((10, 10), (WIDTH - 10, HEIGHT - 10)).tolist()
        cv2.circle(picture, (x, y), int(rng.integers(3, 9)), 220, -1)
    return picture


def looked_at(picture: Picture, rng: np.random.Generator, quality: int = 0) -> Probe:
    """The probe of a picture with a camera's noise: a PNG, or a JPEG of a quality."""
    noisy = picture + rng.normal(0, 2, picture.shape)
    image = Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
    file = BytesIO()
    if quality:
        image.resize((320, 240)).save(file, "JPEG", quality=quality)
    else:
        image.save(file, "PNG")
    return probe(file.getvalue(), 10**9)


def joined(probes: list[Probe], bits: int = BITS) -> list[int]:
    """The first picture that each is joined with."""
    dhashes = np.array([each.dhash for each in probes], np.uint64)
    px = np.frombuffer(b"".join(each.thumbnail for each in probes), np.uint8)
    thumbnails = px.reshape(len(probes), -1)
    return near_duplicates(dhashes, thumbnails, bits, len(probes)).tolist()


@pytest.mark.parametrize("paint", [fog, white_scan, night])
def test_unlike_pictures_of_low_contrast_are_not_joined(
    paint: Callable[[np.random.Generator], Picture],
) -> None:
    rng = np.random.default_rng(1)
    probes = [looked_at(paint(rng), rng) for _ in range(24)]
    assert joined(probes) == list(range(24))


def test_the_hash_alone_would_join_them() -> None:
    rng = np.random.default_rng(1)
    probes = [looked_at(fog(rng), rng) for _ in range(24)]
    hashes = np.array([each.dhash for each in probes], np.uint64)
    assert len(np.unique(candidates(hashes, BITS))) < 24


@pytest.mark.parametrize("paint", [fog, white_scan, night])
def test_copies_that_the_hash_finds_are_joined(
    paint: Callable[[np.random.Generator], Picture],
) -> None:
    rng = np.random.default_rng(2)
    found = 0
    near = 0
    for _ in range(12):
        picture = paint(rng)
        # The same shot as a PNG, and as a smaller JPEG of another tool.
        shot = picture + rng.normal(0, 2, picture.shape)
        still = np.random.default_rng(0)
        pair = [looked_at(shot, still), looked_at(shot, still, quality=80)]
        if (pair[0].dhash ^ pair[1].dhash).bit_count() <= BITS:
            near += 1
            found += joined(pair) == [0, 0]
    assert near >= 1
    assert found == near


def test_pictures_without_any_detail_are_not_compared() -> None:
    blank = Image.new("L", (WIDTH, HEIGHT), 255)
    probes = []
    for kind in ("PNG", "BMP"):
        file = BytesIO()
        blank.save(file, kind)
        probes.append(probe(file.getvalue(), 10**9))
    assert probes[0].dhash == probes[1].dhash
    assert joined(probes) == [0, 1]


def test_what_hangs_together_is_joined_with_its_first_picture() -> None:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 255, (9, 12)).astype(np.float64)
    picture = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    probes = [looked_at(picture, rng) for _ in range(5)]
    other = looked_at(picture[:, ::-1], rng)
    assert joined([*probes, other]) == [0, 0, 0, 0, 0, 5]
