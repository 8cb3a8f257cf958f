"""Judging the annotations of a small build, with a model that answers with ellipses."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.reader import open_shards
from curate.storage import read_table
from model.annotations import judging
from model.annotations.annotations import mask_in_crop, neighbours
from model.annotations.asking import asking
from model.annotations.covers import Covers
from model.annotations.judging import Looks, SpoiledCopies, judge, spoiled_copies
from model.annotations.quality import judge_annotations
from model.annotations.report import DOUBTFUL, read_quality
from model.annotations.signs import SIGNS
from model.annotations.spoiling import Spoiling
from model.checkpoint import save_checkpoint
from model.records import Origin
from tests.model.networks import unlearned

Make = Callable[..., Settings]
OBJECTS = 50


@pytest.fixture
def settings(build_folder: Make) -> Settings:
    made = build_folder({}, {"train": OBJECTS})
    path = Path(made.build) / "train" / "model.safetensors"
    save_checkpoint(path, unlearned(), Origin(variant="small"))
    quality = made.quality.model_copy(update={"copies": 50, "windows": 1})
    return made.model_copy(update={"quality": quality})


def test_annotations_are_judged_once(settings: Settings) -> None:
    lines: list[str] = []
    path = judge_annotations(settings, lines.append)
    folder = path.parent
    report = read_quality(folder)
    assert report is not None
    assert report.objects == OBJECTS == sum(group.objects for group in report.groups)
    by_kind = {each.spoiling: each.rank_area for each in report.found}
    assert by_kind[Spoiling.HALF] > 0.9  # bright ellipses on dark ground

    table = read_table(folder / "annotations.parquet")
    quality = table["annotation_quality"].to_numpy()
    assert ((quality >= 0) & (quality <= 1)).all()
    assert (quality < DOUBTFUL).sum() == report.doubtful
    assert set(SIGNS) <= set(table.column_names)
    worst = read_table(folder / "worst.parquet")
    assert len(worst) == min(report.doubtful, settings.quality.shown)

    assert judge_annotations(settings, lines.append) == path
    assert "up to date" in lines[-1]


def test_what_is_missing_is_said(settings: Settings) -> None:
    (Path(settings.build) / "train" / "model.safetensors").unlink()
    with pytest.raises(InputError, match="train one first"):
        judge_annotations(settings, print)


def test_few_objects_tell_nothing(build_folder: Make) -> None:
    few = build_folder({}, {"train": 4})
    path = Path(few.build) / "train" / "model.safetensors"
    save_checkpoint(path, unlearned(), Origin(variant="small"))
    with pytest.raises(InputError, match="4 train objects are too few"):
        judge_annotations(few, print)


def test_rows_that_cannot_be_judged_are_left_as_sound(settings: Settings) -> None:
    shards = open_shards(UPath(settings.build) / "shard", "train")
    rng = np.random.default_rng(0)
    own = rng.normal(size=(OBJECTS, len(SIGNS)))
    own[3] = np.nan
    own[4, 0] = 8
    spoiled = rng.normal(size=(30, len(SIGNS)))
    spoiled[:, 0] = 8
    spoiled[5] = np.nan
    copies = SpoiledCopies(np.arange(30) + 10, [Spoiling.HALF] * 30, spoiled)
    found = judge(shards, own, copies, seed=0)
    assert found.own[3] == found.copies[5] == 1
    assert found.own[4] == found.own.min()
    assert set(found.suspicions) <= set(Spoiling)


def test_copies_are_chosen_by_ids_and_each_way_has_as_many(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        judging,
        "_looks",
        lambda *asked: Looks(np.zeros((asked[2], len(SIGNS))), np.zeros((asked[2], 2))),
    )
    shards = open_shards(UPath(settings.build) / "shard", "train")
    rows = range(len(shards))
    covers = Covers(shards, rows)
    asks = asking(unlearned(), settings)
    copies = spoiled_copies(asks, covers, rows, 50, 0, print)
    again = spoiled_copies(asks, covers, rows, 50, 0, print)
    assert copies.rows.tolist() == again.rows.tolist()
    assert copies.kinds == again.kinds
    assert len(set(copies.rows.tolist())) == len(copies.rows)
    assert copies.kinds.count(Spoiling.HALF) == 10


def test_other_objects_of_an_image_are_seen_in_a_crop(settings: Settings) -> None:
    shards = open_shards(UPath(settings.build) / "shard", "train")
    images = shards.table["image_id"].to_pylist()
    for row, others in enumerate(neighbours(shards)):
        assert all(images[other] == images[row] for other in others)
        assert row not in others
    same = mask_in_crop(shards, 0, 0)
    assert same is not None
    assert (same == shards.mask(0)).all()
