"""The page of `inspect` holds all that it shows, and strangers' words do no harm."""

from pathlib import Path

import pyarrow as pa

from curate.limits import Limits
from pipelines.pages.inspection.inspection import render_inspection
from pipelines.pages.inspection.overlays import choose_images
from tests.pipelines.inspection.small_exports import inspected
from tests.pipelines.pages.page_reader import PageReader
from tests.pipelines.small_project import write_coco


def test_a_page_shows_pictures_and_fetches_nothing(tmp_path: Path) -> None:
    labels = ["car", "<script>alert(1)</script>", "日本\u202egnp", ""]
    write_coco(tmp_path / "street", 3, labels)
    (tmp_path / "street" / "images" / "0.png").unlink()
    found = inspected(tmp_path / "street")
    page = PageReader(render_inspection(found, Limits()).decode())
    assert not page.scripts
    pictures = [each for each in page.addresses if each.startswith("data:image/webp")]
    assert len(pictures) == 2
    assert all(each.startswith(("data:", "#")) for each in page.addresses)
    assert "missing_image" in page.text
    assert "Images are missing" in page.text
    assert "customer: ???" in page.text
    assert "\u202e" not in page.text


def test_an_export_without_objects_has_a_page(tmp_path: Path) -> None:
    write_coco(tmp_path / "street", 2, [])
    found = inspected(tmp_path / "street")
    page = PageReader(render_inspection(found, Limits()).decode())
    assert "Nothing of this export can be used" in page.text
    assert "nothing is annotated in it" in page.text


def test_pictures_are_chosen_for_the_classes_that_they_add() -> None:
    rows = [("a", "x"), ("a", "x"), ("b", "x"), ("b", "y"), ("c", "z"), ("d", "x")]
    table = pa.table(
        {"image_path": [row[0] for row in rows], "label": [row[1] for row in rows]}
    )
    assert choose_images(table, 3) == ["b", "c", "a"]
