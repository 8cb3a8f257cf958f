"""Split: no group in two splits, shares by domain, and roles and pins that hold."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.curation_settings import SplitSettings
from curate.stages import split
from curate.stages.split import SPLITS, Pins
from tests.curate.stages.image_table import FAR, Image, grouped, ids, image, rows

SETTINGS = SplitSettings()


@dataclass
class Result:
    """What a run over some images gives."""

    splits: dict[str, str]
    """By group_id."""
    kept: pa.Table
    drops: pa.Table
    pins: dict[str, str]
    """By image_id."""


def run(
    images: Sequence[Image],
    settings: SplitSettings = SETTINGS,
    pins: Mapping[str, str] | None = None,
) -> Result:
    """Group the images, assign the groups and split one object of each image."""
    known_pins = pinned(pins or {})
    groups = grouped(images, settings)
    splits = split.assign(groups, settings, known_pins)
    known = split.assigned(groups, splits, known_pins)
    kept, drops = split.split_objects(rows(images), known, settings)
    table = split.new_pins(groups, splits, known_pins)
    names = [SPLITS[number] for number in splits]
    by_group = dict(zip(ids(groups.group_ids), names, strict=True))
    return Result(by_group, kept, drops, columns(table, "image_id", "split"))


def pinned(pins: Mapping[str, str]) -> Pins:
    """The pins of a build that has these."""
    ordered = sorted(pins.items())
    columns = [[each for each, _ in ordered], [each for _, each in ordered]]
    return split.read_pins(pa.table(columns, schema=split.PINS))


def columns(table: pa.Table, key: str, value: str) -> dict[str, str]:
    """A column of a table by another one."""
    return dict(zip(table[key].to_pylist(), table[value].to_pylist(), strict=True))


def split_by_image(
    images: Sequence[Image], settings: SplitSettings = SETTINGS
) -> dict[str, str]:
    """The split of each image, by image_id."""
    return run(images, settings).pins


some_images = st.lists(
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


@given(some_images, some_images, st.integers(0, 3))
def test_no_group_in_two_splits_and_pins_hold_when_data_comes(
    old: list[Image], new: list[Image], seed: int
) -> None:
    settings = SplitSettings(val=0.2, test=0.2, seed=seed)
    pins: dict[str, str] = {}
    before: dict[str, str] = {}
    for seen in (old, old + new, new):
        result = run(seen, settings, pins)
        assert len(result.kept) + len(result.drops) == len(seen)

        splits_of_group = defaultdict(set)
        for row in result.kept.select(["group_id", "split"]).to_pylist():
            splits_of_group[row["group_id"]].add(row["split"])
        assert all(len(splits) == 1 for splits in splits_of_group.values())

        now = columns(result.kept, "image_id", "split")
        moved_to_train = [
            image_id
            for image_id, name in now.items()
            if name == "train" and before.get(image_id) == "test"
        ]
        assert not moved_to_train
        roles = columns(result.kept, "object_id", "role")
        assert all(
            now[each] != "train" for each, role in roles.items() if role == "test"
        )

        # A second run over the same data changes nothing.
        assert run(seen, settings, result.pins).splits == result.splits
        pins = result.pins
        before |= {
            each: name for each, name in now.items() if before.get(each) != "test"
        }


@pytest.mark.parametrize("seed", range(5))
def test_each_domain_gets_its_shares(seed: int) -> None:
    settings = SplitSettings(val=0.1, test=0.2, seed=seed)
    big = [
        image(number, domain="big", video=f"v{number // 3}") for number in range(300)
    ]
    few = [image(number, domain="few") for number in range(900, 903)]
    found = split_by_image([*big, *few], settings)
    of_big = Counter(found[each.image_id] for each in big)
    assert abs(of_big["test"] - 60) <= 3
    assert abs(of_big["val"] - 30) <= 3
    assert Counter(found[each.image_id] for each in few) == {
        "train": 1,
        "val": 1,
        "test": 1,
    }


def test_another_seed_splits_otherwise() -> None:
    many = [image(number) for number in range(100)]
    first = split_by_image(many, SplitSettings(seed=1))
    assert first != split_by_image(many, SplitSettings(seed=2))


def test_a_group_that_joins_pinned_splits_goes_to_test_and_its_train_rows_leave() -> (
    None
):
    old_train = image(1, video="v")
    old_test = image(2, video="w")
    link = image(3, video="v", dhash=FAR[2])
    pins = {old_train.image_id: "train", old_test.image_id: "test"}
    result = run([old_train, old_test, link], pins=pins)
    assert list(result.splits.values()) == ["test"]
    assert result.kept["image_id"].to_pylist() == [old_test.image_id, link.image_id]
    assert result.drops["reason"].to_pylist() == ["leak_guard"]
    assert result.drops["object_id"].to_pylist() == [old_train.image_id]


def test_roles_place_their_groups() -> None:
    train = [image(number, role="train", export="t") for number in range(50)]
    test = [image(number, role="test", export="s") for number in range(50, 90)]
    found = split_by_image([*train, *test])
    assert {found[each.image_id] for each in train} == {"train"}
    assert {found[each.image_id] for each in test} == {"test"}


def test_a_train_image_that_is_also_a_test_image_does_not_train() -> None:
    result = run([image(1, role="train"), image(1, role="test", export="s")])
    assert set(result.splits.values()) == {"test"}


def test_an_empty_partition_passes() -> None:
    groups = grouped([image(1)], SETTINGS)
    splits = split.assign(groups, SETTINGS, pinned({}))
    known = split.assigned(groups, splits, pinned({}))
    kept, drops = split.split_objects(rows([]), known, SETTINGS)
    assert len(kept) == len(drops) == 0
    assert kept.schema.field("split").type == pa.string()


def test_held_out_concepts_are_judged_and_never_trained() -> None:
    settings = SplitSettings(val=0.2, test=0.2, hold_out_concepts=0.3)
    many = [image(number) for number in range(60)]
    names = [f"concept-{number % 10}" for number in range(60)]
    table = rows(many)
    place = table.schema.get_field_index("concept")
    table = table.set_column(place, "concept", pa.array(names))
    groups = grouped(many, settings)
    splits = split.assign(groups, settings, pinned({}))
    known = split.assigned(groups, splits, pinned({}))
    kept, drops = split.split_objects(table, known, settings)
    held_out = {each for each in names if split.is_held_out(each, settings)}
    assert 0 < len(held_out) < 10
    where = kept.to_pandas().groupby("split")["concept"].agg(set)
    assert not held_out & (where["train"] | where["val"])
    assert held_out & where["test"]
    assert set(drops["reason"].to_pylist()) == {"held_out"}
    assert len(kept) + len(drops) == 60

    # The test set is the same as without, so that two models compare object by object.
    plain, none = split.split_objects(table, known, SETTINGS)
    assert not len(none)
    for_test = [t.filter(pc.equal(t["split"], "test")) for t in (plain, kept)]
    assert for_test[0]["object_id"] == for_test[1]["object_id"]


def test_the_share_of_held_out_concepts_is_near_the_setting() -> None:
    settings = SplitSettings(hold_out_concepts=0.1)
    other = SplitSettings(hold_out_concepts=0.1, seed=1)
    names = [f"concept-{number}" for number in range(2000)]
    found = [name for name in names if split.is_held_out(name, settings)]
    assert 150 < len(found) < 250
    assert found != [name for name in names if split.is_held_out(name, other)]


def test_an_image_that_was_never_assigned_is_a_fault() -> None:
    groups = grouped([image(1)], SETTINGS)
    splits = split.assign(groups, SETTINGS, pinned({}))
    known = split.assigned(groups, splits, pinned({}))
    with pytest.raises(KeyError, match=f"{2:032x}"):
        split.split_objects(rows([image(2)]), known, SETTINGS)
