"""Outlines whose rings are pieces and holes by their place."""

import pytest

from curate.formats.shared.even_odd import even_odd
from curate.reasons import Refusal
from curate.records import Compound, Polygons


def square(x: float, side: float, y: float = 0.0) -> list[float]:
    return [x, y, x + side, y, x + side, y + side, x, y + side]


FAR = square(100, 10)
OUTER = square(0, 50)
HOLE = square(5, 40, 5)
ISLAND = square(20, 5, 20)


def test_one_ring_is_a_piece() -> None:
    assert even_odd([OUTER]) == Polygons(rings=[OUTER])


def test_rings_beside_each_other_are_pieces() -> None:
    assert even_odd([OUTER, FAR]) == Polygons(rings=[OUTER, FAR])


def test_a_ring_in_a_ring_is_a_hole_in_any_order() -> None:
    assert (
        even_odd([OUTER, HOLE])
        == even_odd([HOLE, OUTER])
        == Polygons(rings=[OUTER], holes=[HOLE])
    )


def test_a_ring_in_a_hole_is_a_piece() -> None:
    outer = Polygons(rings=[OUTER], holes=[HOLE])
    assert even_odd([OUTER, HOLE, ISLAND]) == Compound(
        pieces=[outer, Polygons(rings=[ISLAND])]
    )


def test_a_hole_may_touch_the_edge() -> None:
    touching = square(0, 20, 10)
    assert even_odd([OUTER, touching]) == Polygons(rings=[OUTER], holes=[touching])


def test_the_same_ring_twice_is_no_hole() -> None:
    assert even_odd([OUTER, OUTER]) == Polygons(rings=[OUTER, OUTER])


def test_rings_that_cross_are_united() -> None:
    assert even_odd([OUTER, square(40, 20)]) == Polygons(rings=[OUTER, square(40, 20)])


@pytest.mark.parametrize(
    "bad", [[None], [1.0, 2.0], [1.0, 2.0, 3.0, 4.0, 5.0, float("inf")]]
)
def test_what_is_no_ring_stays_in_the_shape(bad: list[float]) -> None:
    assert even_odd([OUTER, bad]) == Polygons(rings=[bad, OUTER])


def test_numbers_of_any_size_raise_nothing() -> None:
    even_odd([square(-1e308, 1e308), square(0, 1e308), square(1e300, 1e299, 1e-300)])


def test_too_many_rings_are_over_the_limit() -> None:
    with pytest.raises(Refusal, match="over_limit"):
        even_odd([OUTER] * 4000)
