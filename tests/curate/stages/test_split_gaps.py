"""What is missing from splits is said in plain words, and nothing where nothing is missing."""

import pytest

from curate.curation_settings import SplitSettings
from curate.stages import split
from curate.stages.split_gaps import find_gaps
from tests.curate.stages.image_table import Image, grouped, image

SETTINGS = SplitSettings(val=0.2, test=0.2)


def gaps(images: list[Image], settings: SplitSettings = SETTINGS) -> list[str]:
    groups = grouped(images, settings)
    no_pins = split.read_pins(split.PINS.empty_table())
    return find_gaps(groups, split.assign(groups, settings, no_pins), settings)


def many(domain: str, first: int, number: int, **given: object) -> list[Image]:
    return [image(first + each, domain=domain, **given) for each in range(number)]


def test_sound_splits_have_no_gaps() -> None:
    assert gaps(many("street", 0, 20) + many("shop", 100, 20)) == []
    assert gaps([]) == []


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (many("street", 0, 2), ["no image is in test", "no image is in val"]),
        (many("street", 0, 4), ["one image alone is in test"]),
        (
            many("street", 0, 9, role="test"),
            ["no image is in train", "no image is in val"],
        ),
    ],
)
def test_what_is_missing_everywhere(images: list[Image], said: list[str]) -> None:
    found = gaps(images)
    assert [each.split(",")[0] for each in found] == said


def test_a_domain_that_a_split_gets_nothing_of_is_named() -> None:
    film = many("film", 100, 9, video="v")
    found = gaps(many("street", 0, 20) + film)
    assert found[0].startswith("nothing of film (9 images in 1 groups) is in test")
    assert (
        "one group holds 9 of the 9 images of film, so all of them are in train"
        in found[1]
    )
    assert "joined by video 8" in found[1]


def test_without_shares_nothing_is_missed() -> None:
    found = gaps(many("street", 0, 20), SplitSettings(val=0, test=0))
    assert [each.split(",")[0] for each in found] == ["no image is in test"]
