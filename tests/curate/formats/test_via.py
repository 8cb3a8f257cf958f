"""VIA: the battery, and what is VIA's own."""

import base64
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from curate.errors import InputError
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import Picture
from tests.curate.formats.via_exports import (
    COLUMNS,
    entry,
    export,
    labels,
    outline,
    project,
    read,
    region,
)


class TestVia(Battery):
    """A project of VIA 2."""

    format = "via"
    pieces = False
    broken = "b/via_export.json"
    texts = ("*.json", "*.csv")

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        entries = {}
        for picture in pictures:
            image = picture.save(root)
            drawn = [
                region(outline(each.mask), name=each.label) for each in picture.objects
            ]
            each = entry(image, drawn, picture.path)
            entries[f"{each['filename']}{each['size']}"] = each
        self.save(root, entries)

    def save(self, root: Path, entries: dict[str, Any]) -> None:
        project = {
            "_via_settings": {"core": {"default_filepath": "", "filepath": {}}},
            "_via_img_metadata": entries,
            "_via_attributes": {"region": {"name": {"type": "text"}}, "file": {}},
            "_via_data_format_version": "2.0.10",
            "_via_image_id_list": list(entries),
        }
        (root / "via_project.json").write_text(json.dumps(project))


class TestViaExport(TestVia):
    """VIA 1's export, whose regions are an object."""

    def save(self, root: Path, entries: dict[str, Any]) -> None:
        for each in entries.values():
            regions = {str(number): item for number, item in enumerate(each["regions"])}
            each |= {"regions": regions, "fileref": "", "base64_img_data": ""}
        (root / "via_region_data.json").write_text(json.dumps(entries))


class TestViaTable(TestVia):
    """VIA's CSV export."""

    broken = None

    def save(self, root: Path, entries: dict[str, Any]) -> None:
        with (root / "via_export.csv").open("w", encoding="utf-8", newline="") as file:
            file.write(COLUMNS + "\n")
            table = csv.writer(file, lineterminator="\n")
            for each in entries.values():
                items = each["regions"] or [
                    {"shape_attributes": {}, "region_attributes": {}}
                ]
                for number, item in enumerate(items):
                    shape, noted = (
                        json.dumps(item["shape_attributes"]),
                        item["region_attributes"],
                    )
                    head = [
                        each["filename"],
                        each["size"],
                        "{}",
                        len(each["regions"]),
                        number,
                    ]
                    table.writerow([*head, shape, json.dumps(noted)])


def test_a_project_says_where_its_images_were(tmp_path: Path) -> None:
    core = {"default_filepath": "C:\\photos\\", "filepath": {"": 1, "pool": 2}}
    back = read(project(tmp_path, {}, region(name="cat"), **core))
    assert [row["image_path"] for row in back.rows] == ["pool/a.png"]
    assert {tuple(row["flags"]) for row in back.rows} == {()}


def test_images_of_one_name_are_told_apart_by_size(tmp_path: Path) -> None:
    train = Picture("a.png", 48, 64).save(tmp_path / "train")
    val = Picture("a.png", 60, 80).save(tmp_path / "val")
    entries = [
        entry(train, [region(name="cat")]),
        entry(val, [region(name="dog")]),
        entry(val, [region(name="cow")]) | {"size": 7},
    ]
    (tmp_path / "labels").mkdir()
    document = tmp_path / "labels" / "via.json"
    document.write_text(
        json.dumps({str(number): each for number, each in enumerate(entries)})
    )
    back = read(tmp_path)
    found = {row["label"]: row["image_path"] for row in back.rows}
    assert found == {"cat": "train/a.png", "dog": "val/a.png"}
    assert back.reasons == {"ambiguous_image": 1}


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ({"filename": "b.png"}, {"missing_image": 1}),
        ({"filename": None}, {"malformed_file": None}),
        ({"regions": "text"}, {"malformed_file": None}),
        ({"regions": None}, {}),
        ({"size": -1}, {}),
        ({"size": "large"}, {}),
        ({"file_attributes": None}, {}),
        ({"file_attributes": {"width": 64, "height": "tall"}}, {}),
    ],
)
def test_an_entry_costs_itself(
    tmp_path: Path, more: dict[str, Any], reasons: dict[str, Any]
) -> None:
    image = Picture("good.png", 48, 64).save(tmp_path)
    export(tmp_path, region(name="cat"), **more)
    data = json.loads((tmp_path / "via.json").read_text())
    data["good"] = entry(image, [region(name="dog")])
    (tmp_path / "via.json").write_text(json.dumps(data))
    back = read(tmp_path)
    assert "dog" in labels(back)
    assert back.reasons == reasons


def test_embedded_pictures_serve_where_no_file_is(tmp_path: Path) -> None:
    image = Picture("a.png", 48, 64).save(tmp_path / "elsewhere")
    data = base64.b64encode(image.read_bytes()).decode()
    image.unlink()
    root = tmp_path / "export"
    export(root, region(name="cat"), base64_img_data=f"data:image/png;base64,{data}")
    (root / "a.png").unlink()
    assert [row["flags"] for row in read(root).rows] == [["embedded_image"]]
    export(root, region(name="cat"), base64_img_data="https://example.org/a.png")
    (root / "a.png").unlink()
    assert read(root).reasons == {"missing_image": 1}


def test_other_tools_files_are_left_alone(tmp_path: Path) -> None:
    root = export(tmp_path / "export", region(name="cat"))
    (root / "coco.json").write_text(
        '{"images": [], "annotations": [], "categories": []}'
    )
    (root / "prices.csv").write_text("name,price\na,1\n")
    back = read(root)
    assert labels(back) == ["cat"]
    assert back.reasons == {}
    assert back.ignored == ["prices.csv", "coco.json"]
    (root / "via.json").unlink()
    with pytest.raises(InputError, match="no VIA document"):
        read(root)
