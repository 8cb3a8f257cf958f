"""The torch datasets of shards: the same batches with any workers, none through shared memory."""

from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from curate.shards.epochs import Bookmark, batches, epoch_rows
from curate.shards.reader import Shards, open_shards
from model.shard_dataset import ShardDataset, ShardStream, Tensors, pad_together
from tests.model.ellipses import write_build


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Shards:
    build = tmp_path_factory.mktemp("build")
    write_build(build, {"train": 21})
    return open_shards(build.as_posix(), "train")


def rows_of(stream: ShardStream, workers: int = 0) -> list[list[int]]:
    loader = DataLoader(
        stream,
        batch_size=None,
        num_workers=workers,
        multiprocessing_context="forkserver" if workers else None,
    )
    batches = list(loader)
    assert len(batches) == len(loader)
    return [batch["row"].tolist() for batch in batches]


def test_windows_are_padded_and_nothing_else(shards: Shards) -> None:
    samples = shards.samples(range(5))
    batch = pad_together(samples)
    assert batch["image"].is_contiguous(memory_format=torch.channels_last)
    for number, sample in enumerate(samples):
        height, width = sample.mask.shape
        image = batch["image"][number].permute(1, 2, 0).numpy()
        assert np.array_equal(image[:height, :width], sample.image)
        mask = batch["mask"][number].numpy()
        assert np.array_equal(mask[:height, :width], sample.mask)
        assert batch["valid"][number].sum() == height * width
        assert not image[~batch["valid"][number].numpy()].any()
        assert not mask[~batch["valid"][number].numpy()].any()
        assert batch["drawn"][number].tolist() == list(sample.drawn)


def test_any_number_of_workers_gives_the_same_batches(shards: Shards) -> None:
    alone = rows_of(ShardStream(shards, 4, Bookmark(2), seed=5))
    assert [row for rows in alone for row in rows] == epoch_rows(shards, 5, 2).tolist()
    assert rows_of(ShardStream(shards, 4, Bookmark(2), seed=5), workers=2) == alone


def test_a_stream_goes_on_at_the_place_of_a_batch(shards: Shards) -> None:
    whole = list(ShardStream(shards, 4, Bookmark(1)))
    bookmark = Bookmark(*whole[1]["bookmark"].tolist())
    assert bookmark == Bookmark(1, 8)
    tail = rows_of(ShardStream(shards, 4, bookmark))
    assert tail == [batch["row"].tolist() for batch in whole[2:]]


def test_ranks_take_the_same_number_of_steps_and_all_samples(shards: Shards) -> None:
    ranks = [
        rows_of(ShardStream(shards, 4, rank=rank, world_size=2)) for rank in (0, 1)
    ]
    assert len(ranks[0]) == len(ranks[1])
    rows = [row for rank in ranks for batch in rank for row in batch]
    assert sorted(rows) == sorted(epoch_rows(shards, 0, 0).tolist())


def test_a_new_epoch_begins_and_the_one_at_hand_goes_on(shards: Shards) -> None:
    stream = ShardStream(shards, 4, Bookmark(1, 8))
    stream.set_epoch(1)
    assert stream.bookmark == Bookmark(1, 8)
    stream.set_epoch(2)
    assert rows_of(stream) == rows_of(ShardStream(shards, 4, Bookmark(2)))


def test_batches_go_to_other_processes_as_bytes(shards: Shards) -> None:
    ((samples, _), *_) = batches(shards, 4, Bookmark(), seed=0)
    batch = pad_together(samples)
    sent = bytes(ForkingPickler.dumps(batch))
    # Torch's own way would be a handle of shared memory.
    assert len(sent) > sum(tensor.numel() for tensor in batch.values())
    again = ForkingPickler.loads(sent)
    assert isinstance(again, Tensors)
    assert all(torch.equal(again[name], batch[name]) for name in batch)


def test_rows_have_the_windows_of_an_epoch(shards: Shards) -> None:
    stored = ShardDataset(shards)
    assert np.array_equal(stored[3].image, shards.sample(3).image)
    epoch = ShardDataset(shards, epoch=4)
    loader = DataLoader(epoch, batch_size=6, collate_fn=pad_together)
    rows = [row for batch in loader for row in batch["row"].tolist()]
    assert rows == list(range(len(shards)))
    assert epoch.__getitems__([3])[0].window == epoch[3].window
    assert any(epoch[row].window != stored[row].window for row in rows)
