"""Shards as torch datasets, for trainers of any kind.

    stream = ShardStream(open_shards("build/demo/shard", "train"), batch_size=16)
    for batch in DataLoader(stream, batch_size=None):
        batch["image"], batch["mask"], batch["drawn"], batch["bookmark"]

A stream reads and decodes ahead in threads, so a loader needs no workers; it may have some,
and then nothing goes through shared memory. It has the order of `curate.shards.epochs`: each
batch says where the training stands after it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset, IterableDataset, get_worker_info

from curate.shards.epoch_windows import random_windows
from curate.shards.epochs import Bookmark, Consumer, batches, deal, epoch_rows
from curate.shards.reader import Shards
from curate.shards.sample import Sample


class Tensors(dict[str, Tensor]):
    """Tensors by name, which go to another process through a pipe.

    Torch would put them into shared memory, and containers often have too little of that.
    """

    def __reduce__(self) -> Any:
        arrays = {name: tensor.numpy() for name, tensor in self.items()}
        return _from_arrays, (arrays,)


def _from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Tensors:
    return Tensors({name: torch.from_numpy(array) for name, array in arrays.items()})


Collate = Callable[[Sequence[Sample]], Tensors]
"""Makes a batch of samples, whose windows differ in size."""


def pad_together(samples: Sequence[Sample]) -> Tensors:
    """N windows, each in the upper left corner of the largest height and width, H × W px.

    `image`: (N, 3, H, W) uint8 RGB, channels last in memory. `mask`: (N, H, W) bool. `valid`:
    (N, H, W) bool, where a window is; the rest is 0. `drawn`: (N, 4) int64, the drawn boxes.
    `row`: (N,) int64, the rows of the shards.
    """
    height = max(sample.mask.shape[0] for sample in samples)
    width = max(sample.mask.shape[1] for sample in samples)
    shape = (len(samples), height, width)
    image = np.zeros((*shape, 3), np.uint8)
    mask = np.zeros(shape, np.bool_)
    valid = np.zeros(shape, np.bool_)
    for number, sample in enumerate(samples):
        its_height, its_width = sample.mask.shape
        image[number, :its_height, :its_width] = sample.image
        mask[number, :its_height, :its_width] = sample.mask
        valid[number, :its_height, :its_width] = True
    return Tensors(
        image=torch.from_numpy(image).permute(0, 3, 1, 2),
        mask=torch.from_numpy(mask),
        valid=torch.from_numpy(valid),
        drawn=torch.tensor([sample.drawn for sample in samples]),
        row=torch.tensor([sample.row for sample in samples]),
    )


class ShardDataset(Dataset[Sample]):
    """The objects of a split by row, with the windows of one epoch.

    A loader's `collate_fn` makes batches of them: `pad_together`. `epoch`: None for the stored
    windows, as evaluation takes them.
    """

    def __init__(self, shards: Shards, epoch: int | None = None) -> None:
        self.shards = shards
        self.drawn, self.windows = random_windows(shards, shards.crop_settings, epoch)

    def __len__(self) -> int:
        return len(self.shards)

    def __getitem__(self, row: int) -> Sample:
        return self.shards.sample(row, self.drawn[row], self.windows[row])

    def __getitems__(self, rows: list[int]) -> list[Sample]:
        """The samples of a whole batch, as torch's loader asks for them."""
        return self.shards.samples(rows, self.drawn[rows], self.windows[rows])


class ShardStream(IterableDataset[Tensors]):
    """The batches of one epoch, from a bookmark to its end: the share of one rank.

    It asks torch which worker it is in. `batch_size`: samples of a rank in a step. `threads`:
    how many decode, in each worker. Each batch has `bookmark`, (2,) int64: the epoch, and how many
    samples all ranks together have used when they have done this step. A stream that begins at
    `Bookmark(*batch["bookmark"].tolist())` goes on there, also with other numbers of ranks and
    workers.
    """

    def __init__(
        self,
        shards: Shards,
        batch_size: int,
        bookmark: Bookmark | None = None,
        seed: int = 0,
        rank: int = 0,
        world_size: int = 1,
        collate: Collate = pad_together,
        threads: int = 2,
    ) -> None:
        super().__init__()
        self.shards = shards
        self.batch_size = batch_size
        self.bookmark = bookmark or Bookmark()
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self.collate = collate
        self.threads = threads

    def set_epoch(self, epoch: int) -> None:
        """Begin an epoch, as trainers ask at the start of each; the one at hand goes on."""
        if epoch != self.bookmark.epoch:
            self.bookmark = Bookmark(epoch)

    def __len__(self) -> int:
        """Steps to the end of the epoch: as many in each rank."""
        rows = epoch_rows(self.shards, self.seed, self.bookmark.epoch)
        return len(deal(rows, self.batch_size, self.bookmark, self._consumer()))

    def __iter__(self) -> Iterator[Tensors]:
        consumer = self._consumer()
        worker = get_worker_info()
        if worker is not None:
            consumer = Consumer(
                self.rank, self.world_size, worker.id, worker.num_workers
            )
        for samples, after in batches(
            self.shards,
            self.batch_size,
            self.bookmark,
            self.seed,
            consumer,
            self.threads,
        ):
            batch = self.collate(samples)
            batch["bookmark"] = torch.tensor([after.epoch, after.used])
            yield batch

    def _consumer(self) -> Consumer:
        return Consumer(self.rank, self.world_size)
