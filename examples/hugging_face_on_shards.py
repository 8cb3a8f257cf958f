"""Shards in a Hugging Face Trainer: `python -m examples.hugging_face_on_shards FOLDER`."""

import sys
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from transformers import Trainer, TrainingArguments

import curate
from examples.train_on_shards import loss_of, two_layers
from model.shard_dataset import ShardStream, Tensors


class WithLoss(nn.Module):
    """A network of two layers that gives its loss, as the Trainer wants it."""

    def __init__(self) -> None:
        super().__init__()
        self.network = two_layers()

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """The loss of a batch."""
        return {"loss": loss_of(self.network, Tensors(batch))}


class OnShards(Trainer):
    """A Trainer whose batches come from a stream of shards: this rank's share of them."""

    def get_train_dataloader(self) -> DataLoader[Tensors]:
        """The stream; the Trainer tells it the epoch."""
        return _TellsEpoch(self.train_dataset, batch_size=None)  # type: ignore[arg-type]


class _TellsEpoch(DataLoader[Tensors]):
    """A loader that passes the Trainer's epoch on to its stream."""

    def set_epoch(self, epoch: int) -> None:
        self.dataset.set_epoch(epoch)  # type: ignore[attr-defined]


def main(folder: str, epochs: int = 2, **options: Any) -> OnShards:
    """Train on the shards below `folder`. `options`: of the Trainer's arguments."""
    arguments = TrainingArguments(
        num_train_epochs=epochs,
        remove_unused_columns=False,
        report_to="none",
        learning_rate=0.01,
        **options,
    )
    stream = ShardStream(
        curate.open_shards(folder, "train"),
        batch_size=8,
        rank=arguments.process_index,
        world_size=arguments.world_size,
    )
    torch.manual_seed(arguments.seed)
    trainer = OnShards(model=WithLoss(), args=arguments, train_dataset=stream)
    trainer.train()
    return trainer


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1], output_dir="build/hugging-face")
