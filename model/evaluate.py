"""Evaluation: the model and what it must beat on the test shards → report.json, by strata, with intervals.

Beside the report: `scores.parquet`, one row for each object and method, and `cases.parquet`, the pictures of the
best, median and worst answers, for the page.
"""

import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from curate.documents import InputError
from curate.images import encode_mask, encode_webp
from curate.reader import Shards, open_shards
from curate.settings import Settings
from curate.storage import digest, read_json, write_json, write_table
from model.checkpoint import BASE, Origin, load_checkpoint
from model.hardware import device
from model.methods import BASELINES, baseline_scores, network_scores, prior_scores
from model.metrics import METRICS
from model.predict import probabilities
from model.prior import BoxNetwork
from model.strata import paired, results, strata

Log = Callable[[str], None]

REPORT_VERSION = 1
CASES = pa.schema(
    [
        ("kind", pa.string()),
        ("object_id", pa.string()),
        ("concept", pa.string()),
        ("domain", pa.string()),
        ("iou", pa.float64()),
        *((name, pa.int32()) for name in ("drawn_x0", "drawn_y0", "drawn_x1", "drawn_y1")),
        *((name, pa.binary()) for name in ("image", "true", "predicted")),
    ]
)
"""Columns of cases.parquet: the window as lossless WebP, both masks as 1-bit PNG."""

_CASES = 12  # of each kind, no two of one photo
_CHUNK = 16  # rows that a baseline process takes at a time


def evaluate(settings: Settings, log: Log) -> UPath:
    """Judge `<build>/train/model.safetensors` on the test split; the path of report.json.

    A report that is up to date is not made again. InputError where there are no test objects, or no model.
    """
    build = UPath(settings.build)
    folder, path = build / "evaluate", build / "train" / "model.safetensors"
    shards = open_shards(build / "shard", "test")
    model, origin = load_checkpoint(str(path))
    untuned = load_checkpoint(BASE)[0] if settings.train.start == "base" else None
    identity = {
        "model": digest(path.read_bytes()),
        "data": shards.digest,
        "settings": digest(settings.evaluate.model_dump(), BASE.read_bytes() if untuned else b""),
    }
    known = read_json(folder / "report.json")
    if known and _identity(known) == identity:
        log(f"evaluate: {folder / 'report.json'} is up to date")
        return folder / "report.json"
    log(f"evaluate: {len(shards):,} test objects, each answered by the model and what it must beat")
    scores, fallbacks = _all_scores(shards, model, untuned, settings.dask.workers, log)
    write_table(folder / "scores.parquet", _scores_table(shards, scores))
    write_table(folder / "cases.parquet", _cases(shards, model, scores["model"]))
    write_json(folder / "report.json", _report(settings, shards, scores, identity, origin, fallbacks))
    return folder / "report.json"


def _identity(report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "model": report["model"]["digest"],
        "data": report["data"]["manifest_digest"],
        "settings": report["settings_digest"],
    }


def _all_scores(
    shards: Shards, model: BoxNetwork, untuned: BoxNetwork | None, workers: int, log: Log
) -> tuple[dict[str, NDArray[np.float64]], int]:
    """Scores by method, and how often GrabCut fell back on the box. Baselines run beside the networks."""
    chunks = [range(first, min(first + _CHUNK, len(shards))) for first in range(0, len(shards), _CHUNK)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(baseline_scores, shards, chunk) for chunk in chunks]
        networks = {"model": network_scores(model.to(device()), shards)}
        networks["prior"] = prior_scores(model.cpu(), shards)
        if untuned is not None:
            log("evaluate: the base, untuned")
            networks["untuned"] = network_scores(untuned.to(device()), shards)
        log("evaluate: the baselines")
        found = [each.result() for each in waiting]
    together = np.concatenate([each.scores for each in found], axis=1)
    return networks | dict(zip(BASELINES, together, strict=True)), sum(each.fallbacks for each in found)


def _report(
    settings: Settings,
    shards: Shards,
    scores: Mapping[str, NDArray[np.float64]],
    identity: Mapping[str, str],
    origin: Origin,
    fallbacks: int,
) -> dict[str, Any]:
    _, images = np.unique(np.array(shards.table["image_id"].to_pylist()), return_inverse=True)
    judged = list(strata(shards.table, _trained_concepts(shards)))
    chance = (settings.evaluate.bootstrap, settings.evaluate.seed)
    return {
        "schema_version": REPORT_VERSION,
        "model": {"digest": identity["model"], "variant": origin.variant, "steps": origin.steps, "start": origin.start},
        "data": {
            "manifest_digest": identity["data"],
            "objects": len(shards),
            "images": int(images.max()) + 1,
            "grabcut_fallbacks": fallbacks,
        },
        "settings_digest": identity["settings"],
        "results": [row for each in judged for row in results(each, scores, images, *chance)],
        "paired": [row for each in judged for row in paired(each, scores, images, *chance)],
        "gate": {},
    }


def _trained_concepts(shards: Shards) -> frozenset[str]:
    try:
        return frozenset(open_shards(shards.folder, "train").table["concept"].to_pylist())
    except InputError:  # nothing to train on here: all is unseen
        return frozenset()


def _scores_table(shards: Shards, scores: Mapping[str, NDArray[np.float64]]) -> pa.Table:
    ids = shards.table["object_id"].to_pylist()
    columns: dict[str, Any] = {
        "object_id": ids * len(scores),
        "method": [method for method in scores for _ in ids],
    }
    values = np.concatenate(list(scores.values()))
    return pa.table(columns | {name: values[:, column] for column, name in enumerate(METRICS)})


def _cases(shards: Shards, model: BoxNetwork, scores: NDArray[np.float64]) -> pa.Table:
    """The best, median and worst answers by IoU, with their pictures."""
    iou = scores[:, METRICS.index("iou")]
    ranked = _one_of_each_image(np.argsort(iou, kind="stable"), shards)
    middle = max(0, len(ranked) // 2 - _CASES // 2)
    chosen = {"worst": ranked[:_CASES], "median": ranked[middle : middle + _CASES], "best": ranked[::-1][:_CASES]}
    cases = [_case(shards, model, kind, row, float(iou[row])) for kind, rows in chosen.items() for row in rows]
    return pa.Table.from_pylist(cases, schema=CASES)


def _one_of_each_image(rows: NDArray[np.int64], shards: Shards) -> list[int]:
    images = shards.table["image_id"].to_pylist()
    seen: set[str] = set()
    return [row for row in rows.tolist() if images[row] not in seen and not seen.add(images[row])]  # type: ignore[func-returns-value]


def _case(shards: Shards, model: BoxNetwork, kind: str, row: int, iou: float) -> dict[str, Any]:
    sample = shards.sample(row)
    (answer,) = probabilities(model.to(device()), [sample.image], [sample.drawn])
    return {
        "kind": kind,
        "object_id": sample.object_id,
        "concept": sample.concept,
        "domain": sample.domain,
        "iou": iou,
        **dict(zip(("drawn_x0", "drawn_y0", "drawn_x1", "drawn_y1"), sample.drawn, strict=True)),
        "image": encode_webp(np.ascontiguousarray(sample.image)),
        "true": encode_mask(np.ascontiguousarray(sample.mask)),
        "predicted": encode_mask(answer >= 0.5),
    }
