"""Planning: images are found, what comes twice or cannot be written is dropped or said."""

from pathlib import Path

import pytest

from curate.drops import Drop
from curate.flags import Flag
from curate.reasons import Reason
from curate.records import Annotation
from tests.curate.stages.ingested import (
    SQUARE,
    annotated,
    ingested,
    png,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("export")
    (root / "a.png").write_bytes(png())
    return root


def test_what_no_file_can_hold_is_replaced_and_said(folder: Path) -> None:
    odd = Annotation(
        key="k\ud800",
        label="c\udfffat",
        shape=SQUARE,
        attributes={"a\ud800": "b\ud800"},
    )
    long = Annotation(key="k" * 5000, label="cat", shape=SQUARE)
    wide = Annotation(key="2", label="x" * 1001, shape=SQUARE)
    lost = Drop(
        reason=Reason.UNKNOWN_CLASS,
        detail="\ud800",
        export="e",
        annotation_key="\ud800",
    )
    records = [
        annotated(annotations=[odd, long, wide]),
        annotated(SQUARE, name="\ud800" * 3000),
        lost,
    ]
    rows, drops = ingested(folder, records)
    assert [(row["label"], row["annotation_key"], row["flags"]) for row in rows] == [
        ("c\ufffdat", "k\ufffd", ["replaced_characters"])
    ]
    assert [drop["reason"] for drop in drops] == [
        "over_limit",
        "over_limit",
        "over_limit",
        "unknown_class",
    ]
    assert max(len(drop["detail"]) for drop in drops) <= 1001


def test_an_embedded_picture_is_used_where_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(colour=1))
    rows, _ = ingested(
        tmp_path,
        [
            annotated(SQUARE, name=name, embedded=png(colour=2))
            for name in ("a.png", "b.png")
        ],
    )
    assert [row["flags"] for row in rows] == [[], [Flag.EMBEDDED_IMAGE.value]]
    assert Path(rows[1]["image_file"]).read_bytes() == png(colour=2)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "d.png").write_bytes(png(colour=1))
    for colour, flag in ((1, Flag.IMAGE_BY_NAME), (2, Flag.EMBEDDED_IMAGE)):
        by_name = annotated(SQUARE, name="y/d.png", embedded=png(colour=colour))
        [row], _ = ingested(tmp_path, [by_name])
        assert row["flags"] == [flag.value]
    documents = [f"{folder}/e.json" for folder in "yz"]
    of_one_name = [
        annotated(SQUARE, name="e.png", document=document, embedded=png(colour=3))
        for document in documents
    ]
    rows, _ = ingested(tmp_path, of_one_name)
    assert [row["image_path"] for row in rows] == ["y/e.png", "z/e.png"]
    elsewhere = annotated(SQUARE, name="/home/me/c.png", embedded=png())
    rows, _ = ingested(tmp_path, [elsewhere])
    assert [row["flags"] for row in rows] == [[Flag.EMBEDDED_IMAGE.value]]
    assert rows[0]["image_path"] == "c.png"
