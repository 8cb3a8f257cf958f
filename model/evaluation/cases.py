"""The best, median and worst answers of the model with their pictures: cases.parquet."""

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.pixels.images import encode_mask, encode_webp
from curate.shards.reader import Shards
from model.box_network import BoxNetwork
from model.evaluation.report import Case
from model.predict import sample_probabilities

CASES = pa.schema(
    [
        ("kind", pa.string()),
        ("object_id", pa.string()),
        ("concept", pa.string()),
        ("domain", pa.string()),
        ("iou", pa.float64()),
        ("drawn_x0", pa.int32()),
        ("drawn_y0", pa.int32()),
        ("drawn_x1", pa.int32()),
        ("drawn_y1", pa.int32()),
        ("image", pa.binary()),
        ("true", pa.binary()),
        ("predicted", pa.binary()),
    ]
)
"""Columns of cases.parquet: the window as lossless WebP, both masks as 1-bit PNG."""

_OF_EACH_KIND = 12  # cases at most, each of another photo


def cases_table(
    shards: Shards, model: BoxNetwork, iou: NDArray[np.float64]
) -> pa.Table:
    """The worst, median and best answers by IoU. `iou`: (n,) of each row of the shards."""
    worst_first = np.argsort(iou, kind="stable")
    from_middle = np.abs(np.arange(len(iou)) - len(iou) // 2)
    middle_first = worst_first[np.argsort(from_middle, kind="stable")]
    orders = {
        "worst": worst_first,
        "median": middle_first,
        "best": worst_first[::-1],
    }

    number = max(1, min(_OF_EACH_KIND, len(iou) // 3))
    cases = []
    for kind, rows in orders.items():
        for row in _one_of_each_image(rows, shards)[:number]:
            case = _case(shards, model, kind, row, float(iou[row]))
            cases.append(msgspec.structs.asdict(case))
    return pa.Table.from_pylist(cases, schema=CASES)


def _one_of_each_image(rows: NDArray[np.int64], shards: Shards) -> list[int]:
    """The first of the rows of each image."""
    images = shards.table["image_id"].to_pylist()
    first: dict[str, int] = {}
    for row in rows.tolist():
        first.setdefault(images[row], row)
    return list(first.values())


def _case(shards: Shards, model: BoxNetwork, kind: str, row: int, iou: float) -> Case:
    """A row of the shards as a case: what the model sees of it, and what it answers."""
    sample = shards.sample(row)
    (answer,) = sample_probabilities(model, [sample])
    x0, y0, x1, y1 = sample.drawn
    return Case(
        kind=kind,
        object_id=sample.object_id,
        concept=sample.concept,
        domain=sample.domain,
        iou=iou,
        drawn_x0=x0,
        drawn_y0=y0,
        drawn_x1=x1,
        drawn_y1=y1,
        image=encode_webp(np.ascontiguousarray(sample.image)),
        true=encode_mask(np.ascontiguousarray(sample.mask)),
        predicted=encode_mask(answer >= 0.5),
    )
