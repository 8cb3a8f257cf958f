"""The page of the evaluation: `write_evaluation_page(settings)` -> `<build>/report/report.html`.

The model beside what it must beat: overall, by stratum, the spread of IoU, the best, median and worst answers with
their errors, how training went, what the model is. Every number is one of report.json or counted from scores.parquet.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from upath import UPath

from curate.errors import InputError
from curate.settings import Settings
from curate.shards.windows import SIZES
from curate.storage import read_json, read_table, write_bytes
from pipelines.pages.evaluation import charts
from pipelines.pages.evaluation.charts import Row
from pipelines.pages.evaluation.pictures import case_pictures
from pipelines.pages.page import render, style, words

METHODS = {
    "model": "model",
    "baseline": "baseline model",
    "untuned": "base, untuned",
    "prior": "prior alone",
    "grabcut": "GrabCut",
    "ellipse": "ellipse in the box",
    "rectangle": "drawn box",
}
METRICS = {
    "iou": "IoU",
    "precision": "precision",
    "recall": "recall",
    "mae": "MAE",
    "edge_precision_2": "edge precision, 2 px",
    "edge_recall_2": "edge recall, 2 px",
    "edge_f_2": "edge F, 2 px",
    "edge_precision_5": "edge precision, 5 px",
    "edge_recall_5": "edge recall, 5 px",
    "edge_f_5": "edge F, 5 px",
}
_UNTRAINED = ("grabcut", "ellipse", "rectangle")
_KINDS = {
    "domain": "By domain",
    "size": "By size",
    "customer": "By customer",
    "export": "By export",
    "concept": "By concept",
    "other": "Seen or not, at the edge or not, instances or components",
}
_OTHERS = ("unseen", "edge", "source")
_MOST_CHARTED = 30  # values in a chart, those with the most objects; the table has all
_FEW_IMAGES, _FEW_OBJECTS = 30, 100  # below which a domain decides nothing


def write_evaluation_page(settings: Settings) -> UPath:
    """Write the page of a build that has been evaluated; its path. InputError where it has not."""
    build = UPath(settings.build)
    report = _read(build / "evaluate" / "report.json")
    if report is None:
        raise InputError(
            f"{build / 'evaluate'}: no report.json here; run 'python -m pipelines evaluate' first"
        )
    path = build / "report" / "report.html"
    write_bytes(path, render("evaluation/evaluation.html", evaluation_context(build, report)))
    return path


def evaluation_context(build: UPath, report: Mapping[str, Any]) -> dict[str, Any]:
    """All that the template shows."""
    strata = _strata(report)
    overall = strata["overall"][0]
    present = {method: name for method, name in METHODS.items() if method in overall.metrics}
    best = max(
        (method for method in present if method in _UNTRAINED),
        key=lambda each: _mean(overall, each),
    )
    paired = _paired(report)
    script = style("evaluation/evaluation.js")
    return {
        "name": build.name,
        "build": str(build),
        "methods": present,
        "metrics": METRICS,
        "key": charts.key,
        "overall": overall,
        "best": best,
        "paired": paired,
        "data": report["data"],
        "notices": _notices(report, strata, paired, best, present),
        "sections": _sections(strata, present),
        "spread": _spread(build, present, best),
        "cases": _cases(build),
        "training": _training(build),
        "model": report["model"],
        "script": script,
        "script_digest": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }


def _read(path: UPath) -> Any:
    try:
        return read_json(path)
    except msgspec.DecodeError as error:
        raise InputError(
            f"{path}: broken ({error}); run 'python -m pipelines evaluate' again"
        ) from None


def _strata(report: Mapping[str, Any]) -> dict[str, list[Row]]:
    """The results' rows by kind of stratum, as they stand in the report."""
    found: dict[tuple[str, str], Row] = {}
    for row in report["results"]:
        kind, value = row["stratum"]["kind"], row["stratum"]["value"]
        at = found.setdefault((kind, value), Row(value, row["objects"], row["images"], {}))
        found[kind, value] = at._replace(metrics={**at.metrics, row["method"]: row["metrics"]})
    kinds: dict[str, list[Row]] = {}
    for (kind, _), each in found.items():
        kinds.setdefault(kind, []).append(each)
    return kinds


def _paired(report: Mapping[str, Any]) -> dict[tuple[str, str, str, str], dict[str, float]]:
    """The model less another method, by kind and value of the stratum, metric and method."""
    return {
        (row["stratum"]["kind"], row["stratum"]["value"], row["metric"], row["against"]): row
        for row in report["paired"]
    }


def _mean(row: Row, method: str, metric: str = "iou") -> float:
    return row.metrics[method][metric]["mean"]


def _notices(
    report: Mapping[str, Any],
    strata: Mapping[str, Sequence[Row]],
    paired: Mapping[tuple[str, str, str, str], Mapping[str, float]],
    best: str,
    methods: Mapping[str, str],
) -> list[tuple[str, str]]:
    """What a reader should know before the numbers: headings and sentences."""
    found = []
    for row in strata["domain"]:
        difference = paired["domain", row.value, "iou", best]
        if difference["low"] <= 0:
            found.append(
                (
                    f"{words(row.value)}: not shown to be better",
                    f"the model less {methods[best]} is {difference['mean']:+.3f} IoU, "
                    f"{difference['low']:+.3f} to {difference['high']:+.3f}.",
                )
            )
    few = [
        row.value
        for row in strata["domain"]
        if row.images < _FEW_IMAGES or row.objects < _FEW_OBJECTS
    ]
    if few:
        named = ", ".join(words(value) for value in few[:8]) + (
            f" and {len(few) - 8} more" if len(few) > 8 else ""
        )
        named = f"all {len(few)} domains" if len(few) == len(strata["domain"]) > 1 else named
        text = f"fewer than {_FEW_IMAGES} test images or {_FEW_OBJECTS} objects in {named}: read intervals, not means."
        found.append(("Few objects", text))
    if "untuned" not in methods:
        found.append(
            ("No base", "the base checkpoint was not there, so what tuning brought is not shown.")
        )
    if fallbacks := report["data"].get("grabcut_fallbacks"):
        share = fallbacks / report["data"]["objects"]
        found.append(
            (
                "GrabCut",
                f"failed or came out empty on {fallbacks:,} objects ({share:.1%}): the box stands in.",
            )
        )
    return found


def _sections(
    strata: Mapping[str, Sequence[Row]], methods: Mapping[str, str]
) -> list[dict[str, Any]]:
    """A chart and a table for each kind of stratum; a kind with one value says no more than the whole."""
    kinds = {
        kind: [(kind, row) for row in strata.get(kind, [])] for kind in _KINDS if kind != "other"
    }
    kinds["other"] = [
        (kind, row) for kind in _OTHERS for row in strata.get(kind, []) if len(strata[kind]) > 1
    ]
    shown = {"iou": "IoU", "edge_f_2": "edge F at 2 px"}
    sections = []
    for kind, rows in kinds.items():
        if len(rows) < 2:
            continue
        ranked = rows if kind == "other" else sorted(rows, key=lambda each: -each[1].objects)
        if kind == "size":
            ranked = sorted(rows, key=lambda each: SIZES.index(each[1].value))
        charted = [row for _, row in ranked[:_MOST_CHARTED]]
        chart = charts.dots(
            [row._replace(value=row.value.replace("_", " ")) for row in charted], methods, shown
        )
        sections.append({"kind": kind, "title": _KINDS[kind], "rows": ranked, "chart": chart})
    return sections


def _spread(build: UPath, methods: Mapping[str, str], best: str) -> dict[str, Any]:
    """How IoU is spread over the objects: the model and the best untrained method, and shares above marks."""
    table = read_table(build / "evaluate" / "scores.parquet", ["method", "iou"])
    method, iou = np.array(table["method"].to_pylist()), table["iou"].to_numpy()
    values = {name: iou[method == name] for name in methods}
    marks = (0.5, 0.75, 0.9)
    quantiles = (0.1, 0.5, 0.9)
    rows = {
        name: [
            *np.quantile(each, quantiles).tolist(),
            *(float((each >= mark).mean()) for mark in marks),
        ]
        for name, each in values.items()
    }
    chart = charts.histogram({name: values[name] for name in ("model", best)}, methods)
    return {"chart": chart, "rows": rows, "marks": marks, "quantiles": quantiles}


def _cases(build: UPath) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"worst": [], "median": [], "best": []}
    for case in read_table(build / "evaluate" / "cases.parquet").to_pylist():
        found[case["kind"]].append(case | case_pictures(case)._asdict())
    return found


def _training(build: UPath) -> dict[str, Any] | None:
    """How training went; None where its record is not there."""
    record = read_json(build / "train" / "train.json")
    if not record or not record["losses"]:
        return None
    validations = [(step, found) for step, found in record["validations"] if found]
    return {
        "record": record,
        "loss": charts.loss_curve(record["losses"]),
        "validation": charts.validation_curve(validations) if validations else "",
    }
