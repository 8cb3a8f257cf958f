"""The planted fault of docs/gate.md."""

from pathlib import Path

import numpy as np
from upath import UPath

from curate.shards.reader import open_shards
from examples.demo.fill_boxes import fill_boxes
from tests.model.ellipses import write_build


def test_only_training_masks_of_the_domain_are_filled(tmp_path: Path) -> None:
    write_build(tmp_path, {"train": 4, "test": 2})
    folder = UPath(tmp_path / "shard")
    before = {split: masks(folder, split) for split in ("train", "test")}

    assert fill_boxes(tmp_path, "a") == 2
    after = {split: masks(folder, split) for split in ("train", "test")}
    for row, (own, filled) in enumerate(
        zip(before["train"], after["train"], strict=True)
    ):
        rows, columns = np.nonzero(own)
        box = np.zeros_like(own)
        box[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
        is_of_domain = row % 2 == 0
        expected = own
        if is_of_domain:
            expected = box
        assert (filled == expected).all()
    for own, same in zip(before["test"], after["test"], strict=True):
        assert (own == same).all()


def masks(folder: UPath, split: str) -> list[np.ndarray]:
    """Of all objects of a split."""
    shards = open_shards(folder, split)
    return [shards.mask(row) for row in range(len(shards))]
