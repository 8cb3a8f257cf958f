"""How the records of an export become partitions."""

import pytest

from curate.drops import Drop, make_drop
from curate.reasons import Reason, Refusal
from curate.records import Annotation, FoundImage, ImageRecord
from pipelines.flow import planning


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
