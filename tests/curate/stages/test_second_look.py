"""The second look: pictures of low contrast are no near duplicates by a hash of nothing."""

from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.pixels.probing import Probe, probe
from curate.stages.near_duplicates import near_duplicate_links, near_duplicate_pairs

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


def links(probes: list[Probe], bits: int = BITS) -> list[tuple[int, int]]:
    dhashes = np.array([each.dhash for each in probes], np.uint64)
    return list(near_duplicate_links(dhashes, [p.thumbnail for p in probes], bits))


@pytest.mark.parametrize("paint", [fog, white_scan, night])
def test_unlike_pictures_of_low_contrast_are_not_joined(
    paint: Callable[[np.random.Generator], Picture],
) -> None:
    rng = np.random.default_rng(1)
    probes = [looked_at(paint(rng), rng) for _ in range(24)]
    assert links(probes) == []


def test_the_hash_alone_would_join_them() -> None:
    rng = np.random.default_rng(1)
    probes = [looked_at(fog(rng), rng) for _ in range(24)]
    hashes = np.unique(np.array([each.dhash for each in probes], np.uint64))
    assert len(near_duplicate_pairs(hashes, BITS)) >= 1


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
            found += len(links(pair))
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
    assert links(probes) == []


def test_what_hangs_together_has_one_link_less_than_images() -> None:
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 255, (9, 12)).astype(np.float64)
    picture = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    probes = [looked_at(picture, rng) for _ in range(5)]
    other = looked_at(picture[:, ::-1], rng)
    found = links([*probes, other, probes[0]])
    assert len(found) == 5
    assert 5 not in {position for link in found for position in link}
