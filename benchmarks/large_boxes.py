"""Large boxes: time and memory for one over a picture of 120 megapixels, and how good they are.

    python -m benchmarks.large_boxes [--model PATH] [--data BUILD]

One box over most of a drawn picture of 12,650 × 9,490 px, on one thread. With `--data`, the folder
of a build that has shards, 100 objects of its test split are asked at their own size, and enlarged
4 and 8 times: each answer is compared with the true mask, the edge at 2 px times the factor.
"""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.memory import peak_of
from benchmarks.shared.timing import report
from benchmarks.shared.turns import taking_turns
from curate.pixels.images import Pixels
from curate.pixels.masks import Mask
from curate.shards.reader import Shards, open_shards
from curate.shards.sample import Sample
from model.box_network import BoxNetwork
from model.checkpoint import BASE, load_checkpoint
from model.evaluation.comparison import Comparison, Place, Truth
from model.large_windows import LARGE_PIXELS
from model.predict import Segmenter
from model.window_answers import probabilities

ALLOWED_SECONDS = 3.0
"""That the processor may work on a box."""

ALLOWED_MEGABYTES = 1500.0
"""That the process may use at the most, the picture included."""

ALLOWED_IOU = 0.02
"""By which an enlarged object may be worse than at its own size."""

ALLOWED_EDGE = 0.03
"""The same for precision and recall of its edge."""

_HEIGHT, _WIDTH = 9490, 12_650
_STRIP = 130  # rows that are painted at once, so that painting needs no memory
_OBJECTS = 100
_LEAST_PIXELS = 20_000  # of a window: enlarged 4 times it is large
_FACTORS = (4, 8)


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over objects."""

    factor: int
    iou: float
    edge_precision: float
    edge_recall: float


def main() -> None:
    """Measure and report."""
    parser = argument_parser(__doc__)
    parser.add_argument(
        "--model",
        type=Path,
        default=BASE,
        metavar="PATH",
    )
    parser.add_argument("--data", type=Path, metavar="BUILD")
    arguments = parser.parse_args()

    # In a process of its own, before this one has loaded a model.
    memory = peak_of(measure_seconds, arguments.model)
    seconds = measure_seconds(arguments.model)
    found = []
    if arguments.data is not None:
        found = measure_quality(arguments.model, open_shards(arguments.data, "test"))
    _report(seconds, memory, found)


def measure_seconds(model: Path) -> float:
    """Seconds that the processor works on one box over most of a large picture, on one thread."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    picture = _paint()
    segmenter = Segmenter.load(model)
    # The first answer also loads code.
    segmenter.segment(picture[:2000, :2000], (100, 100, 1900, 1900))

    right = _WIDTH - 100
    bottom = _HEIGHT - 100
    begun = time.process_time()
    segmenter.segment(picture, (100, 100, right, bottom))
    done = time.process_time()
    return done - begun


def _paint() -> Pixels:
    """Noisy ground, and on it one thing with a wavy outline."""
    rng = np.random.default_rng(0)
    picture = np.empty((_HEIGHT, _WIDTH, 3), np.uint8)
    for first in range(0, _HEIGHT, _STRIP):
        strip = picture[first : first + _STRIP]
        strip[:] = rng.integers(80, 120, strip.shape, np.uint8)

    # An ellipse with seven wide waves and 131 narrow ones on its outline.
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    wide_waves = 0.1 * np.cos(7 * angle)
    narrow_waves = 0.03 * np.cos(131 * angle)
    radius = 0.8 + wide_waves + narrow_waves
    across = radius * np.cos(angle)
    down = radius * np.sin(angle)

    x = _WIDTH / 2 * (1 + across)
    y = _HEIGHT / 2 * (1 + down)
    outline = np.stack([x, y], axis=1).astype(np.int32)
    cv2.fillPoly(picture, [outline], (180, 60, 60))
    return picture


def measure_quality(model: Path, shards: Shards) -> list[Quality]:
    """How good the answers are at their own size, then at each factor."""
    network, _ = load_checkpoint(model)
    network.eval()
    rows = _rows(shards)
    found = []
    for factor in (1, *_FACTORS):
        scores = [_score(network, shards.sample(row), factor) for row in rows]
        iou, precision, recall = np.mean(scores, axis=0).tolist()
        found.append(Quality(factor, iou, precision, recall))
    return found


def _rows(shards: Shards) -> list[int]:
    """Rows whose window is small, but large if it is enlarged. Exports take turns."""
    sides = shards.windows[:, 2:] - shards.windows[:, :2]
    areas = sides.prod(axis=1, dtype=np.int64)
    object_ids = shards.table["object_id"].to_numpy(zero_copy_only=False)
    exports = shards.table["export"].to_pylist()

    fits = (areas >= _LEAST_PIXELS) & (areas <= LARGE_PIXELS)
    by_id = np.argsort(object_ids)
    fitting = by_id[fits[by_id]]
    return taking_turns(fitting.tolist(), exports)[:_OBJECTS]


def _score(
    network: BoxNetwork, sample: Sample, factor: int
) -> tuple[float, float, float]:
    """IoU, and precision and recall of the edge, of a sample that is enlarged."""
    image = np.ascontiguousarray(sample.image)
    if factor > 1:
        enlarged = cv2.resize(
            image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC
        )
        image = np.asarray(enlarged, np.uint8)
    true: Mask = sample.mask.repeat(factor, axis=0).repeat(factor, axis=1)
    drawn = np.array([sample.drawn], np.int32) * factor
    (answer,) = probabilities(network, [image], drawn)

    place = Place(
        sample.at_edge,
        sample.image_height * factor,
        sample.image_width * factor,
    )
    comparison = Comparison(answer, Truth(true, place))
    edge = comparison.edges(2 * factor)
    return comparison.pixels.iou, edge.precision, edge.recall


def _report(seconds: float, memory: float, found: list[Quality]) -> None:
    """Print and write what was measured; `memory`: megabytes at the most."""
    megapixels = _HEIGHT * _WIDTH / 1e6
    lines = [
        f"One box over most of a picture of {megapixels:.0f} megapixels, one thread:",
        f"  {seconds:.2f} s at work (allowed {ALLOWED_SECONDS:g})",
        f"  {memory:,.0f} MB at the most (allowed {ALLOWED_MEGABYTES:,.0f})",
    ]
    if found:
        lines += _quality_lines(found)
    data = {
        "seconds": seconds,
        "peak_megabytes": memory,
        "quality": [asdict(quality) for quality in found],
    }
    report("large_boxes", lines, data)


def _quality_lines(found: list[Quality]) -> list[str]:
    lines = [f"{_OBJECTS} objects, IoU and edge precision and recall:"]
    for quality in found:
        numbers = (quality.iou, quality.edge_precision, quality.edge_recall)
        shown = ", ".join(f"{number:.3f}" for number in numbers)
        lines += [f"  × {quality.factor}: {shown}"]
    lines += [f"  (allowed {ALLOWED_IOU:g} and {ALLOWED_EDGE:g} under × 1)"]
    return lines


if __name__ == "__main__":
    main()
