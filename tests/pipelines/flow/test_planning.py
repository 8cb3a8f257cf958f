"""How the records of an export become partitions."""

from pathlib import Path

import pytest
from upath import UPath

from curate.drops import Drop, make_drop
from curate.limits import Limits
from curate.reasons import Reason, Refusal
from curate.records import Annotation, FoundImage, ImageRecord
from pipelines.flow import planning
from tests.curate.formats.coco_exports import export
from tests.curate.formats.pictures import Picture
from tests.curate.formats.reading import export_settings


def image(annotations: int) -> FoundImage:
    record = ImageRecord(
        name="a.png",
        document="a.json",
        annotations=[Annotation(key=str(number)) for number in range(annotations)],
    )
    return FoundImage(record=record, path="a.png", file="a.png", flags=[])


def drop() -> Drop:
    return make_drop(Refusal(Reason.CROWD, ""), export="x")


@pytest.mark.parametrize(
    ("items", "sizes"),
    [
        ([], []),
        ([image(1)] * 7, [3, 3, 1]),
        ([image(6), drop(), image(4), image(1)], [3, 1]),
        ([image(25), image(25), drop(), drop(), drop(), drop()], [1, 1, 3, 1]),
    ],
)
def test_a_partition_ends_at_so_many_images_or_annotations(
    items: list[FoundImage | Drop], sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "IMAGES_PER_PARTITION", 3)
    monkeypatch.setattr(planning, "ANNOTATIONS_PER_PARTITION", 10)
    batches = list(planning.batches(items))
    assert [len(batch) for batch in batches] == sizes
    assert [each for batch in batches for each in batch] == items


def test_all_records_of_an_image_are_in_one_plan_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "IMAGES_PER_PARTITION", 2)
    names = ["a.png", "b.png", "c.png", "d.png", "e.png"]
    images = [{"id": name, "file_name": name} for name in names]
    root = tmp_path / "export"
    root.mkdir()
    for document in ("a.json", "b.json"):
        export(root, {"image_id": "a.png"}, name=document, images=images)
    for name in names[1:]:
        Picture(name, 48, 64).save(root)

    build = UPath(tmp_path / "build")
    stated = export_settings(root, "coco")
    plan = planning.plan_export(stated, build, "key", Limits())
    batches = [
        planning.read_batch(build, "key", each) for each in range(plan.partitions)
    ]
    paths = [
        [each.path for each in batch if isinstance(each, FoundImage)]
        for batch in batches
    ]
    assert paths == [["a.png", "b.png"] * 2, ["c.png", "d.png"] * 2, ["e.png"] * 2]
