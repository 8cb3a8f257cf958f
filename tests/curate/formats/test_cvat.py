"""CVAT: the battery, and what is CVAT's own."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from curate.errors import InputError
from curate.pixels.masks import Mask
from curate.pixels.polygons import to_polygons
from curate.stages import ingest
from tests.curate.formats.battery import Battery
from tests.curate.formats.cvat_exports import (
    element,
    export,
    polygon,
    read,
    rle,
    save_document,
)
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import planned


class TestCvat(Battery):
    """Masks, in a document of a task."""

    format = "cvat"
    broken = "more/annotations.xml"
    broken_bytes = (
        b'<?xml version="1.0"?><annotations><image id="0" name="good.png"><mask rle="0,'
    )
    texts = ("*.xml",)

    def shapes(self, label: str, mask: Mask) -> str:
        return element(
            "mask", label=label, source="manual", occluded=0, **rle(mask), z_order=0
        )

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        images = []
        for number, picture in enumerate(pictures):
            picture.save(root / "images")
            inner = "".join(
                self.shapes(each.label, each.mask) for each in picture.objects
            )
            size = {"width": picture.width, "height": picture.height}
            images.append(element("image", inner, id=number, name=picture.path, **size))
        save_document(root / "annotations.xml", *images)

    def test_no_attribute_of_a_document_ends_the_read(self, root: Path) -> None:
        file = root / "annotations.xml"
        whole = file.read_text("utf-8")
        rng = random.Random(0)
        for _ in range(60):
            words = whole.split('"')
            for _ in range(3):
                words[2 * rng.randrange(len(words) // 2) + 1] = rng.choice(ODD_TEXTS)
            file.write_text('"'.join(words), "utf-8")
            ingest.encode_batch(planned(root, self.format, self.options))


ODD_TEXTS = (
    *(
        "",
        "-1",
        "0",
        "nan",
        "inf",
        "1e400",
        "9" * 400,
        "1.5",
        "text",
        "1,2;3",
        "0, 600",
        "猫",
        "²",
    ),
    *(
        "../up.png",
        "/etc/passwd",
        "1,2;3,4;5,6",
        ";",
        ",",
        "1_0",
        "0x10",
        " 3 ",
        "999999999",
    ),
)


class TestCvatPolygons(TestCvat):
    """Polygons, those of one object in a group, in the document of a project with subsets."""

    def shapes(self, label: str, mask: Mask) -> str:
        rings = to_polygons(mask).rings
        group = {} if len(rings) == 1 else {"group_id": 7}
        shapes = ""
        for ring in rings:
            pairs = zip(ring[::2], ring[1::2], strict=True)
            points = ";".join(f"{x:.2f},{y:.2f}" for x, y in pairs)
            shapes += element(
                "polygon", label=label, occluded=0, points=points, **group
            )
        return shapes

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        images = []
        for number, picture in enumerate(pictures):
            subset = "Train" if len(picture.path) % 2 else "default"
            picture.save(root / "images" / subset)
            inner = "".join(
                self.shapes(each.label, each.mask) for each in picture.objects
            )
            images.append(
                element(
                    "image",
                    inner,
                    id=number,
                    name=picture.path,
                    subset=subset,
                    task_id=1,
                )
            )
        save_document(root / "annotations.xml", *images)


def test_options_are_checked(tmp_path: Path) -> None:
    root = export(tmp_path / "export", polygon())
    for options in ({"groups": "yes"}, {"interpolate": "yes"}):
        with pytest.raises(InputError, match=f"option {next(iter(options))}"):
            read(root, **options)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            '<!DOCTYPE a [<!ENTITY x "y">]><annotations><image name="&x;"/></annotations>',
            "markup",
        ),
        (
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations><image/></annotations>',
            "markup",
        ),
        ('<annotations><image name="&x;"/></annotations>', "malformed_file"),
        (
            "<annotations>" + "<image>" * 300 + "</image>" * 300 + "</annotations>",
            "over_limit",
        ),
        ("<annotations><image id='0' name='a.png'></annotations>", "malformed_file"),
        ("", "malformed_file"),
        ("\x89PNG\r\n\x1a\n", "malformed_file"),
    ],
)
def test_a_document_costs_itself(tmp_path: Path, document: str, reason: str) -> None:
    root = export(tmp_path / "export", polygon())
    (root / "other.xml").write_text(document, "latin-1")
    back = read(root)
    assert len(back.rows) == 1
    assert back.reasons == {f"refused_{reason}" if reason == "markup" else reason: None}


def test_a_file_that_breaks_off_gives_nothing(tmp_path: Path) -> None:
    root = export(tmp_path / "export", polygon())
    file = root / "annotations.xml"
    file.write_text(
        file.read_text().replace("</annotations>", element("image", "", id=1) + "<im")
    )
    assert read(root).reasons == {"malformed_file": None}
    assert read(root).rows == []


def test_other_tools_documents_are_left_alone(tmp_path: Path) -> None:
    root = export(tmp_path / "export", polygon())
    (root / "voc.xml").write_text(
        "<annotation><object><name>cat</name></object></annotation>"
    )
    back = read(root)
    assert len(back.rows) == 1
    assert back.reasons == {}
    assert back.ignored == ["voc.xml"]
    (root / "annotations.xml").unlink()
    with pytest.raises(InputError, match="no CVAT document"):
        read(root)
