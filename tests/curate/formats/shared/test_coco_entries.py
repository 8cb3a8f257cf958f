"""Entries of COCO documents: plain ones are read at once, and mean what all others mean."""

import copy
import json
import random
from typing import Any

import pytest

from curate.formats.shared.coco_annotations import Classes, read_annotation
from curate.formats.shared.coco_entries import (
    Entry,
    PlainEntry,
    read_entries,
    read_entry,
)
from curate.records import Annotation
from tests.curate.formats.odd_values import disturbed

CLASSES = Classes({"1": "cat"})
IMAGE = {"id": 1, "height": 48, "width": 64}
RING = [1, 2.5, 30, 2, 30.25, 40, -1e-3, 1e3]
PLAIN = {"id": 7, "category_id": 1, "segmentation": [RING], "bbox": [1, 2, 3.5, 4]}
FEW_NUMBERS = [[[]], [[1, 2], [1, 2], [1, 2]], [[1, 2, 3, 4, 5]], [RING, []]]
ODD_NUMBERS = ("-0.0", "1e-320", "9" * 19, "9" * 30, "9" * 400, "1e400", "true", "null")


def written(entry: dict[str, Any]) -> bytes:
    text = json.dumps(entry)
    for word in ("NaN", "Infinity"):  # no JSON; ingest reads them as numbers too large
        text = text.replace(word, "1e400")
    return text.encode()


def annotation(entry: Entry | None, raw: bytes) -> Annotation:
    assert entry is not None
    return read_annotation("a.json", entry, raw, IMAGE, CLASSES, "auto")


def assert_reads_alike(raw: bytes) -> None:
    [quick] = read_entries([raw])
    assert annotation(quick, raw) == annotation(read_entry(raw), raw)


def test_most_entries_are_plain() -> None:
    masks = {**PLAIN, "segmentation": {"size": [48, 64], "counts": [3072]}}
    entries = read_entries([written(PLAIN), written(masks)])
    assert [type(entry) for entry in entries] == [PlainEntry, PlainEntry]


def test_one_odd_entry_changes_no_other() -> None:
    plain = written(PLAIN)
    odd = written({**PLAIN, "segmentation": [RING, None], "bbox": []})
    [alone] = read_entries([plain])
    _, beside_odd = read_entries([odd, plain])
    assert annotation(beside_odd, plain) == annotation(alone, plain)


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_a_number_means_the_same_in_a_plain_entry(number: str) -> None:
    assert_reads_alike(written(PLAIN).replace(b"30.25", number.encode()))
    assert_reads_alike(written(PLAIN).replace(b"3.5", number.encode()))


@pytest.mark.parametrize(
    "rings", [[[]], [[1, 2]] * 3, [[1] * 5], [[1] * 7], [RING, []]]
)
def test_rings_mean_the_same_in_a_plain_entry(rings: list[list[float]]) -> None:
    assert_reads_alike(written({**PLAIN, "segmentation": rings}))


def test_what_is_disturbed_reads_alike_in_both_ways() -> None:
    rng = random.Random(5)
    for _ in range(500):
        entry = disturbed(copy.deepcopy(PLAIN), rng)
        if isinstance(entry, dict):
            assert_reads_alike(written(entry))
