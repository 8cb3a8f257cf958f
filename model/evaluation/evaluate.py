"""Evaluation: the model and what it must beat on the test shards → report.json, by strata, with intervals.

Beside the report: `scores.parquet`, one row for each object and method, and `cases.parquet`, the pictures of the
best, median and worst answers, for the page.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from curate.errors import InputError
from curate.pixels.images import encode_mask, encode_webp
from curate.settings import Settings
from curate.shards import windows
from curate.shards.reader import Shards, open_shards
from curate.storage import digest, read_json, write_json, write_table
from model.box_network import BoxNetwork
from model.checkpoint import BASE, Origin, load_checkpoint
from model.evaluation.methods import Judged, judge
from model.evaluation.metrics import METRICS
from model.evaluation.strata import report_rows, strata
from model.hardware import device
from model.predict import probabilities

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


def evaluate(settings: Settings, log: Log) -> UPath:
    """Judge `<build>/train/model.safetensors` on the test split; the path of report.json.

    A report that is up to date is not made again. InputError where there are no test objects, or no model.
    """
    build = UPath(settings.build)
    folder, path = build / "evaluate", build / "train" / "model.safetensors"
    shards = open_shards(build / "shard", "test")
    if not path.exists():
        raise InputError(f"{path}: no model to judge; train one first")
    model, origin = load_checkpoint(str(path))
    identity = {
        "model": digest(path.read_bytes()),
        "data": shards.digest,
        "settings": digest(
            settings.evaluate.model_dump(), BASE.read_bytes() if BASE.is_file() else b""
        ),
    }
    if _identity(_known(folder / "report.json")) == identity:
        log(f"evaluate: {folder / 'report.json'} is up to date")
        return folder / "report.json"
    log(f"evaluate: {len(shards):,} test objects, each answered by the model and what it must beat")
    networks = {"model": model.to(device())} | _untuned(log)
    judged = judge(shards, networks, settings.dask.workers, log)
    write_table(folder / "scores.parquet", _scores_table(shards, judged.scores))
    write_table(folder / "cases.parquet", _cases(shards, model, judged.scores["model"]))
    write_json(
        folder / "report.json", _report(settings, shards, judged, identity, _facts(model, origin))
    )
    return folder / "report.json"


def _untuned(log: Log) -> dict[str, BoxNetwork]:
    if not BASE.is_file():
        log(f"evaluate: {BASE.name} is not here, so the model is judged without the base beside it")
        return {}
    return {"untuned": load_checkpoint(BASE)[0].to(device())}


def _known(path: UPath) -> Any:
    try:
        return read_json(path)
    except msgspec.DecodeError:  # broken: made anew
        return None


def _identity(report: Any) -> dict[str, Any] | None:
    """What a report was made from; None where it is none that this version wrote."""
    try:
        if report["schema_version"] != REPORT_VERSION:
            return None
        return {
            "model": report["model"]["digest"],
            "data": report["data"]["manifest_digest"],
            "settings": report["settings_digest"],
        }
    except (KeyError, TypeError):
        return None


def _report(
    settings: Settings,
    shards: Shards,
    judged: Judged,
    identity: Mapping[str, str],
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    _, images = np.unique(np.array(shards.table["image_id"].to_pylist()), return_inverse=True)
    chance = (settings.evaluate.bootstrap, settings.evaluate.seed)
    rows = [
        report_rows(stratum, judged.scores, images, *chance)
        for stratum in strata(shards.table, _trained_concepts(shards))
    ]
    return {
        "schema_version": REPORT_VERSION,
        "model": {"digest": identity["model"], **facts},
        "data": {
            "manifest_digest": identity["data"],
            "objects": len(shards),
            "images": int(images.max()) + 1,
            "grabcut_fallbacks": judged.fallbacks,
        },
        "settings_digest": identity["settings"],
        "results": [row for each in rows for row in each.results],
        "paired": [row for each in rows for row in each.paired],
        "gate": {},
    }


def _facts(model: BoxNetwork, origin: Origin) -> dict[str, Any]:
    """What is told of the model."""
    told: dict[str, Any] = msgspec.to_builtins(origin)
    return told | {"parameters": sum(each.numel() for each in model.network.parameters())}


def _trained_concepts(shards: Shards) -> frozenset[str]:
    try:
        return frozenset(open_shards(shards.folder, "train").table["concept"].to_pylist())
    except InputError:  # nothing to train on here: all is unseen
        return frozenset()


def _scores_table(shards: Shards, scores: Mapping[str, NDArray[np.float64]]) -> pa.Table:
    objects = shards.table.select(
        ["object_id", "image_id", "export", "domain", "customer", "concept"]
    )
    objects = objects.append_column(
        "size",
        pa.array(windows.sizes(windows.box_columns(shards.table, "box")).tolist(), pa.string()),
    )
    tables = []
    for method, values in scores.items():
        table = objects.append_column("method", pa.array([method] * len(objects), pa.string()))
        for name, column in zip(METRICS, values.T, strict=True):
            table = table.append_column(name, pa.array(np.ascontiguousarray(column)))
        tables.append(table)
    return pa.concat_tables(tables)


def _cases(shards: Shards, model: BoxNetwork, scores: NDArray[np.float64]) -> pa.Table:
    """The best, median and worst answers by IoU, with their pictures."""
    iou = scores[:, METRICS.index("iou")]
    ranked = np.argsort(iou, kind="stable")
    middle = ranked[np.argsort(np.abs(np.arange(len(ranked)) - len(ranked) // 2), kind="stable")]
    number = max(1, min(_CASES, len(ranked) // 3))
    orders = {"worst": ranked, "median": middle, "best": ranked[::-1]}
    chosen = {kind: _one_of_each_image(rows, shards)[:number] for kind, rows in orders.items()}
    cases = [
        _case(shards, model, kind, row, float(iou[row]))
        for kind, rows in chosen.items()
        for row in rows
    ]
    return pa.Table.from_pylist(cases, schema=CASES)


def _one_of_each_image(rows: NDArray[np.int64], shards: Shards) -> list[int]:
    """The first row of each image."""
    images = shards.table["image_id"].to_pylist()
    first: dict[str, int] = {}
    for row in rows.tolist():
        first.setdefault(images[row], row)
    return list(first.values())


def _case(shards: Shards, model: BoxNetwork, kind: str, row: int, iou: float) -> dict[str, Any]:
    sample = shards.sample(row)
    (answer,) = probabilities(model, [sample.image], [sample.drawn])
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
