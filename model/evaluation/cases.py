"""The best, median and worst answers of the model, and the worst of each stratum, with their
pictures: cases.parquet.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from curate.pixels.images import encode_mask, encode_webp
from curate.shards.reader import Shards
from model.box_network import BoxNetwork
from model.evaluation.report import Case, Stratum
from model.evaluation.strata import StratumObjects
from model.window_answers import sample_probabilities

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
        ("export", pa.string()),
        ("customer", pa.string()),
        ("label", pa.string()),
        (
            "worst_of",
            pa.list_(pa.struct([("kind", pa.string()), ("value", pa.string())])),
        ),
    ]
)
"""Columns of cases.parquet: the window as lossless WebP, both masks as 1-bit PNG."""

_OF_EACH_KIND = 12  # cases at most, each of another photo
_OF_EACH_STRATUM = 3  # its worst, each of another photo
_MOST_OF_STRATA = 120  # cases that are shown for a stratum's sake
_SHOWN_KINDS = ("domain", "customer", "export", "size", "concept")
"""Kinds of strata whose worst cases are shown; where there are too many, the first come first."""


def cases_table(
    shards: Shards,
    model: BoxNetwork,
    iou: NDArray[np.float64],
    strata: Sequence[StratumObjects],
) -> pa.Table:
    """The worst, median and best answers by IoU, and the worst of each stratum.

    `iou`: (n,) of each row of the shards.
    """
    worst_of = _worst_of_strata(shards, iou, strata)
    worst_first = np.argsort(iou, kind="stable")
    from_middle = np.abs(np.arange(len(iou)) - len(iou) // 2)
    middle_first = worst_first[np.argsort(from_middle, kind="stable")]
    orders = {
        "worst": worst_first,
        "median": middle_first,
        "best": worst_first[::-1],
    }

    number = max(1, min(_OF_EACH_KIND, len(iou) // 3))
    chosen = []
    for kind, rows in orders.items():
        chosen += [(kind, row) for row in _one_of_each_image(rows, shards)[:number]]
    among_worst = {row for kind, row in chosen if kind == "worst"}
    chosen += [("stratum", row) for row in worst_of if row not in among_worst]

    cases = []
    for kind, row in chosen:
        case = make_case(shards, model, kind, row, float(iou[row]))
        if kind in ("worst", "stratum"):
            case = msgspec.structs.replace(case, worst_of=worst_of.get(row, []))
        cases.append(msgspec.to_builtins(case, builtin_types=(bytes,)))
    return pa.Table.from_pylist(cases, schema=CASES)


def _worst_of_strata(
    shards: Shards, iou: NDArray[np.float64], strata: Sequence[StratumObjects]
) -> dict[int, list[Stratum]]:
    """The rows of the worst answers of strata, each with the strata that it is shown for."""
    found: dict[int, list[Stratum]] = {}
    for kind in _SHOWN_KINDS:
        for objects in strata:
            if objects.stratum.kind != kind:
                continue
            worst_first = objects.rows[np.argsort(iou[objects.rows], kind="stable")]
            for row in _one_of_each_image(worst_first, shards)[:_OF_EACH_STRATUM]:
                if row in found or len(found) < _MOST_OF_STRATA:
                    found.setdefault(row, []).append(objects.stratum)
    return found


def _one_of_each_image(rows: NDArray[np.int64], shards: Shards) -> list[int]:
    """The first of the rows of each image."""
    images = shards.table["image_id"].to_pylist()
    first: dict[str, int] = {}
    for row in rows.tolist():
        first.setdefault(images[row], row)
    return list(first.values())


def make_case(
    shards: Shards, model: BoxNetwork, kind: str, row: int, iou: float
) -> Case:
    """A row of the shards as a case: what the model sees of it, and what it answers."""
    sample = shards.sample(row)
    (answer,) = sample_probabilities(model, [sample])
    x0, y0, x1, y1 = sample.drawn
    return Case(
        kind=kind,
        object_id=sample.object_id,
        concept=sample.concept,
        domain=sample.domain,
        export=sample.export,
        customer=sample.customer,
        label=shards.table["label"][row].as_py(),
        iou=iou,
        drawn_x0=x0,
        drawn_y0=y0,
        drawn_x1=x1,
        drawn_y1=y1,
        image=encode_webp(np.ascontiguousarray(sample.image)),
        true=encode_mask(np.ascontiguousarray(sample.mask)),
        predicted=encode_mask(answer >= 0.5),
    )
