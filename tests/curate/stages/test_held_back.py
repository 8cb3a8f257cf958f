"""Held back: by id and mask, with the reason of its delivery, until a person accepts it."""

import pyarrow as pa

from curate.reasons import Reason
from curate.schema import HELD
from curate.stages.held_back import NEEDS, hold_back, not_accepted

BOX = {"box_x0": 1, "box_y0": 2, "box_x1": 30, "box_y1": 40}


def held(*ids: str) -> pa.Table:
    rows = [
        {"object_id": each, "export": "e", "area": 500, "why": "71% are doubtful"} | BOX
        for each in ids
    ]
    return pa.Table.from_pylist(rows, schema=HELD)


def segments(*ids: str, area: int = 500) -> pa.Table:
    rows = []
    for each in ids:
        row: dict[str, object] = dict.fromkeys(NEEDS, each)
        rows.append(row | {"export": "e", "area": area} | BOX)
    return pa.Table.from_pylist(rows)


def test_held_objects_leave_with_the_reason_of_their_delivery() -> None:
    kept, drops = hold_back(segments("a", "b", "c"), held("b", "x"))
    assert kept["object_id"].to_pylist() == ["a", "c"]
    [drop] = drops.to_pylist()
    assert (drop["object_id"], drop["reason"]) == ("b", Reason.DOUBTFUL_DELIVERY)
    assert (drop["detail"], drop["count"]) == ("71% are doubtful", 1)


def test_another_mask_of_the_object_goes_on() -> None:
    rows = segments("a", area=501)
    kept, drops = hold_back(rows, held("a"))
    assert (kept, len(drops)) == (rows, 0)


def test_a_person_lifts_it() -> None:
    assert len(not_accepted(held("a", "b"), ["e"])) == 0
    assert len(not_accepted(held("a", "b"), ["f"])) == 2
    assert len(not_accepted(held("a", "b"), [])) == 2
