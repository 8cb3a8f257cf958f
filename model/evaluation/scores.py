"""The scores of each object and method as a table: scores.parquet."""

import pyarrow as pa

from curate.shards.reader import Shards
from model.evaluation.judging import Judgement
from model.evaluation.metrics import METRICS, column
from model.evaluation.strata import strata_values


def scores_table(
    shards: Shards,
    judgement: Judgement,
    trained: frozenset[str],
    expected_ious: list[float],
) -> pa.Table:
    """One row for each object and method: what the object is, and its metrics but for curves.

    `trained`: concepts that training has seen. `expected_ious`: the IoU that the model expects of
    each answer of its own; other methods expect none.
    """
    objects = shards.table.select(["object_id", "image_id"])
    by_kind = strata_values(shards.table, trained)
    for kind, of_objects in by_kind.items():
        strings = pa.array(of_objects.tolist(), pa.string())
        objects = objects.append_column(kind, strings)
    truths = pa.array(judgement.truths, pa.string())
    objects = objects.append_column("truth", truths)

    tables = []
    for method, values in judgement.scores.items():
        names = pa.array([method] * len(objects), pa.string())
        table = objects.append_column("method", names)
        for name, metric in METRICS.items():
            if metric.is_curve or metric.only_overall:
                continue
            numbers = column(values, name).copy()
            table = table.append_column(name, pa.array(numbers))

        expected = pa.nulls(len(table), pa.float64())
        if method == "model":
            expected = pa.array(expected_ious, pa.float64())
        table = table.append_column("expected_iou", expected)
        tables.append(table)
    return pa.concat_tables(tables)
