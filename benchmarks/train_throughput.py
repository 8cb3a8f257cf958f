"""Crops a second of a training step, and of a plain float32 loop over the same network.

    python -m benchmarks.train_throughput [--repeats 3] [--batches 4] [--threads N]

Both get the same crops, in the same batches, on the same threads, as the planner and the reader of
training make them from shards that are made here; reading them is not in the measure. The plain
loop is what one writes first: float32, PyTorch's own memory format and AdamW, seven cross-entropies
and the same soft IoU. A third process trains by the default settings from the shards to the
checkpoint, for the peak memory of all of training.
"""

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.made_shards import make_shards
from benchmarks.shared.memory import peak_of
from benchmarks.shared.timing import Measured, measure, ratios, report
from curate.settings import Settings
from curate.shards.epoch_windows import random_windows
from curate.shards.reader import open_shards
from curate.shards.sampling import order
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
"""How many times as fast as the plain loop a step must be."""

ALLOWED_MEGABYTES = 8000
"""The most memory that all of training may take."""

_OURS = "ours"
_PLAIN = "plain float32"
_ALL = "all of training"
_MEMORY_STEPS = 4
_OUTPUT_MAPS = 7

Steps = Callable[[], int]
"""Trains on all batches once; the number of their crops."""


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--batches", type=int, default=4, help="steps of one measurement"
    )
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    threads = arguments.threads
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as scratch:
        settings = make_shards(Path(scratch))
        batches = _batches(settings, arguments.batches)
        ways = {
            _OURS: our_loop(batches, settings),
            _PLAIN: plain_loop(batches, settings),
        }
        measured = measure(ways, arguments.repeats)
        # Each in a process of its own, whose peak is then its own.
        memory = {
            _OURS: peak_of(_loop_alone, our_loop, settings, threads),
            _PLAIN: peak_of(_loop_alone, plain_loop, settings, threads),
            _ALL: peak_of(_train_alone, settings, threads),
        }
    _report(measured, memory, batches, threads)


def our_loop(batches: list[Batch], settings: Settings) -> Steps:
    """The step of `model.train`."""
    network = BoxNetwork(build("small"), learn_priors([]))
    state = TrainingState(network, settings.train, device())

    def steps() -> int:
        for batch in batches:
            state.step(batch, 1.0)
        return sum(len(batch.pixels) for batch in batches)

    return steps


def plain_loop(batches: list[Batch], settings: Settings) -> Steps:
    """The same network as it is trained without a thought of speed."""
    del settings  # both loops are called alike
    network = build("small").to(device()).train()
    optimiser = torch.optim.AdamW(network.parameters())

    def steps() -> int:
        for batch in batches:
            pixels, _, target, valid = batch.tensors(device())
            maps = network((pixels.float().contiguous() - 118) / 58)
            losses = []
            for number in range(_OUTPUT_MAPS):
                entropy = functional.binary_cross_entropy_with_logits(
                    maps[:, number, None],
                    target,
                    valid,
                )
                losses.append(entropy)
            overlap = soft_iou(maps, target, valid).sum(dim=1).mean()
            loss = torch.stack(losses).sum() + overlap
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            # Waits until the device is done, as a loop that shows its loss does.
            loss.item()
        return sum(len(batch.pixels) for batch in batches)

    return steps


def _batches(settings: Settings, number: int) -> list[Batch]:
    """The first batches of the first epoch."""
    shards = open_shards(f"{settings.build}/shard", "train")
    drawn, windows = random_windows(shards, settings.crop, 0)
    top_left = shards.crops[:, :2]
    bottom_right = shards.crops[:, 2:]
    sizes = bottom_right - top_left
    rows = order(shards.weights, seed=0, epoch=0)
    plans = plan_epoch(rows, drawn, windows, sizes, settings.train, 0)
    return [read_batch(shards, plan, settings.train) for plan in plans[:number]]


def _loop_alone(
    loop: Callable[[list[Batch], Settings], Steps],
    settings: Settings,
    threads: int,
) -> None:
    """Two steps of a loop, in a process that does nothing else."""
    torch.set_num_threads(threads)
    batches = _batches(settings, 2)
    loop(batches, settings)()


def _train_alone(settings: Settings, threads: int) -> None:
    """A few steps of the whole training, in a process that does nothing else."""
    torch.set_num_threads(threads)
    few = settings.train.model_copy(update={"steps": _MEMORY_STEPS})
    train(settings.model_copy(update={"train": few}), print)


def _report(
    measured: dict[str, Measured],
    memory: dict[str, float],
    batches: list[Batch],
    threads: int,
) -> None:
    """Print and write what was measured; `memory`: megabytes at the most."""
    turns = sorted(ratios(measured, _OURS, _PLAIN))
    median = statistics.median(turns)
    with mixed_precision(device()):
        bfloat16 = torch.is_autocast_enabled(device().type)
    precision = "bfloat16" if bfloat16 else "float32"
    where = f"{threads} threads, {device()}, convolutions in {precision}"
    lines = [f"A training step of the small network, {where}:"]
    for name, each in measured.items():
        rate = f"{each.rate:>8.2f} crops/s"
        lines.append(f"  {name:<16}{rate} {memory[name]:>8,.0f} MB at the most")
    lines += [
        f"  ours / plain: {median:.2f} ({turns[0]:.2f} to {turns[-1]:.2f}; needed {NEEDED})",
        f"  all of training: {memory[_ALL]:,.0f} MB at the most (allowed {ALLOWED_MEGABYTES:,})",
    ]
    data = {
        "network": "small",
        "threads": threads,
        "device": str(device()),
        "bfloat16": bfloat16,
        "batches": [list(batch.pixels.shape) for batch in batches],
        "crops_per_second": {name: each.rates for name, each in measured.items()},
        "ours_over_plain": {
            "median": median,
            "turns": turns,
            "needed": NEEDED,
        },
        "peak_megabytes": memory,
        "allowed_megabytes": ALLOWED_MEGABYTES,
    }
    report("train_throughput", lines, data)


if __name__ == "__main__":
    main()
