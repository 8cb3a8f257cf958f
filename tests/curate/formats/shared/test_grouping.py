"""Pieces of one object, and the holes in it."""

from curate.formats.shared.grouping import Drawn, Extent, join_groups, without_holes
from curate.reasons import Reason, Refusal
from curate.records import Bitmap, Compound, Polygons


def drawn(
    label: str,
    group: str | None = None,
    extent: Extent | None = (0, 0, 9, 9),
    number: int = 0,
) -> Drawn:
    """A shape whose ring is one number, to tell it from others."""
    shape = Polygons(rings=[[number]])
    return Drawn(label, group, f"d#{label}{number}", {}, shape=shape, extent=extent)


def is_hole(shape: Drawn) -> bool:
    return shape.label == "hole"


def test_shapes_of_one_group_and_label_are_one_object() -> None:
    shapes = [
        drawn("cat", "1", number=1),
        drawn("dog", "1", number=2),
        drawn("cat", "1", number=3),
    ]
    cat, dog = join_groups([*shapes], "d")
    assert cat.shape == Polygons(rings=[[1], [3]])
    assert dog.shape == Polygons(rings=[[2]])
    assert cat.key.startswith("d#")
    assert join_groups([*reversed(shapes)], "d")[0].key == cat.key


def test_shapes_of_several_kinds_make_a_compound() -> None:
    bitmap = Bitmap(data=b"png")
    mask = Drawn("cat", "1", "d#mask", {}, shape=bitmap)
    (cat,) = join_groups([drawn("cat", "1", number=1), mask], "d")
    assert cat.shape == Compound(pieces=[Polygons(rings=[[1]]), bitmap])


def test_pieces_keep_their_own_holes() -> None:
    ring = Polygons(rings=[[1]], holes=[[2]])
    with_hole = Drawn("cat", "1", "d#ring", {}, shape=ring)
    other = drawn("cat", "1", number=3)
    (cat,) = join_groups([with_hole, other], "d")
    assert cat.shape == Compound(pieces=[ring, Polygons(rings=[[3]])])


def test_of_attributes_that_differ_the_first_shapes_stay() -> None:
    first, second = drawn("cat", "1", number=1), drawn("cat", "1", number=2)
    first.attributes = {"colour": "red"}
    second.attributes = {"colour": "grey", "wet": "yes"}
    (cat,) = join_groups([first, second], "d")
    assert cat.attributes == {"colour": "red", "wet": "yes"}


def test_a_shape_that_was_refused_is_counted_on_its_own() -> None:
    refused = Drawn("cat", "1", "d#box", {}, refusal=Refusal(Reason.NO_MASK, "a box"))
    box, cat = join_groups([refused, drawn("cat", "1")], "d")
    assert (box.dropped, box.detail, box.shape) == (Reason.NO_MASK, "a box", None)
    assert cat.dropped is None


def test_a_hole_cuts_what_reaches_around_it() -> None:
    around, beside = drawn("cat"), drawn("dog", extent=(5, 5, 20, 20))
    hole = drawn("hole", extent=(1, 1, 4, 4), number=7)
    later = drawn("cow")
    assert without_holes([around, beside, hole, later], is_hole) == [
        around,
        beside,
        later,
    ]
    assert around.holes == [hole.shape]
    assert beside.holes == later.holes == []
    (cat, *_) = join_groups([around], "d")
    assert cat.shape == Polygons(rings=[[0]], holes=[[7]])


def test_a_hole_in_a_group_cuts_each_object_of_it_once() -> None:
    shapes = [
        drawn("hole", "1"),
        drawn("cat", "1"),
        drawn("cat", "1"),
        drawn("dog", "1"),
    ]
    other = drawn("cat", "2")
    assert without_holes([*shapes, other], is_hole) == [*shapes[1:], other]
    assert [len(each.holes) for each in shapes[1:]] == [1, 0, 1]
    assert other.holes == []


def test_a_hole_that_cuts_nothing_is_a_shape() -> None:
    shapes = [drawn("hole"), drawn("cat", extent=None), drawn("hole", extent=None)]
    assert without_holes(shapes, is_hole) == shapes
