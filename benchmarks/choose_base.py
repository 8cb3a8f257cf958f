"""Which of several checkpoints is the best base: each answers the same real objects, untuned.

    python -m pipelines shard examples/open-corpus.yaml
    python -m benchmarks.choose_base build/open base build/base/train/model.safetensors

The objects are those of the build's val split, so the test split stays unseen: up to 600, domains
and sizes in turn. Printed are the mean IoU over objects and over domains, and edge precision and
recall within 2 px, each with half the width of its 95% interval (bootstrap over source images), and
for each checkpoint but the first the paired difference to the first. `--json` gives all means by
domain as well.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from upath import UPath

from benchmarks.shared.arguments import argument_parser
from benchmarks.shared.turns import taking_turns
from curate.shards import windows
from curate.shards.reader import Shards, open_shards
from curate.shards.sample import Sample
from model.box_network import BoxNetwork
from model.evaluation.comparison import Comparison, Place, Truth
from model.evaluation.intervals import Interval, interval, resampled_means
from model.evaluation.metrics import edge_precision, edge_recall, iou
from model.hardware import device, one_thread
from model.weights import load_any
from model.window_answers import sample_probabilities

_MOST_OBJECTS = 600
_TOGETHER = 16  # windows in memory
_RESAMPLES = 2000
_RADIUS = 2  # px, of the edge bands

COLUMNS = ("iou", "edge_precision_2", "edge_recall_2")
"""The metrics, in the order of the scores."""

Scores = NDArray[np.float64]
"""(n, 3): a row for each object, a column for each of `COLUMNS`."""


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects that checkpoints are judged by."""

    samples: list[Sample]
    domains: NDArray[np.str_]
    """(n,)"""

    images: NDArray[np.int64]
    """(n,) a number for each object's source image."""


def main() -> None:
    """Judge the checkpoints one after the other, and print."""
    parser = argument_parser(__doc__)
    parser.add_argument("build", type=Path)
    parser.add_argument("checkpoints", nargs="+")
    parser.add_argument("--objects", type=int, default=_MOST_OBJECTS)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()

    objects = open_objects(chosen.build, chosen.objects)
    scores: dict[str, Scores] = {}
    with one_thread():
        for checkpoint in chosen.checkpoints:
            model, _ = load_any(checkpoint)
            scores[checkpoint] = judged(model.to(device()), objects)
            if not chosen.json:
                print(line(checkpoint, scores, objects), flush=True)
    if chosen.json:
        found = {name: summary(each, objects) for name, each in scores.items()}
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


def open_objects(build: Path, most: int) -> Objects:
    """The objects of a build's val split, `most` at most. InputError if there are no shards."""
    shards = open_shards(UPath(build) / "shard", "val")
    rows = balanced_rows(shards, most)
    samples = [shards.sample(row) for row in rows.tolist()]
    image_ids = [sample.image_id for sample in samples]
    _, images = np.unique(image_ids, return_inverse=True)
    return Objects(
        samples=samples,
        domains=np.array([sample.domain for sample in samples]),
        images=images,
    )


def balanced_rows(shards: Shards, most: int) -> NDArray[np.int64]:
    """`most` rows: each domain and size of box gives one in turn, in the order of object ids."""
    object_ids = shards.table["object_id"].to_numpy(zero_copy_only=False)
    domains = shards.table["domain"].to_pylist()
    boxes = windows.box_columns(shards.table, "box")
    sizes = windows.sizes(boxes).tolist()
    kinds = list(zip(domains, sizes, strict=True))

    by_id = np.argsort(object_ids).tolist()
    rows = taking_turns(by_id, kinds)
    return np.array(rows[:most], np.int64)


def judged(model: BoxNetwork, objects: Objects) -> Scores:
    """The scores of a model that is on its device."""
    model.eval()
    rows = []
    for samples in _some_at_a_time(objects.samples):
        answers = sample_probabilities(model, samples)
        for answer, sample in zip(answers, samples, strict=True):
            rows.append(_scores(answer, sample))
    return np.array(rows)


def _some_at_a_time(samples: list[Sample]) -> Iterator[list[Sample]]:
    for first in range(0, len(samples), _TOGETHER):
        yield samples[first : first + _TOGETHER]


def _scores(answer: NDArray[np.float32], sample: Sample) -> list[float]:
    place = Place(sample.at_edge, sample.image_height, sample.image_width)
    compared = Comparison(answer, Truth(sample.mask, place))
    return [
        iou(compared),
        edge_precision(compared, _RADIUS),
        edge_recall(compared, _RADIUS),
    ]


def over_objects(scores: Scores, objects: Objects) -> list[Interval]:
    """The mean of each column over objects."""
    means = scores.mean(axis=0)
    resampled = resampled_means(scores, objects.images, _RESAMPLES, seed=0)
    return _intervals(means, resampled)


def _intervals(
    means: NDArray[np.float64], resampled: NDArray[np.float64]
) -> list[Interval]:
    """An interval for each column: of (columns,) means and (resamples, columns) others."""
    intervals = []
    for column, mean in enumerate(means):
        intervals.append(interval(mean, resampled[:, column]))
    return intervals


def over_domains(scores: Scores, objects: Objects) -> list[Interval]:
    """The mean of each column over domains, each of which counts alike.

    Images are resampled within their domain: a domain of one image adds no noise of its own.
    """
    means = []
    resampled = []
    for number, domain in enumerate(np.unique(objects.domains)):
        is_here = objects.domains == domain
        own_scores = scores[is_here]
        own_images = objects.images[is_here]
        means.append(own_scores.mean(axis=0))
        resampled.append(
            resampled_means(own_scores, own_images, _RESAMPLES, seed=number)
        )
    return _intervals(np.mean(means, axis=0), np.mean(resampled, axis=0))


def line(name: str, scores: Mapping[str, Scores], objects: Objects) -> str:
    """What is printed of a checkpoint."""
    own = scores[name]
    parts = [f"{name}: {len(own)} objects"]
    parts += _in_words(own, objects, "{:.3f} ± {:.3f}")
    first = next(iter(scores))
    if name != first:
        parts.append(f"less {first}")
        parts += _in_words(own - scores[first], objects, "{:+.3f} ± {:.3f}")
    return "\n    ".join(parts)


def _in_words(scores: Scores, objects: Objects, form: str) -> list[str]:
    """The means with half the widths of their intervals."""

    def written(each: Interval) -> str:
        half_width = (each.high - each.low) / 2
        return form.format(each.mean, half_width)

    iou_of_objects, precision, recall = over_objects(scores, objects)
    iou_of_domains, *_ = over_domains(scores, objects)
    return [
        f"IoU over objects {written(iou_of_objects)}, over domains {written(iou_of_domains)}",
        f"edges at {_RADIUS} px: precision {written(precision)}, recall {written(recall)}",
    ]


def summary(scores: Scores, objects: Objects) -> dict[str, dict[str, float]]:
    """The means over objects, over domains, and of each domain, by metric."""
    of_domains = [each.mean for each in over_domains(scores, objects)]
    means = {
        "objects": scores.mean(axis=0),
        "domains": np.array(of_domains),
    }
    for domain in np.unique(objects.domains):
        is_here = objects.domains == domain
        means[str(domain)] = scores[is_here].mean(axis=0)

    found = {}
    for name, of_metrics in means.items():
        found[name] = dict(zip(COLUMNS, of_metrics.round(4).tolist(), strict=True))
    return found


if __name__ == "__main__":
    main()
