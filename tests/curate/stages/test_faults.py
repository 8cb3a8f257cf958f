"""A bug of ours costs one image, is called a fault, and leaves its traceback."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from upath import UPath

from curate import formats
from curate.drops import Drop, FaultReport
from curate.errors import InputError
from curate.export_settings import ExportSettings
from curate.exports.child import ChildDied
from curate.exports.export import Export
from curate.exports.files import list_files
from curate.ledger import check, count
from curate.limits import Limits
from curate.pixels.many_runs import Measured, measure
from curate.pixels.run_lengths import RunLengths
from curate.reasons import Fault, Reason
from curate.records import Annotation, ImageRecord, Polygons
from curate.stages import (
    annotations,
    cutting,
    image_reading,
    ingest,
    planning,
    shard,
)
from curate.stages.faults import BeforeImage, opens_all
from tests.curate.shard_rows import CROP, make_segments

NAMES = ("a.png", "b.png", "c.png")
SETTINGS = ExportSettings(
    name="e", path="x", format="coco", customer="c", domain="d", licence="CC0-1.0"
)
PLANTED = 36
"""px of the mask that meets the planted bug."""


def square(side: int) -> Polygons:
    return Polygons(rings=[[2, 2, 2 + side, 2, 2 + side, 2 + side, 2, 2 + side]])


def record(name: str, *sides: int) -> ImageRecord:
    annotations = [
        Annotation(key=f"{number}", label="cat", shape=square(side))
        for number, side in enumerate(sides)
    ]
    return ImageRecord(name=name, document="d.json", annotations=annotations)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        file = BytesIO()
        Image.new("L", (40, 30), 90).save(file, "PNG")
        (tmp_path / name).write_bytes(file.getvalue() + name.encode())
    return tmp_path


def measure_with_a_bug(masks: Sequence[RunLengths]) -> Measured:
    measured = measure(masks)
    if PLANTED in measured.areas:
        raise ValueError("a bug\nof ours")
    return measured


def in_this_process(function: Callable[..., Any], _: Limits, *arguments: object) -> Any:
    return function(*arguments)


def ingested(
    folder: Path, limits: Limits | None = None, before: BeforeImage = opens_all
) -> ingest.Ingested:
    """Three images; the second has the mask with the planted bug, among others."""
    limits = limits or Limits()
    export = Export("e", list_files(UPath(folder), limits), limits)
    records = [record("a.png", 3), record("b.png", 3, 6, 9), record("c.png", 3)]
    planned = list(ingest.plan(export, records, ingest.keep_in(UPath(folder) / "kept")))
    places = export.files.places
    made = ingest.ingest_partition(planned, SETTINGS, places, limits, before)
    check(count(made.seen, made.segments, made.drops))
    return made


def check_ingested(made: ingest.Ingested) -> FaultReport:
    assert made.segments["image_path"].to_pylist() == ["a.png", "c.png"]
    (drop,) = made.drops.to_pylist()
    assert (drop["reason"], drop["image_path"], drop["count"]) == ("fault", "b.png", 3)
    assert drop["detail"] == "ValueError: a bug of ours"
    (fault,) = made.faults
    assert (fault.export, fault.image_path) == ("e", "b.png")
    assert fault.summary == "ValueError: a bug of ours"
    assert fault.trace.startswith("Traceback")
    assert "ValueError: a bug\nof ours" in fault.trace
    return fault


def test_a_bug_in_ingest_costs_its_image(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotations, "measure", measure_with_a_bug)
    monkeypatch.setattr(image_reading, "call", in_this_process)
    fault = check_ingested(ingested(folder))
    assert "measure_with_a_bug" in fault.trace


def test_what_ends_the_child_costs_its_image_of_several(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def dying(function: Callable[..., Any], _: Limits, *arguments: Any) -> Any:
        names = [image.path for image in arguments[0]]
        asked.append(names)
        if "b.png" in names:
            raise ChildDied("it takes more memory than the limits allow", memory=True)
        return function(*arguments)

    monkeypatch.setattr(image_reading, "call", dying)
    made = ingested(folder)
    assert asked == [["a.png", "b.png", "c.png"], ["a.png"], ["b.png"], ["c.png"]]
    assert made.segments["image_path"].to_pylist() == ["a.png", "c.png"]
    lost = {(drop["reason"], drop["image_path"]) for drop in made.drops.to_pylist()}
    assert lost == {("image_bomb", "b.png")}
    assert made.drops["count"].to_pylist() == [1, 1, 1]
    assert not made.faults


def test_an_image_that_has_to_be_noted_first_is_read_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []

    def noting(function: Callable[..., Any], _: Limits, *arguments: Any) -> Any:
        order.append([image.path for image in arguments[0]])
        return function(*arguments)

    monkeypatch.setattr(image_reading, "call", noting)
    ingested(folder, before=order.append)
    assert order == ["a.png", ["a.png"], "b.png", ["b.png"], "c.png", ["c.png"]]


SITE_CUSTOMIZE = f"""
from curate.stages import annotations

measure = annotations.measure

def measure_with_a_bug(masks):
    measured = measure(masks)
    if {PLANTED} in measured.areas:
        raise ValueError("a bug\\nof ours")
    return measured

annotations.measure = measure_with_a_bug
"""


def test_a_bug_in_the_child_costs_its_image(
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = tmp_path_factory.mktemp("site")
    (place / "sitecustomize.py").write_text(SITE_CUSTOMIZE)
    monkeypatch.setenv("PYTHONPATH", str(place))
    limits = Limits(child_bytes=777_777_777)  # so that a child of its own starts
    fault = check_ingested(ingested(folder, limits))
    assert "sitecustomize.py" in fault.trace


def test_a_bug_of_this_process_costs_its_image(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = ingest._columns

    def with_a_bug(found: Any, *others: Any) -> Any:
        if found.path == "b.png":
            raise ValueError("a bug\nof ours")
        return columns(found, *others)

    monkeypatch.setattr(ingest, "_columns", with_a_bug)
    check_ingested(ingested(folder))


def test_a_bug_of_planning_costs_its_record(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_image = planning.find_image

    def with_a_bug(files: Any, name: str, *others: Any) -> Any:
        if name == "b.png":
            raise ValueError("a bug\nof ours")
        return find_image(files, name, *others)

    monkeypatch.setattr(planning, "find_image", with_a_bug)
    check_ingested(ingested(folder))


def test_a_bug_of_a_format_costs_what_it_had_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reader(_: Export) -> Any:
        yield record("a.png", 3)
        raise KeyError("a bug of ours")

    monkeypatch.setattr(formats, "reader", lambda _: reader)
    export = Export("e", list_files(UPath(folder), Limits()), Limits())
    first, fault, drop = ingest.read_export(export, SETTINGS)
    assert isinstance(first, ImageRecord)
    assert isinstance(fault, FaultReport)
    assert fault.summary == "KeyError: 'a bug of ours'"
    assert isinstance(drop, Drop)
    assert (drop.reason, drop.count) == (Reason.FAULT, None)

    planned = list(ingest.plan(export, [first, fault, drop], lambda _: ""))
    assert ingest.decode_batch(ingest.encode_batch(planned)) == planned
    made = ingest.ingest_partition(planned, SETTINGS, export.files.places, Limits())
    assert made.faults == [fault]
    assert made.drops["reason"].to_pylist() == ["fault"]
    assert len(made.segments) == 1


def test_what_the_user_can_mend_is_no_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_image(*_: object) -> None:
        raise InputError("mend this")

    monkeypatch.setattr(planning, "find_image", find_image)
    with pytest.raises(InputError, match="mend this"):
        ingested(folder)


@pytest.mark.parametrize(
    "bug",
    [
        ValueError("a bug\nof ours"),
        Fault("ValueError: a bug of ours", "trace of with_a_bug"),
    ],
    ids=["here", "in the child"],
)
def test_a_bug_in_shard_costs_its_photo(
    bug: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = make_segments(tmp_path, images=3)
    cut = cutting.cut_crops

    def with_a_bug(photo: cutting.PhotoFile, *others: Any) -> Any:
        if photo.data == (tmp_path / "photo 1.jpg").read_bytes():
            raise bug
        return cut(photo, *others)

    monkeypatch.setattr(shard, "cut_crops", with_a_bug)
    made = shard.shard_partition(
        segments, UPath(tmp_path), "part-00000.parquet", CROP, Limits()
    )
    assert len(made.segments) == 10
    assert set(made.drops["image_path"].to_pylist()) == {"photo 1.jpg"}
    assert made.drops["reason"].to_pylist() == ["fault"] * 5
    assert made.drops["count"].to_pylist() == [1] * 5
    (fault,) = made.faults
    assert (fault.export, fault.image_path) == ("acme", "photo 1.jpg")
    assert fault.summary == "ValueError: a bug of ours"
    assert "with_a_bug" in fault.trace
