"""Shapes that are drawn over one another."""

from curate.pixels import masks
from curate.reasons import Reason, Refusal
from curate.records import Annotation, Cover, ImageRecord, Polygons
from curate.stages.layers import Visible, visible_shapes


def square(x0: int, y0: int, x1: int, y1: int) -> Polygons:
    return Polygons(rings=[[x0, y0, x1, y0, x1, y1, x0, y1]])


def areas(record: ImageRecord) -> dict[int, int | str]:
    """The px that are seen of each layer, or why none is."""
    found: dict[int, int | str] = {}
    for layer, seen in visible_shapes(record, 30, 40, 10_000).items():
        if isinstance(seen, Visible):
            found[layer] = masks.area(seen.runs)
        else:
            assert isinstance(seen, Refusal)
            found[layer] = seen.reason.value
    return found


def record(*shapes: Polygons, covers: list[Cover] | None = None) -> ImageRecord:
    annotations = []
    for layer, shape in enumerate(shapes):
        annotations.append(Annotation(key=str(layer), shape=shape, layer=layer))
    return ImageRecord(
        name="a.png", document="", annotations=annotations, covers=covers or []
    )


def test_later_shapes_cover_earlier_ones() -> None:
    shapes = (square(0, 0, 20, 20), square(10, 0, 20, 10), square(12, 2, 14, 4))
    assert areas(record(*shapes)) == {0: 300, 1: 96, 2: 4}


def test_what_is_covered_as_a_whole_is_empty() -> None:
    shapes = (square(2, 2, 4, 4), square(0, 0, 20, 20))
    assert areas(record(*shapes)) == {0: "empty_mask", 1: 400}


def test_a_cover_is_no_annotation() -> None:
    cover = Cover(shape=square(0, 0, 10, 20), layer=5)
    assert areas(record(square(0, 0, 20, 20), covers=[cover])) == {0: 200, 5: 200}


def test_a_bad_shape_covers_nothing() -> None:
    bad = Polygons(rings=[[1, 2]])
    assert areas(record(square(0, 0, 20, 20), bad)) == {0: 400, 1: "bad_polygon"}


def test_a_dropped_annotation_covers_as_it_was_drawn() -> None:
    crowd = Annotation(key="c", shape=square(0, 0, 5, 5), layer=1, dropped=Reason.CROWD)
    below = Annotation(key="b", shape=square(0, 0, 20, 20), layer=0)
    found = areas(ImageRecord(name="a.png", document="", annotations=[crowd, below]))
    assert found[0] == 375
