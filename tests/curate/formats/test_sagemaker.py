"""SageMaker Ground Truth: the battery with masks and with answers, and what is its own."""

import base64
import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from curate.errors import InputError
from tests.curate.formats.battery import Battery
from tests.curate.formats.pictures import (
    LABELS,
    Picture,
    cat_and_dog,
    photo,
    save_values,
)
from tests.curate.formats.reading import ReadBack, read_back

BUCKET = "s3://bucket/photos/"
COLOURS = [
    "#2ca02c",
    "#1f77b4",
    "#ff7f0e",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#7f7f7f",
]


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def png(pixels: NDArray[Any]) -> bytes:
    data = BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def metadata(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "type": f"groundtruth/{kind}",
        "human-annotated": "yes",
        "creation-date": "2022-09-09T17:25:32.047919",
        "job-name": "labeling-job/seg",
        **more,
    }


class TestSagemaker(Battery):
    """Masks of a semantic segmentation job: all px of a class are one object."""

    format = "sagemaker"
    overlaps = False
    broken = "more.manifest"
    texts = ("*.manifest",)

    def image(self, root: Path, name: str) -> Path:
        return root / "photos" / name

    def pictures(self) -> list[Picture]:
        pictures = super().pictures()
        return [each for each in pictures if each.path != "two of a kind.png"]

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        lines = []
        for picture in pictures:
            picture.save(root / "photos")
            labels = sorted({*LABELS, *(each.label for each in picture.objects)})
            background = {
                "class-name": "BACKGROUND",
                "hex-color": "#ffffff",
                "confidence": 0.9,
            }
            listed = {"0": background}
            pixels = np.full((picture.height, picture.width, 3), 255, np.uint8)
            for number, label in enumerate(labels, start=1):
                colour = COLOURS[number - 1]
                listed[str(number)] = {"class-name": label, "hex-color": colour}
                for each in picture.objects:
                    if each.label == label:
                        pixels[each.mask] = rgb(colour)
            name = picture.path.replace("/", " ")
            file = root / "output" / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(png(pixels))
            line = {
                "source-ref": BUCKET + picture.path,
                "seg-ref": f"s3://bucket/job/output/{name}",
                "seg-ref-metadata": metadata(
                    "semantic-segmentation", **{"internal-color-map": listed}
                ),
            }
            lines.append(json.dumps(line))
        (root / "output.manifest").write_text("\n".join(lines) + "\n")


class TestSagemakerAnswers(TestSagemaker):
    """Answers of workers who drew instances, in an array of lines."""

    texts = ("*.json",)
    broken = "more.json"

    def pictures(self) -> list[Picture]:
        return Battery.pictures(self)

    def write(self, root: Path, pictures: Sequence[Picture]) -> None:
        lines = []
        for picture in pictures:
            picture.save(root / "photos")
            pixels = np.zeros((picture.height, picture.width, 4), np.uint8)
            instances = []
            ordered = sorted(picture.objects, key=lambda each: each.mask.tobytes())
            for colour, each in zip(COLOURS, ordered, strict=False):
                pixels[each.mask] = (*rgb(colour), 255)
                instances.append({"color": colour, "label": each.label})
            data = base64.b64encode(png(pixels)).decode()
            drawn = {"instances": instances, "labeledImage": {"pngImageData": data}}
            lines.append(custom_line(BUCKET + picture.path, drawn))
        (root / "output.json").write_text(json.dumps(lines))


def custom_line(address: str, *answers: Any) -> dict[str, Any]:
    """A line of a custom job, with the answers of several workers."""
    workers = []
    for answer in answers:
        content = json.dumps(
            {"crowd-instance-segmentation": {"annotatedResult": answer}}
        )
        workers.append({"workerId": "w", "annotationData": {"content": content}})
    return {
        "source-ref": address,
        "job": {"annotationsFromAllWorkers": workers},
        "job-metadata": metadata("custom"),
    }


MAP = {
    "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
    "1": {"class-name": "cat", "hex-color": "#2ca02c"},
    "2": {"class-name": "dog", "hex-color": "#1f77b4"},
}


def coloured() -> NDArray[np.uint8]:
    palette = np.array([(255, 255, 255), rgb("#2ca02c"), rgb("#1f77b4")], np.uint8)
    return palette[cat_and_dog()]


def export(root: Path, *lines: Any, mask: NDArray[Any] | None = None) -> Path:
    """One picture, its mask, and a manifest of lines; a text is a line as it is."""
    photo(root, "images/a.jpg", 48, 64)
    if mask is None:
        mask = coloured()
    save_values(root / "masks/0_2022-09-09T17_25_31.9.png", mask)
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    (root / "output.manifest").write_text("\n".join(texts))
    return root


def line(job: str = "seg-ref", colours: Any = MAP, **more: Any) -> dict[str, Any]:
    return {
        "source-ref": "s3://bucket/a.jpg",
        job: "s3://bucket/out/0_2022-09-09T17:25:31.9.png",
        f"{job}-metadata": metadata(
            "semantic-segmentation", **{"internal-color-map": colours}, **more
        ),
    }


def read(root: Path, **options: Any) -> ReadBack:
    return read_back(root, "sagemaker", options)


BOTH = {"cat": 100, "dog": 400}


def test_numbers_tell_where_colours_do_not(root: Path) -> None:
    numbers = cat_and_dog()
    assert read(export(root / "numbers", line(), mask=numbers)).areas == BOTH
    alike = {key: each | {"hex-color": "#ffffff"} for key, each in MAP.items()}
    back = read(export(root / "alike", line(colours=alike), mask=numbers))
    assert back.areas == BOTH


def test_a_colour_that_is_not_listed(root: Path) -> None:
    listed = {key: each for key, each in MAP.items() if key == "1"}
    back = read(export(root, line(colours=listed)))
    assert back.areas == {"cat": 100}
    assert back.reasons == {"unknown_class": 1}


@pytest.mark.parametrize("colours", [None, [], {}, {"x": 1}, {"1": {"class-name": 5}}])
def test_a_map_that_lists_nothing(root: Path, colours: Any) -> None:
    assert read(export(root, line(colours=colours))).rows == []


def test_several_jobs_are_read(root: Path) -> None:
    boxes = {"annotations": [{"class_id": 0, "left": 1}, {"class_id": 0, "left": 2}]}
    more = {"box": boxes, "box-metadata": metadata("object-detection")}
    more |= {"sport": 0, "sport-metadata": metadata("image-classification")}
    export(root, line() | more)
    back = read(root)
    assert back.areas == BOTH
    assert back.reasons == {"no_mask": 2}
    assert read(root, jobs=["seg"]).reasons == {}
    with pytest.raises(InputError, match="option jobs"):
        read(root, jobs=5)


def test_an_adjustment_replaces_what_it_adjusted(root: Path) -> None:
    adjusted = line("seg-adjusted-ref", **{"adjustment-status": "adjusted"})
    back = read(export(root, line(colours={"1": MAP["1"]}) | adjusted))
    assert back.areas == BOTH
    assert back.reasons == {}


def test_jobs_without_a_label(root: Path) -> None:
    failed = {"source-ref": "s3://b/a.jpg", "seg-ref-metadata": metadata("x")}
    failed["seg-ref-metadata"]["failure-reason"] = "ClientError: expired"
    bare = {"source-ref": "s3://b/a.jpg", "other-ref-metadata": metadata("x")}
    assert read(export(root, failed, bare)).reasons == {"no_mask": 2}


def test_a_broken_line_costs_itself(root: Path) -> None:
    back = read(export(root, line(), '{"source-ref": "s3://b/', "[1]"))
    assert back.areas == BOTH
    assert back.reasons == {"malformed_file": None}


def test_polygons_of_the_last_worker(root: Path) -> None:
    corners = [(1, 1), (11, 1), (11, 11), (1, 11)]
    points = [{"x": x, "y": y} for x, y in corners]
    first = {"polygons": [{"label": "fox", "vertices": points}]}
    last = {"polygons": [{"label": "cat", "vertices": points}, {"label": 7}, 5]}
    back = read(export(root, custom_line("s3://b/a.jpg", first, last)))
    assert back.areas == {"cat": 100}
    assert back.reasons == {"unknown_class": 2}


def test_the_file_of_a_workers_answer(root: Path) -> None:
    reference = "s3://b/annotations/worker-response/iteration-1/0/2022.json"
    bare = {"source-ref": "s3://b/a.jpg", "seg": None}
    bare["seg-metadata"] = metadata("custom", **{"worker-response-ref": reference})
    export(root, bare)
    picture = {"pngImageData": base64.b64encode(png(coloured())).decode()}
    mappings = {
        "cat": {"color": "#2ca02c"},
        "fox": {"color": "#123456"},
        "bad": {"color": 7},
    }
    content = {"annotatedResult": {"labelMappings": mappings, "labeledImage": picture}}
    answers = [{"answerContent": {"crowd-semantic-segmentation": content}}]
    (root / "2022.json").write_text(json.dumps({"answers": answers}))
    back = read(root)
    assert back.areas == {"cat": 100}
    assert back.reasons == {"empty_mask": 1, "bad_bitmap": 1}


def test_a_picture_of_another_size(root: Path) -> None:
    picture = {"pngImageData": base64.b64encode(png(coloured()[:24])).decode()}
    drawn = {
        "instances": [{"color": "#2ca02c", "label": "cat"}],
        "labeledImage": picture,
    }
    root = export(root, custom_line("s3://b/a.jpg", drawn), mask=coloured()[:24])
    assert read(root).reasons == {"mask_size_mismatch": 1}


def test_the_longest_common_end_tells_images_apart(root: Path) -> None:
    lines = []
    for day in ("monday", "tuesday"):
        Picture(f"{day}/1.png", 30, 30).save(root)
        points = [[1, 1], [9, 1], [9, 9]]
        drawn = {"polygons": [{"label": day, "vertices": points}]}
        lines.append(json.dumps(custom_line(f"s3://b/x/{day}/1.png", drawn)))
    (root / "output.manifest").write_text("\n".join(lines))
    rows = read(root).rows
    assert {row["image_path"]: row["label"] for row in rows} == {
        "monday/1.png": "monday",
        "tuesday/1.png": "tuesday",
    }
    assert not any("image_by_name" in row["flags"] for row in rows)
