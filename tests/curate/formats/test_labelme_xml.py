"""LabelMe's XML: the battery, and what is its own."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from curate.errors import InputError
from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, photo, rectangle, save_values
from tests.curate.formats.reading import read_back


def polygon(ring: Sequence[float], more: str = "") -> str:
    points = "".join(
        f"<pt><x>{x}</x><y>{y}</y></pt>"
        for x, y in zip(ring[::2], ring[1::2], strict=True)
    )
    return f"<polygon>{points}<username></username></polygon>{more}"


def document(image: str, *objects: str, size: tuple[int, int] = (48, 64)) -> str:
    inner = "".join(f"<object>{each}</object>" for each in objects)
    return (
        f"<annotation><filename>{image}</filename><folder></folder>"
        "<source><sourceAnnotation>Datumaro</sourceAnnotation></source>"
        f"<imagesize><nrows>{size[0]}</nrows><ncols>{size[1]}</ncols></imagesize>"
        f"{inner}</annotation>"
    )


def named(label: str, more: str = "<deleted>0</deleted>") -> str:
    return f"<name>{escape(label)}</name>{more}"


class TestLabelmeXml(Battery):
    """Polygons; those of one object are the parts of the first."""

    format = "labelme"
    holes = False
    broken = "default/broken.xml"
    broken_bytes = b"<annotation><filename>a.png</filename><object><name>"
    texts = ("*.xml",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            image = picture.save(root / "default")
            objects: list[str] = []
            for each in picture.objects:
                first = len(objects)
                for number, ring in enumerate(to_polygons(each.mask).rings, first):
                    parts = "<hasparts>1</hasparts>"
                    if number > first:
                        parts = f"<ispartof>{first}</ispartof>"
                    head = f"<id>{number}</id><parts>{parts}</parts>"
                    objects.append(named(each.label, head) + polygon(ring))
            size = (picture.height, picture.width)
            text = document(image.name, *objects, size=size)
            image.with_suffix(".xml").write_text(text, "utf-8")


SQUARE = polygon([10, 10, 30, 10, 30, 30, 10, 30])


def test_masks_boxes_and_deleted_objects(root: Path) -> None:
    photo(root, "default/a.png", 48, 64)
    mask = rectangle(48, 64, 5, 5, 10, 9)
    save_values(root / "default/Masks/a_mask_0.png", mask * 255)
    attributes = "<occluded>yes</occluded><attributes>colour=red, new</attributes>"
    text = document(
        "a.png",
        named("cat", attributes) + SQUARE,
        named("cat", "<type>bounding_box</type>") + SQUARE,
        named("cat", "<deleted>1</deleted>") + SQUARE,
        named("dog") + "<segm><mask>a_mask_0.png</mask></segm>",
        named("dog") + "<segm><mask>a_mask_1.png</mask></segm>",
        named("dog"),
        named("dog") + "<polygon><pt><x>a</x><y>1</y></pt></polygon>",
    )
    (root / "default/a.xml").write_text(text)
    back = read_back(root, "labelme")
    assert back.areas == {"cat": 400, "dog": 20}
    assert dict(back.rows[0]["attributes"]) == {
        "occluded": "yes",
        "colour": "red",
        "new": "true",
    }
    assert back.reasons == {
        "no_mask": 2,
        "deleted": 1,
        "missing_mask": 1,
        "bad_polygon": 1,
    }


def test_boxes_of_pascal_voc_are_no_labelme(root: Path) -> None:
    photo(root, "a.png", 48, 64)
    text = (
        "<annotation><filename>a.png</filename><size><width>64</width></size>"
        "<object><name>cat</name><bndbox/></object></annotation>"
    )
    (root / "a.xml").write_text(text)
    with pytest.raises(InputError, match="no labelme document"):
        read_back(root, "labelme")
