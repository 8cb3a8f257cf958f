"""COCO panoptic: the battery, and what is this format's own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.errors import InputError
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import LABELS, Drawn, Picture, rectangle, save_values
from tests.curate.formats.reading import ReadBack, read_back

CATEGORIES = [
    {"id": n, "name": label, "isthing": n % 2} for n, label in enumerate(LABELS)
]


def save_ids(file: Path, ids: NDArray[Any]) -> None:
    """Write ids as panopticapi's id2rgb does."""
    channels = [ids % 256, ids // 256 % 256, ids // 65_536]
    save_values(file, np.stack(channels, axis=-1))


def segment_ids(picture: Picture) -> tuple[NDArray[Any], list[int]]:
    """A map of a picture, and the id of each object; it does not change with their order."""
    ids = np.zeros((picture.height, picture.width), int)
    listed = []
    for each in picture.objects:
        y, x = np.nonzero(each.mask)
        listed.append(1 + int(y[0]) * 70_000 + int(x[0]))
        ids[each.mask] = listed[-1]
    return ids, listed


class TestPanoptic(Battery):
    """Things and stuff, in a document beside the folder of its name."""

    format = "panoptic"
    overlaps = False
    broken = "annotations/panoptic_more.json"
    texts = ("*.json",)

    def image(self, root: Path, name: str) -> Path:
        return root / "val2017" / name

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        labels = list(LABELS)
        images = []
        annotations = []
        for picture in pictures:
            picture.save(root / "val2017")
            image_id = f"id of {picture.path}"
            size = {"height": picture.height, "width": picture.width}
            images.append({"id": image_id, "file_name": picture.path, **size})
            ids, listed = segment_ids(picture)
            save_ids(root / "annotations/panoptic_val2017" / picture.path, ids)
            segments = []
            for segment_id, each in zip(listed, picture.objects, strict=True):
                if each.label not in labels:
                    labels.append(each.label)
                category = labels.index(each.label)
                segments.append(
                    {"id": segment_id, "category_id": category, "iscrowd": 0}
                )
            annotations.append(
                {
                    "image_id": image_id,
                    "file_name": picture.path,
                    "segments_info": segments,
                }
            )
        categories = [
            {"id": number, "name": label} for number, label in enumerate(labels)
        ]
        document = {
            "images": images,
            "annotations": annotations,
            "categories": categories,
        }
        file = root / "annotations/panoptic_val2017.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(document))


CAT = {"id": 1001, "category_id": 0, "iscrowd": 0}
POT = {"id": 70_002, "category_id": 1, "iscrowd": 0}


def export(root: Path, *segments: Any, image: str = "a.jpg", **more: Any) -> Path:
    """An export of one picture: 100 px have id 1001, and 100 px id 70002."""
    ids = np.zeros((48, 64), int)
    ids[rectangle(48, 64, 5, 5, 15, 15)] = 1001
    ids[rectangle(48, 64, 30, 5, 40, 15)] = 70_002
    save_ids(root / "panoptic/a.png", ids)
    Picture(image, 48, 64).save(root / "images")
    document = {
        "images": [{"id": 1, "file_name": image, "height": 48, "width": 64}],
        "annotations": [
            {"image_id": 1, "file_name": "a.png", "segments_info": list(segments)}
        ],
        "categories": CATEGORIES,
    }
    (root / "panoptic.json").write_text(json.dumps(document | more))
    return root


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "panoptic", options)


def found(back: ReadBack) -> list[tuple[str, int]]:
    return sorted((row["label"], row["area"]) for row in back.rows)


def test_ids_of_24_bits(tmp_path: Path) -> None:
    back = read(export(tmp_path / "export", CAT, POT))
    assert found(back) == [("cat", 100), ("plant pot", 100)]
    assert back.reasons == {}
    assert {row["object_source"] for row in back.rows} == {"instance"}


@pytest.mark.parametrize("kind", ["uint8", "uint16", "palette"])
def test_ids_may_be_values_of_grey_or_of_a_palette(tmp_path: Path, kind: str) -> None:
    root = export(tmp_path / "export", CAT | {"id": 3}, POT | {"id": 7})
    ids = np.zeros((48, 64), np.uint16 if kind == "uint16" else np.uint8)
    ids[5:15, 5:15] = 3
    ids[20:40, 20:40] = 7
    picture = Image.fromarray(ids)
    if kind == "palette":
        picture.putpalette(bytes(range(255, -1, -1)) * 3)
    picture.save(root / "panoptic/a.png")
    back = read(root)
    assert (found(back), back.reasons) == ([("cat", 100), ("plant pot", 400)], {})


def test_ids_may_have_other_zeros_before_them(tmp_path: Path) -> None:
    root = export(
        tmp_path / "export",
        CAT | {"category_id": "000"},
        images=[{"id": "0001", "file_name": "a.jpg"}],
    )
    assert found(read(root)) == [("cat", 100)]


@pytest.mark.parametrize(
    ("segment", "reason"),
    [
        (POT | {"iscrowd": 1}, {"crowd": 1}),
        (POT | {"category_id": 999}, {"unknown_class": 1}),
        (POT | {"category_id": None}, {"unknown_class": 1}),
        # Its px are no segment's then.
        (POT | {"id": 5}, {"empty_mask": 1, "unknown_class": 1}),
        (POT | {"id": "x"}, {"malformed_file": 1, "unknown_class": 1}),
        ("text", {"malformed_file": 1, "unknown_class": 1}),
        (None, {"malformed_file": 1, "unknown_class": 1}),
        (CAT, {"duplicate_annotation": 1, "unknown_class": 1}),
    ],
)
def test_a_segment_costs_itself(
    tmp_path: Path, segment: Any, reason: dict[str, int]
) -> None:
    back = read(export(tmp_path / "export", CAT, segment))
    assert found(back) == [("cat", 100)]
    assert back.reasons == reason


def test_crowds_may_be_kept(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT | {"iscrowd": 1})
    assert len(read(root, crowds="keep").rows) == 2
    with pytest.raises(InputError, match="option crowds is drop or keep"):
        read(root, crowds=True)


def test_a_map_that_is_not_there_costs_its_segments(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT)
    (root / "panoptic/a.png").unlink()
    assert read(root).reasons == {"missing_mask": 2}


def test_a_map_that_is_a_link_costs_its_segments(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT)
    file = root / "panoptic/a.png"
    file.replace(tmp_path / "outside.png")
    file.symlink_to(tmp_path / "outside.png")
    assert read(root).reasons in ({"path_escape": 2}, {"missing_mask": 2})


def test_a_map_of_another_size_is_scaled_if_the_option_says_so(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT)
    file = root / "panoptic/a.png"
    with Image.open(file) as picture:
        picture.resize((32, 24), Image.Resampling.NEAREST).save(file)
    assert read(root).reasons == {"mask_size_mismatch": 2}
    back = read(root, mask_size="scale")
    assert len(back.rows) == 2
    assert all("scaled_mask" in row["flags"] for row in back.rows)


def test_a_jpeg_changes_ids(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT)
    with Image.open(root / "panoptic/a.png") as picture:
        picture.save(root / "panoptic/a.png", format="JPEG")
    assert read(root).reasons == {"undecodable_mask": 2}


def test_image_and_map_of_one_name(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT, image="a.png")
    assert found(read(root)) == [("cat", 100), ("plant pot", 100)]
    (root / "images").rename(root / "pictures")
    (root / "panoptic").rename(root / "maps of mine")
    assert found(read(root, maps="maps of mine")) == [("cat", 100), ("plant pot", 100)]


def test_the_names_of_cityscapes_panoptic_images(tmp_path: Path) -> None:
    root = export(
        tmp_path / "export", CAT, POT, image="aachen_000000_000019_leftImg8bit.png"
    )
    file = root / "panoptic.json"
    text = file.read_text()
    file.write_text(text.replace("_leftImg8bit", "_gtFine_leftImg8bit"))
    assert found(read(root)) == [("cat", 100), ("plant pot", 100)]


def test_a_second_document_repeats_the_first(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT)
    (root / "all.json").write_text((root / "panoptic.json").read_text())
    back = read(root)
    assert len(back.rows) == 2
    assert back.reasons == {"duplicate_annotation": 2}


def test_frames_of_a_video_share_it(tmp_path: Path) -> None:
    frame = {"id": 7, "file_name": "a.jpg", "height": 48, "width": 64}
    segments = {"image_id": 7, "file_name": "a.png", "segments_info": [CAT, POT]}
    root = export(
        tmp_path / "export",
        images=[],
        videos=[{"video_id": "v1", "images": [frame]}],
        annotations=[{"video_id": "v1", "annotations": [segments]}],
    )
    back = read(root)
    assert found(back) == [("cat", 100), ("plant pot", 100)]
    assert {row["video"] for row in back.rows} == {"panoptic.json#v1"}


def test_an_image_that_is_not_sure(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT, POT, images=[])
    assert read(root).reasons == {"unknown_image": 2}
    twice = [{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "b.jpg"}]
    root = export(tmp_path / "export", CAT, POT, images=twice)
    assert read(root).reasons == {"ambiguous_image": 2}


def test_components_are_cut_if_the_settings_say_so(tmp_path: Path) -> None:
    two = rectangle(30, 30, 2, 2, 8, 8) | rectangle(30, 30, 12, 12, 20, 20)
    root = tmp_path / "export"
    root.mkdir()
    TestPanoptic().write(root, [Picture("p.png", 30, 30, (Drawn("cat", two),))])
    back = read_back(root, "panoptic", objects="components")
    assert found(back) == [("cat", 36), ("cat", 64)]


def test_documents_of_instances_are_left_alone(tmp_path: Path) -> None:
    root = export(tmp_path / "export", CAT)
    instances = {"images": [], "annotations": [{"segmentation": []}], "categories": []}
    (root / "instances.json").write_text(json.dumps(instances))
    assert read(root).ignored == ["instances.json"]


def test_an_id_is_a_number_however_it_is_written_and_stands_for_one_segment(
    tmp_path: Path,
) -> None:
    as_text = CAT | {"id": str(CAT["id"])}
    again = CAT | {"category_id": POT["category_id"]}
    of_nothing = CAT | {"id": 0}
    back = read(export(tmp_path / "export", as_text, again, POT, of_nothing))
    assert found(back) == [("cat", 100), ("plant pot", 100)]
    assert back.reasons == {"duplicate_annotation": 1, "empty_mask": 1}
