"""Held back: by id and mask, with the reason of its delivery, until a person accepts it."""

import pyarrow as pa
import pytest

from curate.curation_settings import BalanceSettings
from curate.reasons import Reason
from curate.schema import HELD
from curate.stages.held_back import NEEDS, hold_back, not_accepted

BOX = {"box_x0": 1, "box_y0": 2, "box_x1": 30, "box_y1": 40}


def held(*ids: str, delivery: str = "e@01ab") -> pa.Table:
    row = {"export": "e", "area": 500, "why": "71% are doubtful", "delivery": delivery}
    rows = [row | {"object_id": each} | BOX for each in ids]
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


@pytest.mark.parametrize(
    ("accept", "left"),
    [([], 2), (["f"], 2), (["e@99ff"], 2), (["e@01ab"], 0), (["e"], 0)],
)
def test_a_person_lifts_it(accept: list[str], left: int) -> None:
    settings = BalanceSettings(accept=accept)
    assert len(not_accepted(held("a", "b"), settings)) == left


def test_an_accepted_mask_stays_so_when_it_is_judged_with_later_ones() -> None:
    later = held("a", "b", "c", delivery="e@77cc")
    both = pa.concat_tables([held("a", "b"), later])
    settings = BalanceSettings(accept=["e@01ab"])
    assert not_accepted(both, settings)["object_id"].to_pylist() == ["c"]
