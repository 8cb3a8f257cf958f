"""Deliveries of a build: what is set aside is written down with its reason, whoever asks."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from curate.settings import Settings
from curate.shards.reader import Shards, open_shards
from curate.storage import read_table
from model.annotations.judged_deliveries import judge_deliveries, keep_deliveries
from model.annotations.judging import Looks, SpoiledCopies
from model.annotations.report import DeliveryQuality, read_deliveries
from model.annotations.signs import SIGNS
from model.annotations.spoiling import Spoiling

Make = Callable[..., Settings]
OBJECTS = 150
CUSTOMERS = ("acme", "bolt", "cord")
SPOILED = 3.0  # of the first sign


@pytest.fixture
def settings(build_folder: Make) -> Settings:
    """Shards of 50 objects of each customer."""
    made = build_folder({}, {"train": OBJECTS, "test": 6})
    for path in Path(made.build).rglob("*.parquet"):
        table = pq.read_table(path)
        names = [CUSTOMERS[row % 3] for row in range(len(table))]
        for column in ("customer", "export"):
            place = table.schema.get_field_index(column)
            field = table.schema.field(column)
            table = table.set_column(place, field, pa.array(names).cast(field.type))
        images = pa.array(
            [f"photo {row // 6} of {row % 3}" for row in range(len(table))]
        )
        place = table.schema.get_field_index("image_id")
        table = table.set_column(place, table.schema.field("image_id"), images)
        pq.write_table(table, path, row_group_size=8)
    return made


def shards_of(settings: Settings) -> Shards:
    return open_shards(UPath(settings.build) / "shard", "train")


def seen(shards: Shards, wrong: str) -> tuple[Looks, SpoiledCopies]:
    """Signs of all rows: those of one customer look like spoiled copies, 4 px to the right."""
    rng = np.random.default_rng(0)
    signs = rng.normal(size=(OBJECTS, len(SIGNS)))
    copies = rng.normal(size=(OBJECTS, len(SIGNS)))
    copies[:, 0] += SPOILED
    moves = np.zeros((OBJECTS, 2))
    is_wrong = np.array(shards.table["customer"].to_pylist()) == wrong
    signs[is_wrong, 0] += SPOILED
    moves[is_wrong, 0] = -4
    kinds = [Spoiling.SHIFTED] * OBJECTS
    return Looks(signs, moves), SpoiledCopies(np.arange(OBJECTS), kinds, copies)


def judged(settings: Settings, wrong: str, new: set[str]) -> list[DeliveryQuality]:
    shards = shards_of(settings)
    is_new = np.isin(shards.table["customer"].to_pylist(), sorted(new))
    return judge_deliveries(shards, *seen(shards, wrong), is_new, seed=0)


@pytest.mark.parametrize("new", [set(CUSTOMERS), {"bolt", "cord"}])
def test_the_wrong_delivery_is_held_and_no_other(
    settings: Settings, new: set[str]
) -> None:
    """Beside the other customers where all is new, beside what was there where it is not."""
    found = judged(settings, "bolt", new)
    assert [each.customer for each in found] == sorted(new)
    assert [each.customer for each in found if each.is_held] == ["bolt"]
    [held] = [each for each in found if each.is_held]
    assert (held.objects, held.judged) == (50, 50)
    assert held.doubtful > 0.5 > held.usual
    assert "they lie 4 px to the right" in held.found


def test_a_delivery_teaches_nothing_about_itself(settings: Settings) -> None:
    """Half of all masks are wrong, and all of the new ones: what is usual is what was there."""
    [held] = judged(settings, "cord", {"cord"})
    assert held.is_held
    assert held.usual < 0.1


def test_its_objects_of_all_splits_are_written_down_and_stay_so(
    settings: Settings,
) -> None:
    folder = UPath(settings.build) / "quality"
    keep_deliveries(settings, judged(settings, "bolt", set(CUSTOMERS)), None)
    held = read_table(folder / "held.parquet")
    assert len(held) == 50 + 2
    assert set(held["export"].to_pylist()) == {"bolt"}
    assert "are wrong" in held["why"][0].as_py()
    [name] = {each.delivery for each in read_deliveries(folder) if each.is_held}
    assert set(held["delivery"].to_pylist()) == {name}
    assert re.fullmatch("bolt@[0-9a-f]{8}", name)

    row = shards_of(settings).table.slice(1, 1).to_pylist()[0]
    [own] = [each for each in held.to_pylist() if each["object_id"] == row["object_id"]]
    assert own["box_x0"] == row["crop_x0"] + row["box_x0"]
    assert own["box_y1"] == row["crop_y0"] + row["box_y1"]
    assert own["area"] == row["area"]

    keep_deliveries(settings, judged(settings, "none", {"acme", "cord"}), None)
    assert len(read_table(folder / "held.parquet")) == len(held)
    # Judged again, or a part of them alone: the name tells which masks.
    some = held["object_id"].to_pylist()[:40]
    again = judged(settings, "bolt", set(CUSTOMERS))
    same = keep_deliveries(settings, again, None)
    fewer = keep_deliveries(settings, again, some)
    names = [each.delivery for each in (*same, *fewer) if each.is_held]
    assert [each == name for each in names] == [True, False]

    by_customer = {each.customer: each.is_held for each in read_deliveries(folder)}
    assert by_customer == {"acme": False, "bolt": True, "cord": False}
