"""Batches as a plan says: windows, masks, padding, and large windows reduced."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from curate.model_settings import TrainSettings
from curate.settings import Settings
from curate.shards.reader import open_shards
from model.batch_plans import BatchPlan, plan_epoch
from model.batches import pad_edges, read_batch

Make = Callable[..., Settings]
UNCHANGED = TrainSettings(jitter=0.0)


def test_a_batch_holds_windows_masks_and_padding(build_folder: Make) -> None:
    settings = build_folder({}, {"train": 3})
    shards = open_shards(Path(settings.build) / "shard", "train")
    rows = np.array([0, 2])
    plan = BatchPlan(
        rows=rows,
        drawn=shards.drawn[rows],
        windows=shards.windows[rows],
        scales=np.ones(2),
        epoch=0,
        positions=np.array([0, 1]),
        height=96,
        width=128,
    )
    batch = read_batch(shards, plan, UNCHANGED)
    assert batch.pixels.shape == (2, 96, 128, 3)
    assert plan.padding == np.count_nonzero(~batch.valid)
    for index, row in enumerate(rows.tolist()):
        true = shards.sample(row).mask
        target = batch.target[index]
        valid = batch.valid[index]
        assert target.sum() == true.sum()
        assert valid.sum() == true.size
        assert not target[~valid].any()

        x0, y0, x1, y1 = batch.drawn[index].astype(int).tolist()
        assert target[y0:y1, x0:x1].sum() == true.sum()
        bright = batch.pixels[index].mean(axis=2) > 110
        assert np.array_equal(bright & valid, target)


def test_tensors_are_as_the_network_takes_them(build_folder: Make) -> None:
    settings = build_folder({}, {"train": 1})
    shards = open_shards(Path(settings.build) / "shard", "train")
    row = np.array([0])
    plan = BatchPlan(
        row, shards.drawn, shards.windows, np.ones(1), 0, row, height=96, width=128
    )
    batch = read_batch(shards, plan, UNCHANGED)
    pixels, drawn, target, valid = batch.tensors(torch.device("cpu"))
    assert pixels.shape == (1, 3, 96, 128)
    assert pixels.is_contiguous(memory_format=torch.channels_last)
    green = batch.pixels[0, :, :, 1]
    assert torch.equal(pixels[0, 1], torch.from_numpy(green))
    assert drawn.shape == (1, 4)
    assert target.shape == valid.shape == (1, 1, 96, 128)
    assert target.dtype == valid.dtype == torch.float32
    assert set(target.unique().tolist()) == {0.0, 1.0}


def test_edges_are_repeated() -> None:
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    padded = pad_edges(image, 3, 4)
    assert padded.shape == (3, 4, 3)
    assert np.array_equal(padded[:2, :2], image)
    assert (padded[2, :2] == image[1]).all()
    assert (padded[:2, 2:] == image[:, 1:]).all()


@pytest.mark.parametrize("scale", [0.5, 1.5])
def test_a_window_is_read_at_the_size_that_the_network_sees(
    build_folder: Make, monkeypatch: pytest.MonkeyPatch, scale: float
) -> None:
    monkeypatch.setattr("model.batch_plans._scales", lambda *_: np.array([scale]))
    settings = build_folder({}, {"train": 1})
    shards = open_shards(Path(settings.build) / "shard", "train")
    crop_sides = shards.crops[:, 2:] - shards.crops[:, :2]
    (plan,) = plan_epoch(
        np.array([0]), shards.drawn, shards.windows, crop_sides, UNCHANGED, epoch=0
    )
    assert plan.scales.tolist() == [scale]

    batch = read_batch(shards, plan, UNCHANGED)
    true = shards.sample(0).mask
    target = batch.target[0]
    assert target.sum() == pytest.approx(scale**2 * true.sum(), rel=0.1)
    bright = batch.pixels[0].mean(axis=2) > 110
    differs = (bright != target) & batch.valid[0]
    assert np.count_nonzero(differs) < 0.1 * target.sum()

    x0, y0, x1, y1 = batch.drawn[0].tolist()
    expected = (shards.drawn[0, 2:] - shards.drawn[0, :2]) * scale
    assert np.abs(expected - [x1 - x0, y1 - y0]).max() <= 2
    rows, columns = np.nonzero(target)
    assert x0 - 1 <= columns.min() <= columns.max() <= x1
    assert y0 - 1 <= rows.min() <= rows.max() <= y1
