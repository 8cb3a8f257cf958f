"""How long one box of 320 px waits for its mask on one thread, and the peak memory of a process that answers it.

    python -m benchmarks.answer [--model PATH] [--repeats 9]

Without a model: the base, where it is here, else random weights of the small network; the time is the same.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks._memory import peak_of
from benchmarks._timing import report
from model.box_network import BoxNetwork
from model.checkpoint import BASE, save_checkpoint
from model.predict import Segmenter
from model.prior import learn_priors
from model.records import Origin
from model.u2net import build

NEEDED = 500.0
_IMAGE = np.random.default_rng(0).integers(0, 255, (720, 960, 3), dtype=np.uint8)
_BOX = (300, 200, 620, 520)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=BASE, metavar="PATH")
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model, words = arguments.model, arguments.model.name
        if model == BASE and not BASE.is_file():
            model, words = Path(scratch) / "random.safetensors", "random weights"
            save_checkpoint(
                model, BoxNetwork(build("small"), learn_priors([])), Origin(variant="small")
            )
        memory = peak_of(_times, model, 1)
        times, busy = _times(model, arguments.repeats)
    middle = statistics.median(times)
    lines = [
        f"One box of 320 px in an image of 960 × 720 px, one thread, {words}:",
        f"  {middle:,.0f} ms (least {min(times):,.0f}; allowed {NEEDED:,.0f}), of it {busy:,.0f} ms at work",
        f"  {memory:,.0f} MB at the most",
    ]
    data = {"model": words, "milliseconds": times, "median": middle, "allowed": NEEDED}
    data |= {"processor_milliseconds": busy, "peak_megabytes": memory}
    report("answer", lines, data)


def _times(model: Path, repeats: int) -> tuple[list[float], float]:
    """Milliseconds of each answer, after one that is not measured; the median that the processor was at work on it."""
    torch.set_num_threads(1)
    segmenter, times, busy = Segmenter.load(model), [], []
    for _ in range(repeats + 1):
        begun, worked = time.perf_counter(), time.process_time()
        segmenter.segment(_IMAGE, _BOX)
        times.append(1000 * (time.perf_counter() - begun))
        busy.append(1000 * (time.process_time() - worked))
    return times[1:], statistics.median(busy[1:])


if __name__ == "__main__":
    main()
