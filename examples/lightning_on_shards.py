"""Shards in Lightning: `python -m examples.lightning_on_shards build/demo/shard`."""

import sys
from typing import Any

import lightning
import torch
from torch import Tensor
from torch.utils.data import DataLoader

import curate
from examples.train_on_shards import loss_of, two_layers
from model.shard_dataset import ShardStream, Tensors


class OnShards(lightning.LightningModule):
    """A network of two layers, and where its training stands."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder
        self.network = two_layers()
        self.bookmark: Tensor
        # A buffer is in the checkpoints, so that a run goes on where it was.
        self.register_buffer("bookmark", torch.zeros(2, dtype=torch.int64))

    def train_dataloader(self) -> DataLoader[Tensors]:
        """The rest of the epoch at hand: this rank's share."""
        stream = ShardStream(
            curate.open_shards(self.folder, "train"),
            batch_size=8,
            bookmark=curate.Bookmark(*self.bookmark.tolist()),
            rank=self.trainer.global_rank,
            world_size=self.trainer.world_size,
        )
        stream.set_epoch(self.current_epoch)
        return DataLoader(stream, batch_size=None)

    def training_step(self, batch: Tensors) -> Tensor:
        """The loss of a batch."""
        self.bookmark.copy_(batch["bookmark"])
        return loss_of(self.network, batch)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """One rate for everything."""
        return torch.optim.AdamW(self.parameters(), lr=0.01)


def main(folder: str, epochs: int = 2, **options: Any) -> lightning.Trainer:
    """Train on the shards below `folder`. `options`: of Lightning's trainer."""
    trainer = lightning.Trainer(
        max_epochs=epochs,
        reload_dataloaders_every_n_epochs=1,  # each epoch has a stream of its own
        **options,
    )
    trainer.fit(OnShards(folder))
    return trainer


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
