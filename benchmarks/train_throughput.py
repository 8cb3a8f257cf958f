"""Crops a second of a training step beside a plain float32 loop over the same network; peak memory of both.

    python -m benchmarks.train_throughput [--repeats 3] [--batches 4] [--threads N]

Both get the same crops, in the same batches, on the same threads, as the planner and the reader of training make them
from shards that are made here; reading them is not in the measure. The plain loop is what one writes first: float32,
PyTorch's own memory format and AdamW, seven cross-entropies and the same soft IoU. A third process trains by the
default settings from the shards to the checkpoint, for the peak memory of all of training.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional

from benchmarks._memory import peak_of
from benchmarks._shards import make_shards
from benchmarks._timing import Measured, measure, report
from curate.settings import Settings
from curate.shards.reader import open_shards, order, random_windows
from model.batch_plans import plan_epoch
from model.batches import Batch, read_batch
from model.box_network import BoxNetwork
from model.hardware import device, mixed_precision
from model.losses import soft_iou
from model.prior import learn_priors
from model.train import train
from model.training_state import TrainingState
from model.u2net import build

NEEDED = 1.5
MOST_MEGABYTES = 8000
_MEMORY_STEPS = 4


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batches", type=int, default=4, help="steps of one measurement")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as scratch:
        settings = make_shards(Path(scratch))
        batches = _batches(settings, arguments.batches)
        ways = {"ours": our_loop(batches, settings), "plain float32": plain_loop(batches)}
        measured = measure(ways, arguments.repeats)
        memory = {
            "ours": peak_of(_alone, our_loop, settings, arguments.threads),
            "plain float32": peak_of(_alone, plain_loop, settings, arguments.threads),
            "all of training": peak_of(_train_alone, settings, arguments.threads),
        }
    _report(measured, memory, batches, arguments.threads)


def our_loop(batches: list[Batch], settings: Settings) -> Callable[[], int]:
    """The step of `model.train`; the number of crops."""
    state = TrainingState(BoxNetwork(build("small"), learn_priors([])), settings.train, device())

    def steps() -> int:
        for batch in batches:
            state.step(batch, 1.0)
        return sum(len(batch.pixels) for batch in batches)

    return steps


def plain_loop(batches: list[Batch], settings: Settings | None = None) -> Callable[[], int]:
    """The same network as it is trained without a thought of speed."""
    del settings
    network = build("small").to(device()).train()
    optimiser = torch.optim.AdamW(network.parameters())

    def steps() -> int:
        for batch in batches:
            pixels, _, target, valid = batch.tensors(device())
            maps = network((pixels.float().contiguous() - 118) / 58)
            losses = [
                functional.binary_cross_entropy_with_logits(maps[:, each, None], target, valid)
                for each in range(7)
            ]
            loss = torch.stack(losses).sum() + soft_iou(maps, target, valid).sum(dim=1).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            loss.item()
        return sum(len(batch.pixels) for batch in batches)

    return steps


def _batches(settings: Settings, count: int) -> list[Batch]:
    """The first batches of the first epoch."""
    shards = open_shards(f"{settings.build}/shard", "train")
    drawn, windows = random_windows(shards, settings.crop, 0)
    sides = shards.crops[:, 2:] - shards.crops[:, :2]
    plans = plan_epoch(order(shards.weights, 0, 0), drawn, windows, sides, settings.train, 0)
    return [read_batch(shards, plan, settings.train) for plan in plans[:count]]


def _alone(loop: Callable[..., Callable[[], int]], settings: Settings, threads: int) -> None:
    torch.set_num_threads(threads)
    loop(_batches(settings, 2), settings)()


def _train_alone(settings: Settings, threads: int) -> None:
    torch.set_num_threads(threads)
    few = settings.train.model_copy(update={"steps": _MEMORY_STEPS})
    train(settings.model_copy(update={"train": few}), print)


def _report(
    measured: dict[str, Measured], memory: dict[str, float], batches: list[Batch], threads: int
) -> None:
    turns = zip(measured["ours"].rates, measured["plain float32"].rates, strict=True)
    ratios = sorted(ours / plain for ours, plain in turns)
    middle = (
        ratios[len(ratios) // 2] if len(ratios) % 2 else sum(ratios[len(ratios) // 2 - 1 :][:2]) / 2
    )
    with mixed_precision(device()):
        bfloat = torch.is_autocast_enabled(device().type)
    words = f"{threads} threads, {device()}, convolutions in {'bfloat16' if bfloat else 'float32'}"
    lines = [f"A training step of the small network, {words}:"]
    lines += [
        f"  {name:<16}{each.rate:>8.2f} crops/s {memory[name]:>8,.0f} MB at the most"
        for name, each in measured.items()
    ]
    lines += [
        f"  ours / plain: {middle:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}; needed {NEEDED})"
    ]
    lines += [
        f"  all of training: {memory['all of training']:,.0f} MB at the most (allowed {MOST_MEGABYTES:,})"
    ]
    data = {
        "network": "small",
        "threads": threads,
        "device": str(device()),
        "bfloat16": bfloat,
        "batches": [list(batch.pixels.shape) for batch in batches],
        "crops_per_second": {name: each.rates for name, each in measured.items()},
        "ours_over_plain": {"median": middle, "turns": ratios, "needed": NEEDED},
        "peak_megabytes": memory,
        "allowed_megabytes": MOST_MEGABYTES,
    }
    report("train_throughput", lines, data)


if __name__ == "__main__":
    main()
