"""Shards in a training loop of your own: `python -m examples.train_on_shards build/demo/shard`."""

import sys

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

import curate
from model.shard_dataset import ShardStream, Tensors


def colours_and_box(batch: Tensors) -> Tensor:
    """What a network is asked, (N, 4, H, W) float: colours, and the drawn box."""
    colours = batch["image"] / 255
    box = torch.zeros_like(colours[:, :1])
    for number, drawn in enumerate(batch["drawn"].clamp(min=0).tolist()):
        x0, y0, x1, y1 = drawn
        box[number, :, y0:y1, x0:x1] = 1
    return torch.cat([colours, box], dim=1)


def loss_of(network: nn.Module, batch: Tensors) -> Tensor:
    """Cross-entropy, the mean over the px of the windows; padding counts nothing."""
    logits = network(colours_and_box(batch))[:, 0]
    return nn.functional.binary_cross_entropy_with_logits(
        logits[batch["valid"]],
        batch["mask"][batch["valid"]].float(),
    )


def two_layers() -> nn.Module:
    """A network that learns next to nothing, but fast."""
    return nn.Sequential(
        nn.Conv2d(4, 16, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.Conv2d(16, 1, kernel_size=1),
    )


def main(folder: str, epochs: int = 2) -> None:
    """Train a network of two layers on the shards below `folder`."""
    shards = curate.open_shards(folder, "train")
    network = two_layers()
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    for epoch in range(epochs):
        # To go on in the middle: Bookmark(*batch["bookmark"].tolist()) of the last batch.
        stream = ShardStream(shards, batch_size=8, bookmark=curate.Bookmark(epoch))
        losses = []
        for batch in DataLoader(stream, batch_size=None):
            loss = loss_of(network, batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: {len(losses)} steps, mean loss {np.mean(losses):.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
