"""The examples of a label are typical, large and varied, and the same in every run."""

import pyarrow as pa

from pipelines.pages.review.attributes import count_values, total_values
from pipelines.pages.review.examples import MOST, LabelKey, choose, propose

KEY = LabelKey("acme", "e", "car")


def objects(sides: list[int], images: list[int]) -> pa.Table:
    """Objects of one label: squares of these sides in these images."""
    number = len(sides)
    columns = {
        "object_id": [f"{side:05d}-{n:03d}" for n, side in enumerate(sides)],
        "customer": ["acme"] * number,
        "export": ["e"] * number,
        "label": ["car"] * number,
        "image_dhash": images,
        "area": [side * side for side in sides],
        "box_x0": [0] * number,
        "box_y0": [0] * number,
        "box_x1": sides,
        "box_y1": sides,
    }
    return pa.table(columns)


def sides_of(*partitions: pa.Table) -> list[int]:
    chosen = choose([propose(rows, None) for rows in partitions])
    return [int(object_id.partition("-")[0]) for object_id in chosen[KEY]]


def test_the_middle_comes_first_then_the_large_ones() -> None:
    sides = list(range(30, 130))
    found = sides_of(objects(sides, sides))
    assert found[:3] == [79, 124, 104]
    assert len(found) == MOST
    parts = [objects(sides[:50], sides[:50]), objects(sides[50:], sides[50:])]
    assert sides_of(*parts) == sides_of(*reversed(parts))


def test_specks_and_the_same_image_come_only_if_there_is_nothing_else() -> None:
    many = [3] * 50 + list(range(40, 60))
    images = [1] * 50 + list(range(2, 22))
    assert min(sides_of(objects(many, images))) >= 40
    few = [3] * 50 + [40, 50]
    found = sides_of(objects(few, [1] * 50 + [2, 3]))
    assert sorted(found[:2]) == [40, 50]
    assert len(found) == MOST
    assert choose([]) == {}


def test_attributes_with_few_values_are_counted() -> None:
    maps = [{"type": "lorry", "id": str(n)} for n in range(20)]
    maps += [{"type": "van"}, {}]
    rows = pa.table(
        {
            "customer": ["acme"] * 22,
            "export": ["e"] * 22,
            "label": ["car"] * 22,
            "attributes": pa.array(
                [list(each.items()) for each in maps], pa.map_(pa.string(), pa.string())
            ),
        }
    )
    found = total_values([count_values(rows, None), count_values(rows[:0], None)])
    assert found == {KEY: {"type": [("lorry", 20), ("van", 1)]}}
    assert total_values([]) == {}
