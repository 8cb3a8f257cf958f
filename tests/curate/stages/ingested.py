"""Records and pictures made here, and ingested: what the tests of ingest begin with."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from upath import UPath

from curate import ledger
from curate.drops import Drop
from curate.export_settings import ExportSettings
from curate.exports.export import Export
from curate.exports.files import list_files
from curate.limits import Limits
from curate.records import Annotation, ImageRecord, Polygons
from curate.stages import ingest

WIDTH, HEIGHT = 40, 30
SQUARE = Polygons(rings=[[4, 4, 14, 4, 14, 14, 4, 14]])
OTHER = Polygons(rings=[[20, 4, 30, 4, 30, 9, 20, 9]])


def stated(**others: Any) -> ExportSettings:
    known = {
        "name": "e",
        "path": "x",
        "format": "coco",
        "customer": "c",
        "domain": "d",
        "licence": "CC0-1.0",
    }
    return ExportSettings(**(known | others))


def png(width: int = WIDTH, height: int = HEIGHT, colour: int = 90) -> bytes:
    file = BytesIO()
    Image.new("L", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def ingested(
    root: Path | UPath,
    records: Iterable[ImageRecord | Drop],
    limits: Limits | None = None,
    **others: Any,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows and drops; that they reconcile is checked."""
    limits = limits or Limits()
    export = Export("e", list_files(UPath(root), limits), limits)
    found = list(ingest.plan(export, records, ingest.keep_in(UPath(root) / "kept")))
    assert ingest.decode_batch(ingest.encode_batch(found)) == found or "nan" in repr(
        found
    )
    made = ingest.ingest_partition(found, stated(**others), export.files.places, limits)
    assert made.segments.schema == ingest.ADDS
    assert not made.faults
    report = ledger.count(made.seen, made.segments, made.drops)
    ledger.check(report)
    assert (report.came_in, report.out) == (made.seen["e"], len(made.segments))
    return made.segments.to_pylist(), made.drops.to_pylist()


def annotated(*shapes: Any, name: str = "a.png", **others: Any) -> ImageRecord:
    annotations = [
        Annotation(key=f"{number}", label="cat", shape=shape)
        for number, shape in enumerate(shapes)
    ]
    usual: dict[str, Any] = {"document": "d.json", "annotations": annotations}
    return ImageRecord(name=name, **(usual | others))


def reasons(drops: list[dict[str, Any]]) -> dict[str, int | None]:
    return {drop["reason"]: drop["count"] for drop in drops}
