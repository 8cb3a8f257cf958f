"""Formats are ranked, and counts are those that ingest will have."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from curate import storage
from pipelines.inspection import words
from tests.pipelines.inspection.small_exports import (
    inspected,
    write_masks,
    write_photo,
    write_yolo,
)
from tests.pipelines.small_project import Project, Verb, write_coco

SAMPLES = Path(__file__).parents[4] / "shared" / "exports" / "open"
_NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))


def damage(place: Path) -> None:
    """Lose an image, truncate one, and spoil some annotations of a COCO export."""
    (place / "images" / "0.png").unlink()
    broken = place / "images" / "1.png"
    broken.write_bytes(broken.read_bytes()[:200])
    document = json.loads((place / "annotations.json").read_text())
    by_image = {each["image_id"]: each for each in document["annotations"]}
    by_image[2]["segmentation"] = []
    by_image[3]["iscrowd"] = 1
    by_image[4]["segmentation"] = [[1, 1, 2, 2]]
    (place / "annotations.json").write_text(json.dumps(document))


def test_counts_are_those_of_ingest(project: Project, verb: Verb) -> None:
    place = project.add("street", 8, ["car", "zorp"])
    damage(place)
    assert verb("ingest", project.settings).code == 0
    ledger = storage.read_json(project.build / "ingest" / "ledger.json")

    found = inspected(place).inspection
    contents = found.contents
    assert contents is not None
    assert (contents.format, contents.images, contents.images_found) == ("coco", 8, 7)
    assert contents.objects == ledger["out"] == sum(contents.labels.values())
    # One image is lost, and its annotations with it: they are counted all the same.
    assert contents.annotations == ledger["in"]
    dropped = {loss.reason: loss.annotations for loss in contents.dropped}
    assert dropped == ledger["by_reason"]
    assert all(loss.example for loss in contents.dropped)


def test_a_wrong_format_names_the_archive_and_what_it_looks_like(
    project: Project, verb: Verb
) -> None:
    place = project.add("street", 2, ["car"], format="labelme")
    archive = shutil.make_archive(str(place), "zip", place)
    project.plain["exports"][0]["path"] = archive

    for told in (
        verb("ingest", project.change()),
        verb("inspect", archive, "--format", "labelme"),
    ):
        assert told.code == 2
        message = f"{archive}: no labelme document among 3 files (such a document has"
        assert message in told.err
        looks_like = f"it looks like coco: 'python -m pipelines inspect {archive}'"
        assert looks_like in told.err


def test_a_sample_of_images_has_whole_counts_of_documents(tmp_path: Path) -> None:
    write_coco(tmp_path / "street", 130, ["car", "zorp"])
    document = json.loads((tmp_path / "street" / "annotations.json").read_text())
    for annotation in document["annotations"][::2]:
        annotation["iscrowd"] = 1
    (tmp_path / "street" / "annotations.json").write_text(json.dumps(document))

    path = tmp_path / "street"
    contents = inspected(path, 10).inspection.contents
    assert contents is not None
    assert contents.is_sample
    assert (contents.images_found, contents.images_read) == (130, 10)
    assert (contents.annotations, contents.objects) == (260, 10)
    assert contents.annotations_by_label == {"zorp": 130}
    assert [(loss.reason, loss.annotations) for loss in contents.dropped] == [
        ("crowd", 130)
    ]
    again = inspected(path, 10).inspection.contents
    assert again == contents


def test_masks_are_read_and_their_options_proposed(tmp_path: Path) -> None:
    write_masks(tmp_path / "classes", [3, 7, 9])
    found = inspected(tmp_path / "classes").inspection
    assert found.contents is not None
    assert found.contents.format == "labelmap"
    assert found.contents.objects == 12  # the three squares, and what is around them
    named = {each.key: each for each in found.suggestions}
    assert named["options.classes"].value is None
    assert "0, 3, 7, 9" in named["options.classes"].why
    assert named["scene"].value == "full"

    for count, folder in ((3, "a"), (4, "b")):
        write_masks(tmp_path / "numbers" / folder, [1, 2, 3, 4][:count])
    found = inspected(tmp_path / "numbers").inspection
    numbered = {each.key: each.value for each in found.suggestions}
    assert numbered["options.values"] == "objects"
    assert "options.classes" not in numbered

    write_masks(tmp_path / "cells", [255], height=24)
    found = inspected(tmp_path / "cells").inspection
    assert found.contents is not None
    assert (found.contents.objects, found.contents.dropped[0].uncounted) == (0, 3)
    named = {each.key: each for each in found.suggestions}
    assert named["options.mask_size"].value == "scale"


def test_masks_in_colours_and_in_palettes_are_told_apart(tmp_path: Path) -> None:
    for name, mode in (("coloured", "RGB"), ("indexed", "P")):
        write_masks(tmp_path / name, [1])
        (tmp_path / name / "class_dict.csv").write_text(
            "name,r,g,b\nroad,0,0,0\ncar,200,0,0\n"
        )
        for path in (tmp_path / name / "masks").iterdir():
            with Image.open(path) as mask:
                mask.putpalette([0, 0, 0, 200, 0, 0])
                mask.convert(mode).save(path)
        contents = inspected(tmp_path / name).inspection.contents
        assert contents is not None
        assert contents.labels == {"car": 3, "road": 3}
        assert contents.format == {"RGB": "colormap", "P": "labelmap"}[mode]


def test_boxes_alone_say_what_to_export(tmp_path: Path) -> None:
    write_yolo(tmp_path / "boxes", "0 0.5 0.5 0.2 0.2\n")
    found = inspected(tmp_path / "boxes").inspection
    assert "boxes only" in words.warning(found)
    assert "export polygons, masks" in words.describe(found)


def test_a_folder_of_several_tools_names_what_is_left_out(tmp_path: Path) -> None:
    write_coco(tmp_path / "street", 3, ["car"])
    write_yolo(tmp_path / "yard", "0 0.1 0.1 0.5 0.1 0.5 0.5\n")
    found = inspected(tmp_path).inspection
    told = words.describe(found)
    assert "Not read: documents of yolo (2, such as yard/labels/0.txt)" in told
    assert "with another name and format: yolo" in told
    write_yolo(tmp_path / "street", "0 0.1 0.1 0.5 0.1 0.5 0.5\n")
    assert not inspected(tmp_path / "street").inspection.others  # the same images


def test_nothing_is_annotated_is_said_of_what_is_empty_alone(tmp_path: Path) -> None:
    write_yolo(tmp_path / "empty", "")
    found = inspected(tmp_path / "empty").inspection
    assert words.warning(found).endswith("nothing is annotated in it")

    write_coco(tmp_path / "lost", 2, ["car"])
    for picture in (tmp_path / "lost" / "images").iterdir():
        picture.unlink()
    found = inspected(tmp_path / "lost").inspection
    told = words.warning(found)
    assert "dropped: missing_image (2; annotations.json: image '0.png' is not" in told


def test_a_broken_file_and_pictures_alone_are_told_once(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.json").write_text('{"images": [')
    found = inspected(tmp_path / "broken").inspection
    assert found.contents is None
    assert words.warning(found).count("a.json: no JSON") == 1

    write_photo(tmp_path / "photos" / "1.png")
    found = inspected(tmp_path / "photos").inspection
    assert "no document of a tool that is known" in words.warning(found)


def test_what_was_left_alone_is_named(tmp_path: Path) -> None:
    write_coco(tmp_path / "street", 2, ["car"])
    (tmp_path / "street" / "other.json").write_text('{"some": "tool"}')
    write_photo(tmp_path / "street" / "more" / "9.png")
    (tmp_path / "street" / "film.mp4").write_bytes(b"")
    found = inspected(tmp_path / "street").inspection
    told = words.describe(found)
    assert "left alone other.json (no COCO document)" in told
    assert "1 picture that nothing annotates" in told
    assert "Not read: video (1, such as film.mp4)" in told


@pytest.mark.skipif(not _NAMES, reason="the samples are not beside the checkout")
@pytest.mark.parametrize("name", _NAMES)
def test_the_right_format_of_a_real_sample_is_first(name: str) -> None:
    expected = json.loads((SAMPLES / name / "expected.json").read_text())
    path = SAMPLES / name / "data"
    found = inspected(path, 4).inspection
    assert found.candidates[0].format == expected["format"]
