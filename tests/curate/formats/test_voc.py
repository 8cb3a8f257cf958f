"""Pascal VOC's XML with polygons: the battery, and what is its own."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from curate.pixels.polygons import to_polygons
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture, photo
from tests.curate.formats.reading import ReadBack, read_back


def polygon(ring: Sequence[float]) -> str:
    corners = []
    for number in range(len(ring) // 2):
        x, y = ring[2 * number : 2 * number + 2]
        corners.append(f"<x{number + 1}>{x}</x{number + 1}>")
        corners.append(f"<y{number + 1}>{y}</y{number + 1}>")
    return f"<polygon>{''.join(corners)}</polygon>"


def document(name: str, size: tuple[int, int], *objects: str) -> str:
    height, width = size
    inner = "".join(f"<object>{each}</object>" for each in objects)
    return (
        f"<annotation><folder></folder><filename>{name}</filename>"
        "<source><database>roboflow.ai</database></source>"
        f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>"
        f"<segmented>0</segmented>{inner}</annotation>"
    )


class TestVoc(Battery):
    """Boxes and polygons beside each picture, as Roboflow writes them."""

    format = "voc"
    holes = False
    broken = "b/broken.xml"
    broken_bytes = b"<annotation><size><width>4</width></size><object><name>"
    texts = ("*.xml",)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        for picture in pictures:
            image = picture.save(root)
            objects = []
            for each in picture.objects:
                rings = "".join(map(polygon, to_polygons(each.mask).rings))
                objects.append(f"<name>{escape(each.label)}</name>{rings}")
            size = (picture.height, picture.width)
            text = document(escape(image.name), size, *objects)
            image.with_suffix(".xml").write_text(text, "utf-8")


BOX = "<bndbox><xmin>10</xmin><ymin>10</ymin><xmax>30</xmax><ymax>30</ymax></bndbox>"
RING = [10, 10, 30, 10, 30, 30, 10, 30]
SQUARE = polygon(RING)


def read(root: Path, *objects: str, name: str = "a.png") -> ReadBack:
    photo(root, "JPEGImages/a.png", 48, 64)
    (root / "Annotations").mkdir()
    (root / "Annotations/a.xml").write_text(document(name, (48, 64), *objects))
    return read_back(root, "voc")


def test_boxes_have_no_mask_and_polygons_have_one(root: Path) -> None:
    back = read(
        root,
        f"<name>cat</name>{BOX}",
        f"<name>cat</name><difficult>1</difficult><truncated>0</truncated>{SQUARE}{BOX}",
        f"{SQUARE}{BOX}",
        "<name>cat</name><polygon><x1>nan?</x1><y1>3</y1></polygon>",
    )
    [row] = back.rows
    assert (row["label"], row["area"], row["flags"]) == ("cat", 400, [])
    assert dict(row["attributes"]) == {"difficult": "1"}
    assert back.reasons == {"no_mask": 1, "unknown_class": 1, "bad_polygon": 1}


def test_corners_come_in_the_order_of_their_numbers(root: Path) -> None:
    # Twelve corners on a stair: sorted as words, x10 would come before x2.
    ring = [(10, 10), (40, 10), (40, 40)]
    ring += [(40 - 3 * step, 39 + step % 2) for step in range(1, 9)]
    ring += [(10, 40)]
    numbered = ""
    pointed = ""
    for number, (x, y) in enumerate(ring, start=1):
        numbered = f"<x{number}>{x}</x{number}><y{number}>{y}</y{number}>" + numbered
        pointed += f"<point><x>{x}</x><y>{y}</y></point>"
    mixed = f"<name>cat</name><polygon>{numbered}</polygon>"
    one = read(root / "one", mixed)
    other = read(root / "two", f"<name>cat</name><polygon>{pointed}</polygon>")
    assert one.rows[0]["counts"] == other.rows[0]["counts"]


@pytest.mark.parametrize("name", ["a", "", "a.png", "C:\\photos\\a.png"])
def test_names_of_images(root: Path, name: str) -> None:
    back = read(root, f"<name>cat</name>{SQUARE}", name=name)
    assert [row["image_path"] for row in back.rows] == ["JPEGImages/a.png"]


def test_a_polygon_that_its_box_does_not_fit_is_flagged(root: Path) -> None:
    other = BOX.replace("<xmax>30", "<xmax>60")
    back = read(root, f"<name>cat</name>{SQUARE}{other}")
    assert "box_mismatch" in back.rows[0]["flags"]
