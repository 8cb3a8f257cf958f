"""A small evaluated build: random scores, names that a stranger might choose, and two cases."""

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from curate.pixels.images import encode_mask, encode_webp
from curate.storage import write_table
from model.evaluation.cases import CASES
from model.evaluation.metrics import METRICS
from model.evaluation.report import (
    Case,
    ConfidenceReport,
    JudgedData,
    JudgedModel,
    ReliabilityBin,
    Report,
    SizeReliability,
    Stratum,
    write_report,
)
from model.evaluation.strata import Resampling, strata, stratum_report

HOSTILE = "</td><script>alert(1)</script>\u202e{{7*7}}"
METHODS = ("model", "prior", "grabcut", "ellipse", "rectangle")
OBJECTS = 40


def write_evaluation(build: UPath) -> Report:
    """Write report, scores and cases into a build, and give the report."""
    rng = np.random.default_rng(0)
    columns = sum(metric.columns for metric in METRICS.values())
    scores = {method: rng.uniform(0.2, 1, (OBJECTS, columns)) for method in METHODS}
    report = make_report(scores)
    write_report(build / "evaluate/report.json", report)

    columns = {
        "method": np.repeat(METHODS, OBJECTS),
        "iou": np.concatenate([values[:, 0] for values in scores.values()]),
    }
    write_table(build / "evaluate/scores.parquet", pa.table(columns))
    cases = [
        msgspec.to_builtins(make_case(kind), builtin_types=(bytes,))
        for kind in ("worst", "best")
    ]
    write_table(
        build / "evaluate/cases.parquet", pa.Table.from_pylist(cases, schema=CASES)
    )
    return report


def make_report(
    scores: dict[str, NDArray[np.float64]], objects_per_image: int = 2
) -> Report:
    """The report of these scores."""
    images = np.arange(OBJECTS) // objects_per_image
    resampling = Resampling(images, resamples=100, seed=0)
    judged = [
        stratum_report(stratum, scores, resampling)
        for stratum in strata(_test_objects(), frozenset())
    ]
    return Report(
        model=JudgedModel(
            digest="d" * 64,
            variant="small",
            parameters=1000,
            steps=5,
            start="random",
            settings={"start": HOSTILE, "steps": None},
            validation={HOSTILE: 0.5},
        ),
        data=JudgedData(
            manifest_digest="a",
            objects=OBJECTS,
            images=OBJECTS // 2,
            grabcut_fallbacks=3,
        ),
        settings_digest="b",
        results=[result for each in judged for result in each.results],
        paired=[difference for each in judged for difference in each.paired],
        confidence=make_confidence(fitted=True),
    )


def make_confidence(fitted: bool) -> ConfidenceReport:
    """What a report says of a model's confidence."""
    bins = [ReliabilityBin(share=0.5, stated=place, found=0.4) for place in (0.3, 0.9)]
    size = SizeReliability(
        size="small",
        objects=70,
        brier=0.0412,
        brier_raw=0.0533,
        calibration_error=0.01,
        calibration_error_raw=0.02,
        bins=bins,
    )
    return ConfidenceReport(
        fitted=fitted,
        aurc=0.2,
        aurc_perfect=0.1,
        aurc_random=0.3,
        risks=[(0.5, 0.15), (1.0, 0.3)],
        iou_error=0.035,
        iou_bins=bins,
        sizes=[size],
    )


def _test_objects() -> pa.Table:
    """Test objects of all sizes; every second one has a hostile name for everything."""
    names = ["plain", HOSTILE] * (OBJECTS // 2)
    start = np.zeros(OBJECTS, np.int32)
    end = np.arange(10, 10 + 4 * OBJECTS, 4, np.int32)
    columns: dict[str, Any] = {
        "object_id": [f"{number:032x}" for number in range(OBJECTS)],
        "object_source": ["instance", "component"] * (OBJECTS // 2),
        "flags": [[]] * OBJECTS,
        "export": names,
        "domain": names,
        "customer": names,
        "concept": names,
        "box_x0": start,
        "box_y0": start,
        "box_x1": end,
        "box_y1": end,
    }
    return pa.table(columns)


def make_case(kind: str) -> Case:
    """A square of which the model misses the left half and adds as much on the right."""
    true = np.zeros((60, 80), np.bool_)
    true[20:40, 20:40] = True
    predicted = np.zeros((60, 80), np.bool_)
    predicted[20:40, 30:50] = True
    return Case(
        kind=kind,
        object_id=f"id-{kind}",
        concept=HOSTILE,
        domain="d",
        export="plain",
        customer=HOSTILE,
        label=HOSTILE,
        worst_of=[Stratum("export", "plain"), Stratum("export", HOSTILE)],
        iou=1 / 3,
        drawn_x0=18,
        drawn_y0=18,
        drawn_x1=42,
        drawn_y1=42,
        image=encode_webp(np.full((60, 80, 3), 90, np.uint8)),
        true=encode_mask(true),
        predicted=encode_mask(predicted),
    )
