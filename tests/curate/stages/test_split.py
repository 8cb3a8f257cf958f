"""Split: no group on two sides, shares by domain, roles and pins that hold, near-duplicates as by brute force."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.settings import SplitSettings
from curate.stages import split
from curate.stages.split import Image

SETTINGS = SplitSettings()
FAR = [int(value) for value in np.random.default_rng(0).integers(0, 2**64, 4000, dtype=np.uint64)]


def image(number: int, **given: object) -> Image:
    """An image unlike all others but for what is given."""
    return Image(
        **{
            "image_id": f"{number:032x}",
            "export": "e",
            "domain": "d",
            "role": "auto",
            "image_path": f"{number}.jpg",
            "dhash": FAR[number],
            "video": "",
        }
        | given  # type: ignore[arg-type]
    )


def rows(images: Sequence[Image]) -> pa.Table:
    """One object of each image."""
    named = [
        each._asdict() | {"image_dhash": each.dhash, "object_id": each.image_id} for each in images
    ]
    strings = {name: pa.string() for name in (*split.NEEDS, "annotation_key")} | {
        "image_dhash": pa.uint64()
    }
    return pa.Table.from_pylist(named, schema=pa.schema(list(strings.items())))


def sides_of(
    images: Sequence[Image], settings: SplitSettings = SETTINGS, pins: dict[str, str] | None = None
) -> dict[str, str]:
    groups = split.group_images(images, settings)
    sides = split.assign(groups, settings, pins or {})
    return {image_id: sides[group.group_id] for group in groups for image_id in group.image_ids}


def joined(*images: Image, settings: SplitSettings = SETTINGS) -> list[dict[str, int]]:
    """What joins each group of several images or several records."""
    return [dict(group.why) for group in split.group_images(images, settings) if group.why]


def test_what_joins_two_images() -> None:
    scenes = SplitSettings(scene_pattern=r"^(drive\d+)_")
    assert joined(image(1), image(2)) == []
    assert joined(image(1), image(1, export="f", image_path="copy.jpg")) == [{"same bytes": 1}]
    assert joined(image(1), image(2, dhash=FAR[1])) == [{"near duplicate": 1}]
    assert joined(image(1), image(2, dhash=FAR[1] ^ 0b1111)) == [{"near duplicate": 1}]
    assert joined(image(1), image(2, dhash=FAR[1] ^ 0b11111)) == []
    assert joined(image(1, video="v"), image(2, video="v")) == [{"video": 1}]
    assert joined(image(1, video="v"), image(2, video="v", export="f")) == []
    names = ("a/cat.rf.0123456789abcdef.jpg", "b/cat.rf.fedcba9876543210.jpg")
    assert joined(image(1, image_path=names[0]), image(2, image_path=names[1])) == [
        {"augmentation": 1}
    ]
    paths = ("drive7_001.png", "drive7_900.png")
    assert joined(
        image(1, image_path=paths[0]), image(2, image_path=paths[1]), settings=scenes
    ) == [{"scene": 1}]


def test_a_chain_of_links_is_one_group_named_by_its_smallest_member() -> None:
    chain = [image(3, video="v"), image(9, video="v", dhash=FAR[4]), image(4), image(2)]
    groups = split.group_images(chain, SETTINGS)
    assert [group.image_ids for group in groups] == [
        [f"{2:032x}"],
        [f"{n:032x}" for n in (3, 4, 9)],
    ]
    assert groups[1].group_id == f"{3:032x}"


@given(st.lists(st.integers(0, 2**64 - 1), max_size=12), st.integers(0, 16), st.data())
def test_near_duplicates_are_those_of_brute_force(
    seeds: list[int], bits: int, data: st.DataObject
) -> None:
    turned = [
        seed ^ data.draw(st.integers(0, 2**64 - 1)) & data.draw(st.integers(0, 2**64 - 1)) & 0xFFF
        for seed in seeds
    ]
    hashes = np.array(sorted({*seeds, *turned}), dtype=np.uint64)
    found = {(int(a), int(b)) for a, b in split.near_duplicates(hashes, bits)}
    values = [int(value) for value in hashes]
    assert found == {
        (a, b)
        for a, b in combinations(range(len(values)), 2)
        if (values[a] ^ values[b]).bit_count() <= bits
    }


images = st.lists(
    st.builds(
        image,
        st.integers(0, 40),
        domain=st.sampled_from("xy"),
        role=st.sampled_from(["auto", "auto", "auto", "train", "test"]),
        video=st.sampled_from(["", "", "v", "w"]),
        export=st.sampled_from("ef"),
    ),
    min_size=1,
    max_size=60,
)


@given(images, images, st.integers(0, 3))
def test_no_group_on_two_sides_and_pins_hold_when_data_comes(
    old: list[Image], new: list[Image], seed: int
) -> None:
    settings = SplitSettings(val=0.2, test=0.2, seed=seed)
    pins: dict[str, str] = {}
    before: dict[str, str] = {}
    for seen in (old, old + new, new):
        groups = split.group_images(sorted(seen), settings)
        sides = split.assign(groups, settings, pins)
        group_of = {image_id: group.group_id for group in groups for image_id in group.image_ids}
        kept, drops = split.split_objects(rows(seen), group_of, sides, pins)
        sides_by_group = defaultdict(set)
        for group, side in zip(
            kept["group_id"].to_pylist(), kept["split"].to_pylist(), strict=True
        ):
            sides_by_group[group].add(side)
        assert all(len(each) == 1 for each in sides_by_group.values())
        assert len(kept) + len(drops) == len(seen)
        now = dict(zip(kept["image_id"].to_pylist(), kept["split"].to_pylist(), strict=True))
        assert not [
            each for each, side in now.items() if side == "train" and before.get(each) == "test"
        ]
        roles = dict(zip(kept["object_id"].to_pylist(), kept["role"].to_pylist(), strict=True))
        assert all(now[each] != "train" for each, role in roles.items() if role == "test")
        again = split.assign(groups, settings, pin_table(seen, groups, sides, pins))
        assert again == sides  # a second run over the same data changes nothing
        pins = pin_table(seen, groups, sides, pins)
        before |= {each: side for each, side in now.items() if before.get(each) != "test"}


def pin_table(
    seen: list[Image], groups: list[split.Group], sides: dict[str, str], pins: dict[str, str]
) -> dict[str, str]:
    table = split.new_pins(seen, groups, sides, pins)
    return dict(zip(table["image_id"].to_pylist(), table["split"].to_pylist(), strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_each_domain_gets_its_shares(seed: int) -> None:
    settings = SplitSettings(val=0.1, test=0.2, seed=seed)
    many = [image(n, domain="big", video=f"v{n // 3}") for n in range(300)] + [
        image(n, domain="few") for n in range(900, 903)
    ]
    sides = sides_of(many, settings)
    big = Counter(sides[each.image_id] for each in many[:300])
    assert abs(big["test"] - 60) <= 3
    assert abs(big["val"] - 30) <= 3
    assert Counter(sides[each.image_id] for each in many[300:]) == {"train": 1, "val": 1, "test": 1}


def test_another_seed_splits_otherwise() -> None:
    many = [image(n) for n in range(100)]
    assert sides_of(many, SplitSettings(seed=1)) != sides_of(many, SplitSettings(seed=2))


def test_a_group_that_joins_pinned_sides_goes_to_test_and_its_train_rows_leave() -> None:
    old_train, old_test, link = (
        image(1, video="v"),
        image(2, video="w"),
        image(3, video="v", dhash=FAR[2]),
    )
    pins = {old_train.image_id: "train", old_test.image_id: "test"}
    groups = split.group_images([old_train, old_test, link], SETTINGS)
    sides = split.assign(groups, SETTINGS, pins)
    assert list(sides.values()) == ["test"]
    group_of = {image_id: group.group_id for group in groups for image_id in group.image_ids}
    kept, drops = split.split_objects(rows([old_train, old_test, link]), group_of, sides, pins)
    assert kept["image_id"].to_pylist() == [old_test.image_id, link.image_id]
    assert drops["reason"].to_pylist() == ["leak_guard"]
    assert drops["object_id"].to_pylist() == [old_train.image_id]


def test_roles_place_their_groups() -> None:
    many = [image(n, role="train", export="t") for n in range(50)] + [
        image(n, role="test", export="s") for n in range(50, 90)
    ]
    sides = sides_of(many)
    assert {sides[each.image_id] for each in many[:50]} == {"train"}
    assert {sides[each.image_id] for each in many[50:]} == {"test"}
    shared = sides_of([image(1, role="train"), image(1, role="test", export="s")])
    assert set(shared.values()) == {"test"}


def test_an_image_table_names_each_image_once() -> None:
    assert split.images(rows([image(2), image(1), image(1)])) == [image(1), image(2)]
    assert split.images(rows([])) == []
