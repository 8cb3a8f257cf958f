"""What Label Studio tells of objects, and that nothing it may write makes a fault."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from upath import UPath

from pipelines.rounds.told import Told, told_by_studio

POINTS = [[10.0, 10.0], [50.0, 10.0], [50.0, 60.0]]


def region(number: str, **changes: object) -> dict[str, Any]:
    value = {"points": POINTS, "polygonlabels": [f"car {number}"]}
    return {"id": number, "type": "polygonlabels", "value": value} | changes


def told(folder: Path, *tasks: object) -> list[Told]:
    path = folder / "export.json"
    path.write_bytes(msgspec.json.encode(tasks))
    return list(told_by_studio(UPath(path)).values())


def task(*regions: object, **changes: object) -> dict[str, Any]:
    annotation = {"id": 1, "lead_time": 12, "result": list(regions)} | changes
    return {"id": 1, "data": {"image": "a.png"}, "annotations": [annotation]}


def test_seconds_are_shared_among_the_regions(tmp_path: Path) -> None:
    box = {"id": "r", "value": {"choices": ["good"]}}  # no region
    found = told(tmp_path, task(region("a"), region("b"), region("c"), box))
    assert [each.seconds for each in found] == [4.0] * 3


def test_a_prediction_is_known_by_the_id_of_its_region(tmp_path: Path) -> None:
    predictions = [{"model_version": "run 2", "result": [region("a")]}]
    found = told(
        tmp_path, task(region("a"), region("b")) | {"predictions": predictions}
    )
    assert [each.predicted_by for each in found] == ["run 2", ""]
    assert [each.predicted is None for each in found] == [False, True]


@pytest.mark.parametrize(
    "broken",
    [
        {"id": 1},
        {"id": 1, "data": None, "annotations": []},
        {"id": 1, "data": {}, "annotations": "none"},
        {"id": 1, "data": {}, "annotations": [None, 3, {"result": "none"}]},
        {"id": 1, "data": {}, "annotations": [{"result": [None, 3, {"id": []}]}]},
        {"id": 1, "data": {}, "predictions": "none", "annotations": []},
        {"id": 1, "data": {}, "predictions": [None, {"result": [region("x")]}]},
    ],
)
def test_a_broken_task_costs_itself(tmp_path: Path, broken: object) -> None:
    assert len(told(tmp_path, broken, task(region("a")))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"lead_time": True, "updated_at": 7},
        {"lead_time": "long", "updated_at": None},
        {"lead_time": None, "updated_at": "2026-13-45"},
    ],
)
def test_what_is_no_number_or_time_is_not_told(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    (found,) = told(tmp_path, task(region("a", origin=5, id=["a"]), **changes))
    assert (found.seconds, found.when, found.origin) == (None, None, "")
