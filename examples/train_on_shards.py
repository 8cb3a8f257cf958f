"""Shards in a training loop of your own: `python -m examples.train_on_shards build/demo/shard`."""

import sys

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

import curate


class Crops(Dataset[tuple[Tensor, Tensor]]):
    """The objects of one epoch: colours with the drawn box as a fourth channel, and the mask."""

    def __init__(self, shards: curate.Shards, epoch: int) -> None:
        self.shards = shards
        self.rows = curate.order(shards.weights, seed=0, epoch=epoch)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        sample = self.shards.sample(int(self.rows[number]))
        x0, y0, x1, y1 = np.maximum(sample.drawn, 0)
        box = np.zeros((*sample.mask.shape, 1), np.uint8)
        box[y0:y1, x0:x1] = 255
        asked = np.concatenate([sample.image, box], axis=2)
        return torch.from_numpy(asked).permute(2, 0, 1), torch.from_numpy(sample.mask)


def main(folder: str, epochs: int = 2) -> None:
    """Train a network of two layers on the shards below `folder`."""
    shards = curate.open_shards(folder, "train")
    network = nn.Sequential(
        nn.Conv2d(4, 16, kernel_size=5, padding=2),
        nn.ReLU(),
        nn.Conv2d(16, 1, kernel_size=1),
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.01)
    for epoch in range(epochs):
        losses = []
        # Windows differ in size, so that each is a batch of its own here.
        crops = DataLoader(Crops(shards, epoch), batch_size=None, num_workers=2)
        for asked, mask in crops:
            logits = network(asked[None] / 255)[0, 0]
            loss = nn.functional.binary_cross_entropy_with_logits(logits, mask.float())
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(loss.item())
        print(f"epoch {epoch}: {len(losses)} crops, mean loss {np.mean(losses):.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
