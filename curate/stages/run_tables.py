"""Runs of tables, in the order that the masks of their table show together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from curate.pixels.proportions import Size
from curate.pixels.run_orders import OrderSigns, order_of
from curate.pixels.started_runs import order_signs
from curate.reasons import Refusal
from curate.records import (
    Annotation,
    FoundImage,
    ImageRecord,
    RunOrder,
    StartedRuns,
)

_MOST_OF_PICTURE = 8  # masks that are asked


def some_with_runs(record: ImageRecord) -> list[Annotation]:
    """Some of a record's annotations that are runs of a table."""
    found = [each for each in record.annotations if isinstance(each.shape, StartedRuns)]
    return found[:_MOST_OF_PICTURE]


def runs_of(record: ImageRecord) -> list[StartedRuns]:
    """The runs of a record's annotations."""
    shapes = [each.shape for each in record.annotations]
    return [each for each in shapes if isinstance(each, StartedRuns)]


def signs_by_table(
    runs: Iterable[StartedRuns], size: Size
) -> list[tuple[str, OrderSigns]]:
    """What masks of a picture tell, each with its table. `size`: of their frame, px."""
    signs = []
    for each in runs:
        try:
            signs.append((each.table, order_signs(each, *size)))
        except Refusal:
            continue
    return signs


def orders_by_table(
    signs: Iterable[tuple[str, OrderSigns]],
) -> dict[str, RunOrder]:
    """How px are counted in each table whose masks tell it."""
    by_table: defaultdict[str, list[OrderSigns]] = defaultdict(list)
    for table, each in signs:
        by_table[table].append(each)

    orders = {}
    for table, of_table in by_table.items():
        order = order_of(of_table)
        if order != RunOrder():
            orders[table] = order
    return orders


def with_known_orders(found: FoundImage, orders: Mapping[str, RunOrder]) -> FoundImage:
    """An image whose runs are read as their tables are. `orders`: by table."""
    if not orders:
        return found
    annotations = [_ordered(each, orders) for each in found.record.annotations]
    record = msgspec.structs.replace(found.record, annotations=annotations)
    return msgspec.structs.replace(found, record=record)


def _ordered(annotation: Annotation, orders: Mapping[str, RunOrder]) -> Annotation:
    shape = annotation.shape
    if not isinstance(shape, StartedRuns) or shape.table not in orders:
        return annotation

    order = orders[shape.table]
    shape = msgspec.structs.replace(shape, first=min(shape.first, order.first))
    if order.by_rows is not None and shape.known == "usual":
        shape = msgspec.structs.replace(shape, by_rows=order.by_rows, known="by_table")
    return msgspec.structs.replace(annotation, shape=shape)
