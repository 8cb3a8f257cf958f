"""Groups: what joins two images, and that a chain of links is one group."""

import pytest

from curate.curation_settings import SplitSettings
from curate.stages.groups import LINKS
from curate.stages.image_rows import image_rows, one_table
from curate.stages.image_rows import joined as joined_rows
from tests.curate.stages.image_table import FAR, Image, grouped, ids, image, rows

SETTINGS = SplitSettings()


def joined(*found: Image, settings: SplitSettings = SETTINGS) -> list[dict[str, int]]:
    """What joins each group of several images or several places of an image."""
    counts = grouped(found, settings).links.tolist()
    named = [dict(zip(LINKS, each, strict=True)) for each in counts]
    return [
        {kind: count for kind, count in links.items() if count}
        for links in named
        if any(links.values())
    ]


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
    found = grouped(chain, SETTINGS)
    assert ids(found.image_ids) == [f"{number:032x}" for number in (2, 3, 4, 9)]
    assert found.group_of.tolist() == [0, 1, 1, 1]
    assert ids(found.group_ids) == [f"{2:032x}", f"{3:032x}"]


def test_each_image_is_named_once_whatever_the_partitions() -> None:
    first = image_rows(rows([image(2), image(1), image(1)]), None)
    second = image_rows(rows([image(1)]), None)
    table = one_table([first, second])
    assert table["image_id"].to_pylist() == [f"{1:032x}", f"{2:032x}"]
    assert table["partition"].to_pylist() == [0, 0]
    assert one_table([second, first])["partition"].to_pylist() == [0, 1]
    of_tasks = [joined_rows([second, second]), joined_rows([first, second])]
    assert one_table(of_tasks)["partition"].to_pylist() == [0, 2]
    assert len(one_table([image_rows(rows([]), None)])) == 0
    assert len(one_table([])) == 0
    assert len(grouped([], SETTINGS)) == 0


def test_a_picture_without_detail_is_compared_with_nothing() -> None:
    blank = image(1, thumbnail=bytes(288), dhash=0)
    other = image(2, thumbnail=bytes(288), dhash=0)
    assert joined(blank, other) == []
