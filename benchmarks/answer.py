"""How long one box of 320 px waits for its mask on one thread, and the peak memory of that process.

    python -m benchmarks.answer [--model PATH] [--repeats 9]

Without a model: the base, or, where it is not here, random weights of the small network; the time
is the same.
"""

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.memory import peak_of
from benchmarks.shared.timing import report
from model.box_network import BoxNetwork
from model.checkpoint import BASE, save_checkpoint
from model.predict import Segmenter
from model.prior import learn_priors
from model.records import Origin
from model.u2net import build

ALLOWED = 350.0
"""Milliseconds that an answer may take."""

ALLOWED_MEMORY = 500.0
"""Megabytes that the process may take. The system counts pages of libraries that it maps, which
differ by some 100 MB from one installation to the next."""

_IMAGE = np.random.default_rng(0).integers(0, 255, (720, 960, 3), dtype=np.uint8)
_BOX = (300, 200, 620, 520)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each answer, and the median that the processor worked on one."""

    waited: list[float]
    worked: float


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument(
        "--model",
        type=Path,
        default=BASE,
        metavar="PATH",
    )
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model = arguments.model
        name = model.name
        if model == BASE and not BASE.is_file():
            model = _random_weights(Path(scratch))
            name = "random weights"
        # In a process of its own, before this one has loaded a model.
        memory = peak_of(measure_answers, model, 1)
        times = measure_answers(model, arguments.repeats)
    _report(name, times, memory)


def _random_weights(folder: Path) -> Path:
    """A checkpoint of the small network as training would begin with it."""
    path = folder / "random.safetensors"
    network = BoxNetwork(build("small"), learn_priors([]))
    save_checkpoint(path, network, Origin(variant="small"))
    return path


def measure_answers(model: Path, repeats: int) -> Times:
    """Ask the model `repeats` times on one thread, after one answer that is not measured."""
    torch.set_num_threads(1)
    segmenter = Segmenter.load(model)
    waited = []
    worked = []
    for _ in range(repeats + 1):
        wall = time.perf_counter()
        processor = time.process_time()
        segmenter.segment(_IMAGE, _BOX)
        waited.append(1000 * (time.perf_counter() - wall))
        worked.append(1000 * (time.process_time() - processor))
    # The first answer also loads code and fills caches.
    return Times(waited[1:], statistics.median(worked[1:]))


def _report(model: str, times: Times, memory: float) -> None:
    """Print and write what was measured; `memory`: megabytes at the most."""
    median = statistics.median(times.waited)
    least = min(times.waited)
    lines = [
        f"One box of 320 px in an image of 960 × 720 px, one thread, {model}:",
        f"  {median:,.0f} ms (least {least:,.0f}; allowed {ALLOWED:,.0f}), "
        f"of it {times.worked:,.0f} ms at work",
        f"  {memory:,.0f} MB at the most (allowed {ALLOWED_MEMORY:,.0f})",
    ]
    data = {
        "model": model,
        "milliseconds": times.waited,
        "median": median,
        "allowed": ALLOWED,
        "processor_milliseconds": times.worked,
        "peak_megabytes": memory,
    }
    report("answer", lines, data)


if __name__ == "__main__":
    main()
