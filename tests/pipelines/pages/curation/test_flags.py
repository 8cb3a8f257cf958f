"""Flags from an export to the page: counted by export, shown, and used by settings."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from curate.ledger import LedgerReport
from tests.pipelines.pages.page_reader import PageReader
from tests.pipelines.small_project import Project, Verb

CORNER = [0, 0, 40, 0, 40, 40, 0, 40]


def put_cars_into_the_corner(document: Path) -> None:
    """Move the objects of the first class, but not the boxes that the export states."""
    data = msgspec.json.decode(document.read_bytes())
    car = data["categories"][0]["id"]
    for annotation in data["annotations"]:
        if annotation["category_id"] == car:
            annotation |= {"segmentation": [CORNER], "bbox": [50, 50, 20, 20]}
    document.write_bytes(msgspec.json.encode(data))


def rows(build: Path, stage: str) -> list[dict[str, object]]:
    files = sorted((build / stage / "segments").glob("*.parquet"))
    return pa.concat_tables(map(pq.read_table, files)).to_pylist()


def test_flags_are_counted_by_export_shown_and_used(
    project: Project, verb: Verb
) -> None:
    street = project.add("street", 6, ["car", "wheel"])
    put_cars_into_the_corner(street / "annotations.json")
    project.add("yard", 5, ["car"])
    project.change(balance={"flag_trust": {"box_mismatch": 0.5}})
    assert verb("all", project.settings, "--until", "shard").code == 0

    page = (project.build / "report" / "curation.html").read_text("utf-8")
    reader = PageReader(page.partition('<section id="flags"')[2])
    for flag in ("hugs_edge", "box_mismatch"):
        assert flag in reader.text
    assert reader.text.count("street 6 (50%)") >= 2
    assert "trust 0.5" in reader.text
    pictures = [each for each in reader.addresses if each.startswith("data:")]
    assert len(pictures) >= 12

    weights: dict[bool, set[float]] = {True: set(), False: set()}
    for row in rows(project.build, "balance"):
        if row["split"] == "train" and row["export"] == "street":
            weights["box_mismatch" in row["flags"]].add(row["weight"])
    assert len(weights[True]) == len(weights[False]) == 1
    assert max(weights[True]) < min(weights[False])

    project.change(filter={"drop_flags": ["hugs_edge"]})
    assert verb("filter", project.settings).code == 0
    ledger = msgspec.json.decode(
        (project.build / "filter" / "ledger.json").read_bytes(), type=LedgerReport
    )
    assert ledger.by_export["street"].by_reason["flagged"] == 6

    project.change(filter={"drop_flags": ["hugs_edges"]})
    outcome = verb("filter", project.settings)
    assert outcome.code == 2
    assert "hugs_edge" in outcome.err


def test_numbered_labels_are_one_name_and_stay_as_they_came(
    project: Project, verb: Verb
) -> None:
    project.add("eggs", 1, [f"car{number}" for number in range(1, 13)])
    project.add("types", 1, [f"zorp{number}" for number in range(1, 13)])
    assert verb("remap", project.settings).code == 0
    mapped = rows(project.build, "remap")
    assert {row["label"] for row in mapped} == {f"car{n}" for n in range(1, 13)}
    assert {row["concept"] for row in mapped} == {"car"}
    assert {row["match_how"] for row in mapped} == {"normalised"}
    assert all("numbered_label" in row["flags"] for row in mapped)
    queue = (project.build / "taxonomy" / "review.yaml").read_text()
    assert queue.count("decision: UNDECIDED") == 1
    assert '"zorp":' in queue

    project.plain["exports"][1]["label_numbers"] = "keep"
    project.change()
    assert verb("remap", project.settings).code == 0
    queue = (project.build / "taxonomy" / "review.yaml").read_text()
    assert queue.count("decision: UNDECIDED") == 12
