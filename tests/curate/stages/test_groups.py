"""Groups: what joins two images, and that a chain of links is one group."""

import pytest

from curate.settings import SplitSettings
from curate.stages.groups import Image, group_images, image_rows, images
from tests.curate.stages.image_table import FAR, image, rows

SETTINGS = SplitSettings()


def joined(*found: Image, settings: SplitSettings = SETTINGS) -> list[dict[str, int]]:
    """What joins each group of several images or several places of an image."""
    return [dict(group.links) for group in group_images(found, settings) if group.links]


@pytest.mark.parametrize(
    ("second", "links"),
    [
        (image(2), []),
        (image(1, export="f", image_path="copy.jpg"), [{"same bytes": 1}]),
        (image(2, dhash=FAR[1]), [{"near duplicate": 1}]),
        (image(2, dhash=FAR[1] ^ 0b1111), [{"near duplicate": 1}]),
        (image(2, dhash=FAR[1] ^ 0b11111), []),
    ],
)
def test_bytes_and_hashes_join(second: Image, links: list[dict[str, int]]) -> None:
    assert joined(image(1), second) == links


def test_a_video_joins_images_of_one_export() -> None:
    assert joined(image(1, video="v"), image(2, video="v")) == [{"video": 1}]
    assert joined(image(1, video="v"), image(2, video="v", export="f")) == []


def test_augmentations_of_one_picture_join() -> None:
    first = image(1, image_path="a/cat.rf.0123456789abcdef.jpg")
    second = image(2, image_path="b/cat.rf.fedcba9876543210.jpg")
    assert joined(first, second) == [{"augmentation": 1}]


def test_the_scene_pattern_joins() -> None:
    scenes = SplitSettings(scene_pattern=r"^(drive\d+)_")
    first = image(1, image_path="drive7_001.png")
    second = image(2, image_path="drive7_900.png")
    assert joined(first, second, settings=scenes) == [{"scene": 1}]
    assert joined(first, second) == []


def test_a_chain_of_links_is_one_group_named_by_its_smallest_member() -> None:
    chain = [image(3, video="v"), image(9, video="v", dhash=FAR[4]), image(4), image(2)]
    alone, connected = group_images(chain, SETTINGS)
    assert alone.image_ids == [f"{2:032x}"]
    assert connected.image_ids == [f"{number:032x}" for number in (3, 4, 9)]
    assert connected.group_id == f"{3:032x}"


def test_each_image_is_named_once_whatever_the_partitions() -> None:
    partitions = [
        image_rows(rows([image(2), image(1), image(1)])),
        image_rows(rows([image(1)])),
    ]
    assert images(partitions) == [image(1), image(2)]
    assert images([image_rows(rows([]))]) == []
    assert images([]) == []
