"""Real exports and hostile ones, which a checkout may have beside it, in ../shared/exports.

`open/NAME/expected.json` says what an independent count found in a real export, and
`hostile/NAME/case.json` what must become of a broken one.
"""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from PIL import Image
from upath import UPath

from curate.errors import InputError
from curate.limits import Limits
from curate.mask_records import MaskFile
from curate.records import ImageRecord
from curate.stages import ingest
from tests.curate.formats.reading import ReadBack, export_settings, read_back

EXPORTS = Path(__file__).parents[4] / "shared" / "exports"

pytestmark = pytest.mark.skipif(
    not EXPORTS.is_dir(), reason="no real exports beside this checkout"
)


def folders(kind: str) -> list[Path]:
    """The folders of a kind, `open` or `hostile`."""
    return sorted(path for path in (EXPORTS / kind).glob("*") if path.is_dir())


@dataclass(frozen=True)
class Difference:
    """Where we deliberately do not say what the count says, and why."""

    why: str
    labels: Mapping[str, int] = field(default_factory=dict)
    """By how much our number of objects differs, by label."""
    drops: Mapping[str, int] = field(default_factory=dict)
    """Our drops."""
    without_pictures: Mapping[str, int | None] | None = None
    """Our drops of the sample as it is, if it holds no pictures; then blank ones are drawn."""


_RECTANGLES = (
    "a rectangle is a box, no mask: a model that learns boxes as masks draws boxes"
)
_NO_PICTURES = (
    "it holds no pictures, so nothing can go on; with blank ones all objects do"
)

DIFFERENCES = {
    "cityscapes-mmseg": Difference("void px are no annotation, so they are no drop"),
    "cvat-street-masks": Difference(
        f"{_NO_PICTURES}; the 5 tags count as annotations without a mask, like boxes",
        drops={"no_mask": 21},
        without_pictures={"missing_image": 68},
    ),
    "darwin-basics": Difference(
        _NO_PICTURES, drops={"no_mask": 3}, without_pictures={"missing_image": 9}
    ),
    "labelbox-scan-masks": Difference(
        f"{_NO_PICTURES}; the mask that is only an address is a missing mask",
        drops={"missing_mask": 1},
        without_pictures={"missing_image": 9},
    ),
    "labelme-official": Difference(
        f"{_RECTANGLES}; lines and points are no masks either",
        labels={"rectangle": -2},
        drops={"no_mask": 5},
    ),
    "labelstudio-sdk-mixed": Difference(
        _NO_PICTURES, drops={"no_mask": 3}, without_pictures={"missing_image": 4}
    ),
    "via-bottles": Difference(
        "a label is kept as it came: the region that names no class has the label ''",
        labels={"(no class)": -1, "": 1},
    ),
    "via-receipts-csv": Difference(
        _RECTANGLES,
        labels={"Date": -6, "Header": -6, "Total": -6},
        drops={"no_mask": 18},
    ),
    "yolo-coco128seg": Difference(
        "the count gives the images that are missing, we give their annotations",
        drops={"missing_image": 3},
    ),
}
"""By sample. Of all others, objects, labels and drops are as the count says."""


@pytest.mark.parametrize("folder", folders("open"), ids=lambda path: path.name)
def test_objects_and_labels_of_real_exports(folder: Path, tmp_path: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    stated = expected.get("drops", {})
    difference = Difference("", drops={key: n for key, n in stated.items() if n})
    difference = DIFFERENCES.get(folder.name, difference)

    root = data_of(folder)
    if difference.without_pictures is not None:
        as_it_is = read_back(root, expected["format"], scratch=tmp_path / "scratch")
        assert as_it_is.rows == []
        assert as_it_is.reasons == difference.without_pictures
        root = with_blank_pictures(root, expected["format"], tmp_path)

    back = read_back(root, expected["format"], scratch=tmp_path / "scratch")
    labels = Counter(expected["per_class"])
    labels.update(difference.labels)
    assert Counter(row["label"] for row in back.rows) == +labels
    assert back.reasons == difference.drops


def with_blank_pictures(root: Path, format_: str, folder: Path) -> Path:
    """A copy of an export with a blank picture for each image that its documents name."""
    copy = folder / "export"
    shutil.copytree(root, copy)
    stated = export_settings(copy, format_)
    export = ingest.open_export(stated, Limits(), UPath(folder / "scratch"))
    for record in ingest.read_export(export, stated):
        if isinstance(record, ImageRecord):
            file = copy / PurePosixPath(record.name).name
            if not file.exists():  # an image may come twice
                Image.new("L", size_of(record, copy)).save(file)
    return copy


def size_of(record: ImageRecord, root: Path) -> tuple[int, int]:
    """Width and height of a picture: as stated, or those of its mask file."""
    if record.width and record.height:
        return record.width, record.height
    for annotation in record.annotations:
        if isinstance(annotation.shape, MaskFile):
            with Image.open(root / annotation.shape.path) as mask:
                return mask.size
    return 8, 8


def data_of(folder: Path) -> Path:
    """The export of a sample."""
    if (folder / "data").exists():
        return folder / "data"
    return folder


@pytest.mark.parametrize("folder", folders("hostile"), ids=lambda path: path.name)
def test_hostile_exports_cost_what_they_should(folder: Path, tmp_path: Path) -> None:
    case = json.loads((folder / "case.json").read_text("utf-8"))
    answers = case["expect"].get("any_of", [case["expect"]])
    root = folder / (case.get("path") or "data")
    try:
        outcome: ReadBack | InputError = read_back(
            root, case["format"], scratch=tmp_path
        )
    except InputError as error:
        outcome = error

    wrong = [wrong_in(outcome, answer) for answer in answers]
    assert [] in wrong, wrong


def wrong_in(outcome: ReadBack | InputError, answer: dict[str, Any]) -> list[str]:
    """What of an outcome is not as an answer says."""
    if "exit" in answer:
        if not isinstance(outcome, InputError):
            return ["the run goes on"]
        words = answer.get("message_contains", [])
        said = str(outcome).lower()
        return [f"{word!r} is not said" for word in words if word.lower() not in said]
    if isinstance(outcome, InputError):
        return [f"the run stops: {outcome}"]

    wrong = wrong_drops(outcome, answer.get("drops", {}))
    rows = outcome.rows
    found = {
        "labels": sorted(row["label"] for row in rows),
        "areas": sorted(row["area"] for row in rows),
        "boxes": sorted([row[f"box_{side}"] for side in SIDES] for row in rows),
        "image_sizes": sorted(
            [row["image_width"], row["image_height"]] for row in rows
        ),
    }
    for what, values in found.items():
        if what in answer and values != sorted(answer[what]):
            wrong.append(f"{what}: {values}")
    if len(rows) != answer.get("objects", len(rows)):
        wrong.append(f"objects: {len(rows)}")
    for flag, number in answer.get("flags", {}).items():
        if sum(flag in row["flags"] for row in rows) != number:
            wrong.append(f"flag {flag}")
    return wrong


SIDES = ("x0", "y0", "x1", "y1")


def wrong_drops(outcome: ReadBack, stated: dict[str, Any]) -> list[str]:
    """Reasons whose drops are not as stated: a number, null for one row, or "any"."""
    wrong = []
    for reason in {*stated, *outcome.reasons}:
        expected = stated.get(reason, 0)
        found = outcome.reasons.get(reason, 0)
        if expected != "any" and found != expected:
            wrong.append(f"{reason}: {found}")
    return wrong
